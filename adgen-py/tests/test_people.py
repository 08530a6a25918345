"""What people see: progress, notebooks, logs."""

from __future__ import annotations

import builtins
import io
import logging
import re

import pytest

import adgen
from adgen import _progress
from conftest import document, run_script


@pytest.fixture
def without(monkeypatch):
    """Imports of these libraries fail, as where they are not installed."""

    def hide(*names):
        real = builtins.__import__

        def refuse(name, *arguments, **more):
            if name.split(".")[0] in names:
                raise ImportError(f"{name} is hidden")
            return real(name, *arguments, **more)

        monkeypatch.setattr(builtins, "__import__", refuse)

    return hide


@pytest.mark.parametrize("hidden", [(), ("rich",), ("rich", "tqdm")], ids=["rich", "tqdm", "lines"])
def test_progress_is_drawn(studio, folder, without, hidden):
    run = studio.generate(document(), folder)
    without(*hidden)
    out = io.StringIO()
    _progress.show(run, out)
    text = out.getvalue()
    for part in ("least", "100", "completed after", "final_video made in"):
        assert part in text, text


def test_show_gives_the_outcome(studio, folder, capsys):
    assert studio.generate(document(), folder).show().videos
    assert "completed" in capsys.readouterr().err


def test_a_notebook_shows_video_and_stills(studio, folder):
    outcome = studio.generate(document(), folder).result()
    page = outcome._repr_html_()
    assert page.count("<video") == 1 and "data:video/mp4;base64," in page and "least: 1 video, $0.00" in page
    assert len(re.findall("<img alt=\"Scene 1", page)) >= 1
    # Where the files are gone, they are named.
    (folder / "storage/projects/least/final_video.mp4").unlink()
    (folder / "storage/projects/least/report.html").unlink()
    assert "<video" not in outcome._repr_html_() and "final_video.mp4" in outcome._repr_html_()


def test_what_the_core_tells_is_logged(tmp_path):
    done = run_script(
        tmp_path,
        """
import logging, adgen
logging.basicConfig(level=logging.DEBUG, format="%(name)s %(levelname)s %(message)s")
studio = adgen.Studio("storage")
studio.list()
adgen.follow_logs("info")
studio.generate(document()).result()
print("made")
adgen.follow_logs(logging.ERROR)
studio.generate(document("quiet")).result()
""",
    )
    lines = [line for line in done.stderr.splitlines() if line.startswith("adgen ")]
    assert done.stdout == "made\n" and any("least" in line and "INFO" in line for line in lines), done.stderr
    assert not any("DEBUG" in line or "quiet" in line for line in lines), lines
    assert any("artifact over" in line and "stage=scenes" in line and "elapsed_ms=" in line for line in lines), lines
    assert any("run over" in line for line in lines), lines
    # Prompts are nobody's business.
    assert "soft light" not in done.stderr


def test_a_level_that_is_none_is_refused():
    with pytest.raises(ValueError):
        adgen.follow_logs("loud")
    assert logging.getLogger("adgen").handlers == []
