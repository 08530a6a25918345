"""The types of the data: that they are those of the schema, and what they do."""

from __future__ import annotations

import ast
import copy
import json
import os
import pickle
import re
import subprocess
import sys
import typing
from pathlib import Path
from typing import Any

import pytest

from adgen import types

ROOT = Path(__file__).resolve().parents[2]
SCHEMA = json.loads((ROOT / "schema/adgen.schema.json").read_text(encoding="utf-8"))
GENERATED = ["adgen-node/types.d.ts", "adgen-py/python/adgen/models.py", "adgen-py/python/adgen/types.py"]
RECORD = {"run_id": "r", "project_id": "p", "seq": 7, "at": "2026-01-01T00:00:00Z"}
BODY = {"code": "media", "message": "no clip", "retryable": False, "spent_usd": 0.0, "possibly_spent_usd": 0.0}
EVENTS: list[dict[str, Any]] = [
    {"type": "run_started"},
    {"type": "estimated", "low_usd": 1.0, "high_usd": 2.0},
    {"type": "estimated", "low_usd": 1.0},
    {"type": "status_changed", "status": "PLANNING", "progress": 1.0},
    {"type": "stage_started", "stage": "plan"},
    {"type": "progress", "stage": "scenes", "artifact": "scene_1_bg", "fraction": 0.5, "progress": 20.0},
    {"type": "artifact_reused", "stage": "scenes", "artifact": "a"},
    {"type": "artifact_ready", "stage": "scenes", "artifact": "a", "files": ["a.mp4"], "cost_usd": 0.2, "elapsed_ms": 3},
    {"type": "retrying", "stage": "scenes", "artifact": "a", "attempt": 2, "wait_ms": 10, "code": "timeout"},
    {"type": "degraded", "stage": "scenes", "artifact": "a", "fallback": "offline clip", "cause": BODY},
    {"type": "note", "stage": "audio", "message": "quiet"},
    {"type": "stage_finished", "stage": "audio", "elapsed_ms": 4},
    {"type": "run_finished", "status": "FAILED", "cost_usd": 0.2, "elapsed_ms": 5, "error": BODY},
    {"type": "unknown"},
]


def example(name: str, schema: dict[str, Any]) -> Any:
    """The least that a schema allows, with one item in each list and map."""
    if "$ref" in schema:
        inner = schema["$ref"].removeprefix("#/$defs/")
        return example(inner, SCHEMA["$defs"][inner])
    for options in ("oneOf", "anyOf"):
        if options in schema:
            return example(name, schema[options][0])
    if "const" in schema or "enum" in schema:
        return schema.get("const", schema.get("enum", [None])[0])
    kind = schema["type"] if isinstance(schema["type"], str) else schema["type"][0]
    if kind == "object" and "properties" in schema:
        return {key: example(key, schema["properties"][key]) for key in schema.get("required", [])}
    if kind == "object":
        return {"x": example(name, schema["additionalProperties"])}
    if kind == "array":
        return [example(name, schema["items"])]
    return {"string": "x", "integer": 1, "number": 1.5, "boolean": True}[kind]


CLASSES = sorted(name for name in types.__all__ if hasattr(getattr(types, name), "from_dict"))
WHOLE = sorted(set(CLASSES) & SCHEMA["$defs"].keys() - {"EventRecord"})


def test_the_files_in_the_repository_are_those_of_the_schema(tmp_path):
    subprocess.run([sys.executable, ROOT / "scripts/types", "--into", tmp_path], check=True)
    for name in GENERATED:
        written, there = (tmp_path / name).read_text(encoding="utf-8"), (ROOT / name).read_text(encoding="utf-8")
        assert written == there, f"{name} is not made of schema/adgen.schema.json: run make types"
    assert sorted(path for path in tmp_path.rglob("*") if path.is_file()) == sorted(tmp_path / name for name in GENERATED)


def test_every_name_of_the_schema_is_one_in_each_language():
    declared = (ROOT / "adgen-node/types.d.ts").read_text(encoding="utf-8")
    in_node = set(re.findall(r"^export (?:interface|type) (\w+)", declared, re.MULTILINE))
    names = set(SCHEMA["$defs"])
    assert len(names) > 80
    assert names <= in_node, names - in_node
    assert names <= set(types.__all__), names - set(types.__all__)
    assert all(hasattr(types, name) for name in types.__all__)
    # Variants have the same names in both.
    assert {name for name in in_node if name.endswith("Event")} == {n for n in types.__all__ if n.endswith("Event")}


@pytest.mark.parametrize("checker", ["mypy", "pyright", "pyright for 3.9"])
def test_type_checkers_find_them_sound(checker, tmp_path):
    package, uses = ROOT / "adgen-py/python/adgen", sorted((ROOT / "adgen-py/tests/typed").glob("*.py"))
    if checker == "mypy":
        files = [*uses, package / "types.py", package / "models.py"]
        command = [sys.executable, "-m", "mypy", "--strict", "--no-incremental", *files]
        env = {"MYPYPATH": str(package.parent)}
    else:
        pyright = ROOT / "tests/judges/node_modules/pyright/index.js"
        assert pyright.exists(), f"{pyright} is missing: run make setup"
        version = "3.9" if checker.endswith("3.9") else "3.13"
        config = {
            # Other than relative ones are passed over.
            "include": [os.path.relpath(path, tmp_path) for path in (*uses, package / "types.py", package / "_data.py", package / "_arguments.py")],
            "extraPaths": [os.path.relpath(package.parent, tmp_path)],
            "pythonVersion": version,
            "typeCheckingMode": "strict",
            # The comments for mypy are not pyright's.
            "enableTypeIgnoreComments": False,
            "reportUnnecessaryTypeIgnoreComment": True,
            "reportPrivateUsage": False,
        }
        (tmp_path / "pyrightconfig.json").write_text(json.dumps(config), encoding="utf-8")
        command, env = ["node", pyright, "-p", tmp_path], {}
    ran = subprocess.run(command, capture_output=True, text=True, env={**os.environ, **env}, cwd=tmp_path)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert re.search("no issues found in 4 source files|^0 errors, 0 warnings", ran.stdout, re.MULTILINE), ran.stdout


def test_python_3_9_can_read_them():
    for name in ("types.py", "_data.py"):
        source = (ROOT / "adgen-py/python/adgen" / name).read_text(encoding="utf-8")
        ast.parse(source, feature_version=(3, 9))
    for name in types.__all__:
        if isinstance(getattr(types, name), type):
            typing.get_type_hints(getattr(types, name))


def test_the_settings_of_a_studio_are_those_of_its_config():
    from adgen import _arguments

    settings, config = (typing.get_type_hints(kind) for kind in (_arguments.Settings, types.StudioConfig))
    # A path may be one, and the storage has an argument of its own.
    assert settings.pop("cache_dir") and config.pop("cache_dir") and config.pop("storage")
    assert settings == config


def test_importing_adgen_needs_nothing_for_type_checkers():
    code = "import adgen, sys; adgen.Studio; assert not {'adgen._arguments', 'typing_extensions', 'inspect'} & set(sys.modules), sorted(sys.modules)"
    subprocess.run([sys.executable, "-S", "-c", f"import sys; sys.path[:0] = {sys.path!r}; {code}"], check=True)


def test_what_may_be_left_out_is_known_at_run_time():
    assert types.AdProject.__required_keys__ == {"id", "brief", "product"}
    assert "seed" in types.AdProject.__optional_keys__
    assert types.RunOptions.__required_keys__ == frozenset()
    for name, schema in SCHEMA["$defs"].items():
        kind = getattr(types, name)
        if typing.is_typeddict(kind):
            assert kind.__required_keys__ == set(schema.get("required", [])), name
            assert kind.__required_keys__ | kind.__optional_keys__ == set(schema["properties"]), name


@pytest.mark.parametrize("fields", EVENTS, ids=lambda fields: fields["type"])
def test_an_event_is_one_object_with_its_record(fields):
    event = types.event({**RECORD, "event": fields})
    assert type(event) is types.EVENT_TYPES[fields["type"]]
    assert (event.run_id, event.seq, event.type) == ("r", 7, fields["type"])
    flat = event.to_dict()
    assert flat == {**RECORD, **fields}
    assert types.event(flat) == event == json_round(event, types.event)
    # Each can be asked for what only others have.
    others = {name for other in EVENTS for name in other} - fields.keys()
    assert all(getattr(event, name) in (None, ()) for name in others)
    with pytest.raises(AttributeError):
        event.moons


def test_every_event_of_the_schema_is_tried_here():
    tags = {option["properties"]["type"]["const"] for option in SCHEMA["$defs"]["Event"]["oneOf"]}
    assert tags == {fields["type"] for fields in EVENTS} == set(types.EVENT_TYPES)


def test_parts_of_an_event_are_data_too():
    degraded = types.event({**RECORD, "event": EVENTS[9]})
    assert isinstance(degraded, types.DegradedEvent)
    assert degraded.cause == types.ErrorBody.from_dict(BODY) and degraded.cause.hint is None
    assert degraded.also == () and degraded.cause.context == ()


def test_what_a_newer_adgen_tells_is_no_error():
    event = types.event({**RECORD, "more": 1, "event": {"type": "moon_rose", "over": "x"}})
    assert isinstance(event, types.UnknownEvent) and event.type == "unknown"
    assert event.to_dict() == {**RECORD, "more": 1, "type": "unknown", "over": "x"}
    state = types.State.from_dict({**example("State", SCHEMA["$defs"]["State"]), "moons": [{"name": "Io"}]})
    assert state.to_dict()["moons"] == [{"name": "Io"}]


@pytest.mark.parametrize("name", WHOLE)
def test_every_class_is_plain_frozen_data(name):
    data = example(name, SCHEMA["$defs"][name])
    kind = getattr(types, name)
    one = kind.from_dict(data)
    assert one.to_dict() == data
    again = kind.from_dict(copy.deepcopy(data))
    assert one == again and hash(one) == hash(again) and one is not again
    assert one == pickle.loads(pickle.dumps(one)) == copy.deepcopy(one) == kind(**one.__dict__)
    assert one != object() and repr(one).startswith(f"{name}(")
    field = next(iter(data))
    changed = kind.from_dict({**data, "another": 1})
    assert changed != one
    with pytest.raises(AttributeError, match="cannot be changed"):
        setattr(one, field, data[field])
    with pytest.raises(AttributeError, match="cannot be changed"):
        delattr(one, field)
    with pytest.raises(TypeError, match=field):
        kind.from_dict({key: value for key, value in data.items() if key != field})
    with pytest.raises(TypeError, match="moons"):
        kind(**one.__dict__, moons=1)


def test_nothing_of_a_class_is_missing_in_this_test():
    assert {"State", "Outcome", "OutputFile", "Imported", "Estimate", "StageEstimate", "CostRange"} <= set(WHOLE)
    assert {"Problem", "ErrorBody", "Fact", "GcPlan", "Waste", "StorageUse", "WebhookEvent", "Report"} <= set(WHOLE)


def test_deep_parts_are_read():
    outcome = types.Outcome.from_dict(example("Outcome", SCHEMA["$defs"]["Outcome"]))
    assert isinstance(outcome.videos, tuple) and isinstance(outcome.videos[0], types.OutputFile)
    assert isinstance(outcome.state.stages["x"], types.StageState)
    assert outcome.state.stages["x"].started_s is None
    estimate = types.Estimate.from_dict(example("Estimate", SCHEMA["$defs"]["Estimate"]))
    assert estimate.stages[0].provider.price == {"per": "free"}
    report = types.Report.from_dict({"subject": "x", "checks": [{"name": "a", "verdict": {"result": "failed", "why": "b"}}]})
    assert report.checks[0].verdict == types.FailedVerdict(why="b")
    assert types.read_verdict({"result": "passed"}).why is None


def test_a_problem_is_a_line():
    assert str(types.Problem(path="seed", message="no")) == "seed: no"
    assert str(types.Problem(path="", message="no JSON")) == "no JSON"


def json_round(one: Any, read: Any) -> Any:
    return read(json.loads(json.dumps(one.to_dict())))
