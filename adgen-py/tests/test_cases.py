"""The cases of tests/cases, which run in every language."""

from __future__ import annotations

import copy
import json
import subprocess
import threading

import pytest

import adgen
from adgen import _errors, provider
from conftest import ROOT, document


def cases(name: str):
    read = json.loads((ROOT / "tests/cases" / f"{name}.json").read_text(encoding="utf-8"))["cases"]
    return pytest.mark.parametrize("case", read, ids=[case["name"] for case in read])


@pytest.fixture(scope="session")
def clip(tmp_path_factory) -> bytes:
    path = tmp_path_factory.mktemp("clip") / "clip.mp4"
    command = ["ffmpeg", "-v", "error", "-f", "lavfi", "-i", "testsrc=s=240x426:r=24:d=4", "-pix_fmt", "yuv420p", str(path)]
    subprocess.run(command, check=True)
    return path.read_bytes()


def merged(whole, patch):
    """RFC 7396."""
    if not isinstance(patch, dict):
        return patch
    whole = dict(whole) if isinstance(whole, dict) else {}
    for name, value in patch.items():
        if value is None:
            whole.pop(name, None)
        else:
            whole[name] = merged(whole.get(name), value)
    return whole


class Scripted:
    """A provider whose answers are written down."""

    def __init__(self, script: dict, clip: bytes, calls: dict) -> None:
        self.info = script["info"]
        self._answers = {name: list(answers) for name, answers in script.items() if name != "info"}
        self._clip, self._calls, self._lock = clip, calls, threading.Lock()
        for name in self._answers:
            setattr(self, name, self._method(name))

    def _method(self, name: str):
        def call(*, context, **arguments):
            with self._lock:
                self._calls[name] = self._calls.get(name, 0) + 1
                answers = self._answers[name]
                answer = answers.pop(0) if len(answers) > 1 else answers[0]
            if "raise" in answer:
                raise _errors.from_dict(answer["raise"])
            if "crash" in answer:
                raise RuntimeError(answer["crash"])
            if answer["give"] == "clip":
                return provider.done(data=self._clip, cost_usd=0.25)
            return copy.deepcopy(answer["give"])

        return call


def fits(event, wanted: dict) -> bool:
    told = event.to_dict()
    return all(told.get(name) == value for name, value in wanted.items())


def run_case(case: dict, folder, clip: bytes) -> None:
    calls: dict = {}
    providers = {role: Scripted(script, clip, calls) for role, script in case.get("providers", {}).items()}
    studio = adgen.Studio(folder / "storage", **providers)
    run = studio.generate(merged(document(), case["document"]), folder, **case.get("options", {}))
    events = []
    for event in run:
        events.append(event)
        if "at" in case and fits(event, case["at"]):
            while any(calls.get(name, 0) < count for name, count in case.get("after_calls", {}).items()):
                threading.Event().wait(0.01)
            run.cancel()
    expect = case["expect"]
    error = None
    try:
        outcome = run.result()
        if "videos" in expect:
            assert [video.name for video in outcome.videos] == expect["videos"]
    except adgen.AdgenError as raised:
        error = raised
    assert run.status == expect["status"], error
    if "error" in expect:
        assert error is not None and error.code == expect["error"]["code"] and expect["error"]["mentions"] in str(error)
    else:
        assert error is None
    waiting = list(expect.get("events", ()))
    for event in events:
        if waiting and fits(event, waiting[0]):
            waiting.pop(0)
    assert not waiting, [event.type for event in events]
    if "cost_usd" in expect:
        assert events[-1].cost_usd == pytest.approx(expect["cost_usd"])
    if "degradations" in expect:
        told = run.state.degradations
        assert [(one.artifact, one.cause.code) for one in told] == [(one["artifact"], one["code"]) for one in expect["degradations"]]
        for one, wanted in zip(told, expect["degradations"]):
            assert wanted.get("mentions", "") in " ".join([one.cause.message, *one.cause.causes])
    for name, count in expect.get("calls", {}).items():
        assert calls.get(name, 0) == count, calls


@cases("events")
def test_events(case, folder, clip):
    run_case(case, folder, clip)


@cases("providers")
def test_providers(case, folder, clip):
    run_case(case, folder, clip)


@cases("cancels")
def test_cancels(case, folder, clip):
    run_case(case, folder, clip)


@cases("errors")
def test_errors(case, folder):
    studio = adgen.Studio(folder / "storage")
    verb = getattr(studio, "import_" if case["verb"] == "import" else case["verb"])
    arguments = [document() if argument == "$document" else argument for argument in case["arguments"]]
    with pytest.raises(adgen.AdgenError) as caught:
        verb(*arguments)
    error, expect = caught.value, case["error"]
    assert error.code == expect["code"] and expect["mentions"] in str(error), error
    if "problems" in expect:
        assert sorted(problem.path for problem in error.problems) == sorted(expect["problems"])
    assert isinstance(error, _errors.KINDS[expect["code"]])


