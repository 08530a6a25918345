"""The ad of scripts/demo.sh."""

from __future__ import annotations

import shlex
import shutil
from pathlib import Path

from installed import ROOT, command
from process import run

PHOTO = Path("examples/assets/bottle_studio.jpg")


def document(folder: Path) -> Path:
    """Writes its document into ``folder``, beside its photo."""
    script = (ROOT / "scripts/demo.sh").read_text(encoding="utf-8")
    words = shlex.split(script[script.index("adgen new") : script.index("--force")].replace("\\\n", " "))
    # The library takes files from the document's own folder alone.
    (folder / PHOTO).parent.mkdir(parents=True)
    shutil.copyfile(ROOT / PHOTO, folder / PHOTO)
    run(command(*words[1:], "-o", "project.json"), folder=folder)
    return folder / "project.json"
