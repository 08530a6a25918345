"""The verbs of a studio that waits."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

import adgen
from conftest import PHOTO, document


def test_an_ad_is_made_and_told_of(studio, folder):
    run = studio.generate(document(), folder)
    assert run.project_id == "least" and run.id
    events = list(run)
    assert events[0].type == "run_started" and events[-1].type == "run_finished"
    assert [event.seq for event in events] == sorted({event.seq for event in events})
    progress = [event.progress for event in events if event.progress is not None]
    assert progress == sorted(progress) and progress[-1] == 100
    assert {event.project_id for event in events} == {"least"} and {event.run_id for event in events} == {run.id}
    outcome = run.result()
    assert Path(outcome.videos[0].path).read_bytes()[4:8] == b"ftyp"
    assert outcome.cost_usd == 0 and outcome.state.status == "COMPLETED"
    # As often as one likes.
    assert run.result() == outcome and list(run)[-1] == events[-1]
    assert run.status == "COMPLETED" and run.state.status == "COMPLETED"
    assert list(run.events(events[-1].seq)) == events[-1:]


def test_a_project_comes_in_is_edited_copied_and_deleted(studio, folder):
    imported = studio.import_(document(), folder)
    assert (imported.project_id, imported.unchanged) == ("least", False)
    assert studio.import_(document(), folder).unchanged
    assert studio.list() == ["least"] and studio.state("least").status == "PENDING"
    stored = studio.document("least")
    edited = {**stored.document, "title": "By hand"}
    version = studio.save(edited, stored.version)
    with pytest.raises(adgen.Conflict):
        studio.save(edited, stored.version)
    assert studio.document("least").version == version
    studio.copy("least", "other")
    assert studio.list() == ["least", "other"] and studio.document("other").document["title"] == "By hand"
    assert studio.url("least", "project.json").startswith("file:///")
    with pytest.raises(adgen.NotFound):
        studio.url("least", "final_video.mp4")
    studio.delete("least")
    assert studio.list() == ["other"]
    with pytest.raises(adgen.NotFound) as caught:
        studio.state("least")
    assert caught.value.code == "not_found" and "least" in str(caught.value)
    waste = studio.find_waste(grace=0)
    assert studio.remove_waste(waste) >= 0
    assert studio.storage_use().to_dict()
    assert studio.config()["storage"] == str(folder / "storage")


def test_a_stored_project_runs_and_resumes(studio, folder):
    studio.import_(document(), folder)
    first = studio.run("least", jobs=1, offline=True).result()
    again = studio.resume("least").result()
    assert again.videos == first.videos and again.run_id != first.run_id
    assert studio.report("least").name == "report.html"
    picture = studio.preview("least", scene=0, width=120)
    assert picture.png.startswith(b"\x89PNG") and picture.width == 120 and picture._repr_png_() == picture.png
    later = studio.preview("least", seconds=1.5, short_side=200)
    assert later.width == 200
    picture.save(folder / "frame.png")
    assert (folder / "frame.png").read_bytes() == picture.png


def test_files_are_handed_in(folder):
    studio = adgen.Studio(folder / "storage")
    for number, given in enumerate((PHOTO, bytearray(PHOTO), memoryview(PHOTO), folder / "product.png")):
        assert studio.import_(document(f"p{number}"), files={"product.png": given}).project_id == f"p{number}"
    with open(folder / "product.png", "rb") as file:
        studio.import_(document("open"), files={"product.png": file})
    # What is handed in is all there is: nothing of the working directory comes in beside it.
    with pytest.raises(adgen.InvalidInput):
        studio.import_(document("none"), files={"other.png": PHOTO})
    with pytest.raises(TypeError, match="'product.png' must be bytes"):
        studio.import_(document("text"), files={"product.png": "text"})


def test_a_document_is_a_dict_a_text_or_a_file(studio, folder, monkeypatch):
    import json

    path = folder / "in" / "ad.json"
    path.parent.mkdir()
    path.write_text(json.dumps(document("file")), encoding="utf-8")
    (path.parent / "product.png").write_bytes(PHOTO)
    monkeypatch.chdir(folder)
    assert studio.import_(path).project_id == "file"
    assert studio.import_(json.dumps(document("text"))).project_id == "text"
    assert studio.import_({**document("dict"), "product": {"image": Path("product.png")}}).project_id == "dict"
    assert studio.estimate(path).total.low_usd == 0
    looked = studio.inspect(path)
    assert [file.problem for file in looked] == [None] * len(looked) and looked
    broken = studio.inspect({**document(), "product": {"image": "none.png"}}, folder)
    assert any(file.problem is not None and file.problem.code == "invalid_input" for file in broken)


def test_a_run_is_watched_from_elsewhere(studio, folder):
    studio.import_(document(), folder)
    heard = []
    watcher = threading.Thread(target=lambda: heard.extend(adgen.Studio(folder / "storage").watch("least", every=0.05)))
    watcher.start()
    run = studio.run("least")
    run.result()
    watcher.join(timeout=60)
    assert not watcher.is_alive() and heard[-1].type == "run_finished" and heard[-1].run_id == run.id
    assert list(studio.watch("least", from_seq=heard[-1].seq)) == heard[-1:]
    with pytest.raises(adgen.NotFound):
        studio.watch("nobody")


def test_a_run_is_cancelled(studio, folder):
    run = studio.generate(document(), folder)
    run.cancel()
    with pytest.raises(adgen.Cancelled) as caught:
        run.result()
    assert caught.value.code == "cancelled" and run.status == "CANCELLED"
    with studio.generate(document("left"), folder) as run:
        next(iter(run))
    assert run.status == "CANCELLED"
    with studio.generate(document("waited"), folder) as run:
        run.result()
    assert run.status == "COMPLETED"


def test_a_wait_has_an_end(studio, folder):
    run = studio.generate(document(), folder)
    with pytest.raises(TimeoutError, match="still at work"):
        run.result(timeout=0.01)
    assert run.result(timeout=60).videos


def test_a_forgotten_run_goes_on(studio, folder):
    import gc

    studio.import_(document(), folder)
    run = studio.run("least")
    del run
    gc.collect()
    assert list(studio.watch("least"))[-1].status == "COMPLETED"


def test_whoever_listens_hears_of_every_run(folder):
    heard, broken = [], []

    def listen(event):
        heard.append(event)
        if event.type == "run_started":
            raise RuntimeError("a listener's own fault")

    import sys

    hook, sys.unraisablehook = sys.unraisablehook, broken.append
    try:
        studio = adgen.Studio(folder / "storage", on_event=listen)
        # It may ask the studio, too.
        studio.generate(document(), folder).result()
    finally:
        sys.unraisablehook = hook
    assert heard[-1].type == "run_finished" and heard[-1].status == "COMPLETED"
    assert [str(fault.exc_value) for fault in broken] == ["a listener's own fault"]
    with pytest.raises(TypeError, match="on_event must be callable, not int"):
        adgen.Studio(folder / "storage", on_event=1)


def test_a_listener_may_ask_the_studio(folder):
    answers = []
    studio = adgen.Studio(folder / "storage", on_event=lambda event: answers.append(studio.list()))
    studio.generate(document(), folder).result()
    assert answers[-1] == ["least"]


def test_many_threads_share_a_studio(studio, folder):
    done, failed = [], []

    def work(number):
        try:
            studio.import_(document(f"p{number}"), folder)
            run = studio.run(f"p{number}")
            if number % 5:
                run.cancel()
                with pytest.raises(adgen.Cancelled):
                    run.result()
            else:
                run.result()
            done.append(number)
        except BaseException as error:  # noqa: BLE001
            failed.append(error)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(50)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=240)
    assert not failed and sorted(done) == list(range(50)) and len(studio.list()) == 50


def test_options_are_checked_at_once(folder):
    with pytest.raises(adgen.InvalidConfig) as caught:
        adgen.Studio(folder / "storage", jobs=0, max_dollars=2)
    assert {problem.path for problem in caught.value.problems} == {"jobs", "max_dollars"}
    studio = adgen.Studio(folder / "storage", max_usd=2.5, assets={"urls": True})
    assert studio.config()["max_usd"] == 2.5
    with pytest.raises(adgen.InvalidConfig, match="jobs"):
        studio.generate(document(), folder, jobs=0)
    with pytest.raises(TypeError):
        studio.preview("least", scene=0, seconds=1)
    with pytest.raises(TypeError):
        studio.preview("least", scene=0, width=1, short_side=1)


def test_a_slip_in_an_argument_stops_no_run(studio, folder):
    run = studio.generate(document(), folder)
    for timeout, error in (("5", TypeError), (True, TypeError), (float("nan"), ValueError)):
        with pytest.raises(error, match="timeout must be a number"):
            run.result(timeout)
    with pytest.raises(ValueError, match="from_seq of events is -1: 0 or more"):
        run.events(-1)
    assert run.result(timeout=float("inf")).videos and run.status == "COMPLETED"


def test_a_broken_listener_is_told_of_once(folder, monkeypatch):
    broken = []
    monkeypatch.setattr("sys.unraisablehook", lambda fault: broken.append(type(fault.exc_value)))
    heard = []

    def listen(event):
        heard.append(event)
        raise KeyError(1) if event.type == "run_started" else RuntimeError("again and again")

    adgen.Studio(folder / "storage", on_event=listen).generate(document(), folder).result()
    assert broken == [KeyError, RuntimeError] and len(heard) > 5


def test_studios_and_outcomes_are_shown_in_a_line(studio, folder, monkeypatch):
    assert repr(studio) == f"<adgen.Studio of {str(folder / 'storage')!r}>"
    monkeypatch.setenv("ADGEN_STORAGE", str(folder / "other"))
    assert "other" in repr(adgen.AsyncStudio.from_env())
    run = studio.generate(document(), folder)
    outcome = run.result()
    for told in (outcome, outcome.state, studio.find_waste(grace=0), studio.estimate(document())):
        assert len(repr(told)) < 1_500 and repr(told).startswith(f"{type(told).__name__}("), repr(told)
    assert "project_id='least'" in repr(outcome)


def test_a_studio_stays_in_its_process(studio):
    import copy
    import pickle

    for carry in (pickle.dumps, copy.copy):
        with pytest.raises(TypeError, match="make one in each process"):
            carry(studio)
