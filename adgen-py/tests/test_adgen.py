"""What a Python program sees. The cases that every language shares lie in tests/cases at the root."""

from __future__ import annotations

import copy
import importlib.metadata
import json
import pickle
import re
import sys
import threading
import time
from pathlib import Path

import pytest

import adgen

ROOT = Path(__file__).resolve().parents[2]
CASES = json.loads((ROOT / "tests/cases/validate.json").read_text(encoding="utf-8"))["cases"]
SOUND = {"id": "demo", "brief": {"product_name": "Rosso"}, "product": {"image": "rosso.png"}}


def test_one_version_everywhere():
    core = re.search(r'^version = "(.+)"$', (ROOT / "Cargo.toml").read_text(encoding="utf-8"), re.MULTILINE)
    assert core is not None
    assert adgen.version() == adgen.__version__ == importlib.metadata.version("adgen") == core[1]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_validates_as_every_language_does(case):
    documents = [case["text"]] if "text" in case else [case["project"], json.dumps(case["project"])]
    for document in documents:
        problems = adgen.validate(document)
        assert [problem.path for problem in problems] == [problem["path"] for problem in case["problems"]], problems
        for problem, expected in zip(problems, case["problems"]):
            assert expected["mentions"] in problem.message


def test_a_dict_is_left_as_it_was():
    project = copy.deepcopy(SOUND)
    adgen.validate(project)
    assert project == SOUND


def test_a_problem_is_plain_data():
    (problem,) = adgen.validate({**SOUND, "seed": -1})
    assert problem == adgen.Problem(path="seed", message=problem.message)
    assert str(problem) == f"seed: {problem.message}"
    assert str(adgen.Problem(path="", message="the document is not JSON")) == "the document is not JSON"
    assert pickle.loads(pickle.dumps(problem)) == problem
    assert {problem: 1}[problem] == 1
    with pytest.raises(AttributeError):
        problem.path = "id"


def test_a_document_that_is_far_too_deep_is_a_problem():
    (problem,) = adgen.validate("[" * 1_000_000)
    assert problem.path == ""


def test_other_threads_run_meanwhile():
    document = json.dumps({"x": ["abc"] * 90_000})
    ticks, ready, done = [], threading.Event(), threading.Event()

    def tick():
        ready.set()
        while not done.is_set():
            ticks.append(time.perf_counter())
            time.sleep(0.001)

    # The interpreter takes its lock from nobody: only who gives it up, as a call should, lets others run.
    interval = sys.getswitchinterval()
    sys.setswitchinterval(1000)
    thread = threading.Thread(target=tick)
    try:
        thread.start()
        ready.wait()
        start = time.perf_counter()
        for _ in range(20):
            adgen.validate(document)
        end = time.perf_counter()
    finally:
        done.set()
        sys.setswitchinterval(interval)
        thread.join()
    # One tick or two may fall between reading the clock and the calls themselves.
    assert sum(start < at < end for at in ticks) > 5


def test_what_the_module_lists_is_for_its_users():
    assert {"Studio", "models", "provider", "__version__"} <= set(dir(adgen))
    assert not {"Any", "TYPE_CHECKING", "name_bundle", "annotations"} & set(dir(adgen))
    assert adgen.Studio.resume.__doc__ != adgen.Studio.run.__doc__ and "crash" in adgen.Studio.resume.__doc__
