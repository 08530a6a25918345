"""Pydantic's models: that their schema is ours, and that they take what adgen takes."""

from __future__ import annotations

import copy
import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any, Iterator

import jsonschema
import pydantic
import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

import adgen
from adgen import _convert, models, types

ROOT = Path(__file__).resolve().parents[2]
SCHEMA = json.loads((ROOT / "schema/adgen.schema.json").read_text(encoding="utf-8"))
CASES = json.loads((ROOT / "tests/cases/validate.json").read_text(encoding="utf-8"))["cases"]
DOCUMENTS = [case for case in CASES if "project" in case]
WHOLE = ["AdProject", "StoredDocument", "Imported", "State", "Outcome", "Estimate", "Problem"]
PARTS = sorted(name for name in models.__all__ if name in SCHEMA["$defs"])
# Every field of a document with a value of its own.
FULL: dict[str, Any] = {
    "schema_version": 1,
    "id": "rosso",
    "user_id": "user 7",
    "title": "Rosso",
    "brief": {
        "product_name": "Rosso",
        "description": "A cup.",
        "audience": "people",
        "mood": "warm",
        "call_to_action": "Try it",
        "language": "de",
        "duration_s": 12.5,
    },
    "brand": {"name": "R", "colors": ["#C8102E"], "logo": "l.png", "font": "Inter", "guidelines": "No humour."},
    "product": {"image": "r.png", "cutout": "c.png"},
    "style": {"lighting": "a", "camera": "b", "texture": "c", "mood": "d", "palette": ["#fff"], "grade": "e"},
    "scenes": [
        {
            "id": "a",
            "role": "hook",
            "duration_s": 5.0,
            "background": {"generate": {"prompt": "steam", "seed": 3}},
            "product": {"placement": "left", "scale": 1.1, "motion": "push_in", "shadow": False},
            "caption": "Hot",
            "transition": "dip",
        },
        {"id": "b", "background": {"file": "b.mp4"}, "product": None},
    ],
    "audio": {"music": {"generate": {"prompt": "jazz"}}, "loudness_lufs": -16.0},
    "output": {"aspects": ["9:16", "1:1"], "short_side": 720, "fps": 25, "quality": "draft", "audio_kbps": 128},
    "policy": {"max_usd": 2.0, "fallback": "deny", "share_photo": True},
    "seed": 7,
}
# No whole number written as a fraction: JSON Schema has it for an integer, adgen and pydantic do not.
ODD = [None, -1, 0, 3, 2.5, 12345678.5, True, "", "x", "a" * 30000, "#fff", [], ["x"], [None], {}, {"x": 1}, {"file": "a", "generate": {}}]


def normal(schema: Any, definitions: dict[str, Any]) -> Any:
    """A schema without what two writers may write differently and which means the same.

    - titles, the order of keys, of what is required and of alternatives, and how long lines of descriptions are;
    - a list of types, which is alternatives of one type each;
    - names of parts that ours has in place, which are put there;
    - a default of null, which FastAPI's pages leave out: a field that may be null is null where it is missing;
    - OpenAPI's `discriminator`, which names a constant that each alternative has anyway.
    """
    if isinstance(schema, list):
        return [normal(one, definitions) for one in schema]
    if not isinstance(schema, dict):
        return schema
    if isinstance(schema.get("type"), list):
        outer = {key: schema[key] for key in ("description", "default") if key in schema}
        inner = {key: part for key, part in schema.items() if key not in ("description", "default")}
        options = [{"type": "null"} if kind == "null" else {**inner, "type": kind} for kind in schema["type"]]
        return normal({**outer, "anyOf": options}, definitions)
    name = schema.get("$ref", "").rpartition("/")[2]
    if name and name not in SCHEMA["$defs"]:
        return normal({**definitions[name], **{k: v for k, v in schema.items() if k != "$ref"}}, definitions)
    made: dict[str, Any] = {}
    for key, part in schema.items():
        if key in ("title", "discriminator", "$defs", "$schema") or (key == "default" and part is None):
            continue
        if key == "$ref":
            made[key] = name
        elif key == "description":
            made[key] = " ".join(part.split())
        elif key in ("required", "enum"):
            made[key] = sorted(part)
        elif key == "properties":
            made[key] = {field: normal(one, definitions) for field, one in part.items()}
        elif key in ("anyOf", "oneOf"):
            made[key] = sorted(normal(part, definitions), key=lambda one: json.dumps(one, sort_keys=True))
        elif key in ("default", "const"):
            made[key] = part
        else:
            made[key] = normal(part, definitions)
    return made


def ours(name: str) -> Any:
    return normal(SCHEMA["$defs"][name], {})


@pytest.mark.parametrize("mode", ["validation", "serialization"])
@pytest.mark.parametrize("name", WHOLE)
def test_the_schema_of_each_model_is_ours(name, mode):
    schema = getattr(models, name).model_json_schema(mode=mode)
    definitions = schema.get("$defs", {})
    assert normal(schema, definitions) == ours(name)
    shared = definitions.keys() & SCHEMA["$defs"].keys()
    for part in shared:
        assert normal(definitions[part], definitions) == ours(part), part
    # Variants alone have names of their own.
    variants = set(models.__all__) - SCHEMA["$defs"].keys()
    assert definitions.keys() - shared <= variants


def test_every_part_is_compared():
    found = {part for name in WHOLE for part in getattr(models, name).model_json_schema().get("$defs", {})} | set(WHOLE)
    assert set(PARTS) <= found


def test_the_comparison_sees_a_difference():
    for key, value in [("maximum", 5), ("description", "other"), ("required", ["id"]), ("default", 1)]:
        assert normal({"type": "integer", key: value}, {}) != normal({"type": "integer"}, {})
    assert normal({"type": ["string", "null"], "maxLength": 3}, {}) != normal({"type": ["string", "null"]}, {})


@pytest.mark.parametrize("case", DOCUMENTS, ids=lambda case: case["name"])
@pytest.mark.parametrize("read", ["dict", "json"])
def test_a_document_is_taken_or_refused_as_adgen_does(case, read):
    document = case["project"]

    def validate() -> models.AdProject:
        if read == "json":
            return models.AdProject.model_validate_json(json.dumps(document))
        return models.AdProject.model_validate(document)

    if not case["problems"] and adgen.validate(document) == []:
        assert validate().model_dump(mode="json", exclude_unset=True) == document
        return
    with pytest.raises(pydantic.ValidationError) as refused:
        validate()
    assert [(path_of(one["loc"]), one["msg"]) for one in refused.value.errors()] == [
        (problem.path, problem.message) for problem in adgen.validate(document)
    ]


def path_of(loc: tuple[int | str, ...]) -> str:
    """As adgen writes it."""

    def part_of(part: int | str) -> str:
        if isinstance(part, int):
            return f"[{part}]"
        return f".{part}" if re.fullmatch("[A-Za-z0-9_]+", part) else f"[{json.dumps(part, ensure_ascii=False)}]"

    return "".join(map(part_of, loc)).removeprefix(".")


def changed(value: Any, where: tuple[Any, ...] = ()) -> Iterator[tuple[tuple[Any, ...], Any]]:
    """Each place in a value, with each odd value in its place, and with nothing there."""
    items = list(value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else [])
    for key, part in items:
        for odd in ODD:
            copied = copy.deepcopy(value)
            copied[key] = odd
            yield (*where, key, repr(odd)[:20]), copied
        gone = copy.deepcopy(value)
        del gone[key]
        yield (*where, key, "gone"), gone
        for place, inner in changed(part, (*where, key)):
            copied = copy.deepcopy(value)
            copied[key] = inner
            yield place, copied
    if isinstance(value, dict):
        yield (*where, "more"), {**value, "more": 1}


def test_each_slip_is_judged_as_adgen_judges_it():
    taken = refused = 0
    for where, document in changed(FULL):
        problems = adgen.validate(document)
        try:
            models.AdProject.model_validate(document)
            found = False
            taken += 1
        except pydantic.ValidationError:
            found = True
            refused += 1
        assert found == bool(problems), (where, problems)
    assert taken > 100 and refused > 500, (taken, refused)


@pytest.mark.parametrize("name", ["Brief", "Brand", "Product", "Style", "Scene", "Audio", "Output", "Policy"])
def test_a_part_by_itself_is_judged_by_the_schema(name):
    """No document is there which adgen could check: the models' own rules are tried."""
    field = name.lower()
    whole = FULL["scenes"][0] if name == "Scene" else FULL[field]
    kind = getattr(models, name)
    kind.model_validate(whole)
    judge = jsonschema.Draft202012Validator({**SCHEMA, "$ref": f"#/$defs/{name}"})
    judged = {True: 0, False: 0}
    for where, part in changed(whole):
        is_sound = judge.is_valid(part)
        judged[is_sound] += 1
        try:
            kind.model_validate(part)
            assert is_sound, (where, part)
        except pydantic.ValidationError as error:
            assert not is_sound, (where, error)
    assert min(judged.values()) > 5, judged


def test_nothing_is_guessed_from_another_type():
    for wrong in [{"seed": 7.0}, {"seed": "7"}, {"seed": True}, {"title": 7}, {"brief": {**FULL["brief"], "duration_s": "12"}}]:
        with pytest.raises(pydantic.ValidationError):
            models.AdProject.model_validate({**FULL, **wrong})
        assert adgen.validate({**FULL, **wrong}) != []
    itself = copy.deepcopy(FULL)
    itself["brand"] = itself
    with pytest.raises(pydantic.ValidationError, match="holds itself"):
        models.AdProject.model_validate(itself)
    for nothing in [None, 1, "x", [FULL]]:
        with pytest.raises(pydantic.ValidationError):
            models.AdProject.model_validate(nothing)


@pytest.mark.parametrize("title", [b"x", object(), float("nan"), float("inf"), "\ud83d"], ids=["bytes", "object", "nan", "inf", "half"])
def test_what_is_no_json_is_told_as_of_a_dict(title):
    with pytest.raises(adgen.InvalidProject) as of_dict:
        adgen.validate({**FULL, "title": title})
    with pytest.raises(pydantic.ValidationError) as of_model:
        models.AdProject.model_validate({**FULL, "title": title})
    (told,) = of_model.value.errors(include_input=False)
    (problem,) = of_dict.value.problems
    assert (told["loc"], told["msg"]) == ((problem.path,), problem.message)
    # Put into a sound model afterwards, too.
    if not isinstance(title, bytes) and type(title) is not object:
        model = models.AdProject.model_validate(FULL)
        model.title = title
        with pytest.raises(adgen.InvalidProject) as of_changed:
            adgen.validate(model)
        assert of_changed.value.problems == [problem]


def test_a_path_is_a_text_in_both():
    product = {"image": Path("a") / "b.png"}
    assert adgen.validate({**FULL, "product": product}) == []
    model = models.AdProject.model_validate({**FULL, "product": product})
    assert model.product.image == str(product["image"])
    model.product.image = product["image"]
    assert json.loads(_convert.document(model)[0])["product"]["image"] == str(product["image"])
    # A part that is a model may stand in a dict.
    assert adgen.validate({**FULL, "brief": models.Brief(product_name="Rosso")}) == []


def test_a_document_can_be_put_together_from_models():
    least = models.AdProject(
        id="rosso", brief=models.Brief(product_name="Rosso"), product=models.Product(image="cup.jpg")
    )
    written = least.model_dump(mode="json", exclude_unset=True)
    assert written == {"id": "rosso", "brief": {"product_name": "Rosso"}, "product": {"image": "cup.jpg"}}
    # The defaults are those of adgen: written out, they are no other document.
    assert adgen.validate(least.model_dump(mode="json")) == []
    assert isinstance(least.audio.music, models.GenerateMusic) and least.output.aspects == ["9:16"]
    with pytest.raises(pydantic.ValidationError, match="fps"):
        models.AdProject(id="rosso", brief=least.brief, product=least.product, output=models.Output(fps=31))


def test_a_null_that_was_written_reaches_adgen():
    """`audio.music: null` is an ad without music; without the field, there is music."""
    silent = models.AdProject.model_validate({**FULL, "audio": {"music": None}})
    assert json.loads(_convert.document(silent)[0])["audio"] == {"music": None, "loudness_lufs": -14.0}
    assert adgen.validate(silent) == []


def test_a_default_that_was_changed_in_place_reaches_adgen():
    least = models.AdProject.model_validate(
        {"id": "rosso", "brief": {"product_name": "Rosso"}, "product": {"image": "cup.jpg"}}
    )
    least.output.fps = 25
    assert json.loads(_convert.document(least)[0])["output"]["fps"] == 25


def test_what_adgen_gives_becomes_a_model():
    outcome = types.Outcome.from_dict(OUTCOME)
    model = models.Outcome.model_validate(outcome)
    assert model == models.Outcome.model_validate(OUTCOME)
    # What is left out in Rust is None or empty here, and no more.
    assert model.model_dump(mode="json", exclude_defaults=True) == OUTCOME
    assert models.State.model_validate(outcome.state).stages["plan"].status == "finished"
    estimate = types.Estimate.from_dict(ESTIMATE)
    assert models.Estimate.model_validate(estimate).model_dump(mode="json") == ESTIMATE
    assert models.Problem.model_validate(types.Problem(path="a", message="b")).path == "a"
    newer = models.State.model_validate({**OUTCOME["state"], "moons": 3})
    assert not hasattr(newer, "moons")


def test_fastapi_checks_bodies_and_shows_our_schema():
    app = FastAPI()

    @app.post("/ads")
    def make(project: models.AdProject) -> dict[str, Any]:
        return project.model_dump(mode="json", exclude_unset=True)

    @app.get("/ads/{name}", response_model=models.State, response_model_exclude_defaults=True)
    def state(name: str) -> types.State:
        return types.State.from_dict({**OUTCOME["state"], "project_id": name})

    client = TestClient(app)
    assert client.post("/ads", json=FULL).json() == FULL
    wrong = client.post("/ads", json={**FULL, "scenes": [{"id": "a", "duration_s": -1}], "colour": 1})
    assert wrong.status_code == 422
    details = {tuple(one["loc"]): one["msg"] for one in wrong.json()["detail"]}
    assert ("body", "scenes", 0, "duration_s") in details and ("body", "colour") in details, details
    answer = client.get("/ads/rosso")
    assert answer.json() == {**OUTCOME["state"], "project_id": "rosso"}
    shown = client.get("/openapi.json").json()["components"]["schemas"]
    known = shown.keys() & SCHEMA["$defs"].keys()
    assert {"AdProject", "Scene", "State", "Degradation"} <= known
    for name in known:
        assert normal(shown[name], shown) == ours(name), name


def test_without_pydantic_everything_else_works(tmp_path):
    (tmp_path / "pydantic.py").write_text("raise ImportError('not installed')")
    code = "import adgen, adgen.types, sys; assert 'pydantic' not in sys.modules; import adgen.models"
    env = {**os.environ, "PYTHONPATH": os.pathsep.join([str(tmp_path), *sys.path])}
    ran = subprocess.run([sys.executable, "-c", code], env=env, capture_output=True, text=True)
    assert ran.returncode == 1 and "adgen[pydantic]" in ran.stderr, ran.stderr


STAGES = ["plan", "extract", "scenes", "audio", "composite", "render"]
DONE = {"status": "finished", "progress": 1.0, "started_s": 0.5, "finished_s": 1.5, "made": 1, "reused": 0, "cost_usd": 0.0}
CAUSE = {"code": "media", "message": "no clip", "hint": "again", "operations": ["scenes"], "retryable": False}
OUTCOME: dict[str, Any] = {
    "run_id": "r",
    "project_id": "p",
    "videos": [{"name": "final_video.mp4", "aspect": "9:16", "path": "/a", "media_type": "video/mp4", "bytes": 3}],
    "captions": [{"name": "captions.srt", "media_type": "application/x-subrip", "bytes": 3}],
    "report": {"name": "report.html", "media_type": "text/html", "bytes": 3},
    "poster": {"name": "poster.jpg", "media_type": "image/jpeg", "bytes": 3},
    "cost_usd": 0.25,
    "state": {
        "schema_version": 1,
        "project_id": "p",
        "run_id": "r",
        "status": "COMPLETED",
        "progress": 100.0,
        "cost_usd": 0.25,
        "estimate": {"low_usd": 0.2, "high_usd": 0.5},
        "stages": {stage: DONE for stage in STAGES},
        "assets": {"plan": {"file": "plan.json", "bytes": 3, "sha256": "ab", "key": "cd"}},
        "degradations": [
            {
                "stage": "scenes",
                "artifact": "scene_1_bg",
                "fallback": "offline clip",
                "cause": {**CAUSE, "spent_usd": 0.1, "possibly_spent_usd": 0.0, "context": [{"name": "a", "value": "b"}]},
                "also": ["scene_2_bg"],
            }
        ],
        "notes": ["a note"],
        "loudness": {"integrated_lufs": -14.0, "true_peak_dbtp": -1.0},
        "fidelity": {"frames": 2, "worst_luma_error": 0.5, "mean_luma_error": 0.25},
        "created_at": "2026-01-01T00:00:00Z",
        "updated_at": "2026-01-01T00:00:00Z",
        "elapsed_s": 1.5,
        "history_entries": 3,
    },
}
ESTIMATE: dict[str, Any] = {
    "stages": [
        {
            "stage": "scenes",
            "provider": {"name": "x", "model": "y", "price": {"per": "second", "usd": 0.1, "as_of": "2026-01-01"}},
            "artifacts": 2,
            "cost": {"low_usd": 0.5, "high_usd": 1.0},
        }
    ],
    "total": {"low_usd": 0.5, "high_usd": 1.0},
}
