"""What people hand in that is no document."""

from __future__ import annotations

import collections
import datetime
import decimal
import enum
import json
import os
import types as python_types

import pytest

import adgen
from conftest import document

SOUND = {"id": "demo", "brief": {"product_name": "Rosso"}, "product": {"image": "rosso.png"}}


def itself():
    value = {"id": "demo"}
    value["brief"] = value
    return value


def deep():
    value = {}
    for _ in range(100_000):
        value = {"x": value}
    return value


@pytest.mark.parametrize(
    ("value", "path", "words"),
    [
        ({**SOUND, "seed": float("nan")}, "seed", "nan is no number"),
        ({**SOUND, "brief": {"duration_s": float("inf")}}, "brief.duration_s", "inf is no number"),
        ({**SOUND, "product": {"image": b"bytes"}}, "product.image", "is a bytes"),
        ({**SOUND, "scenes": [{}, {"id": datetime.datetime(2026, 1, 1)}]}, "scenes[1].id", "is a datetime"),
        ({**SOUND, "seed": decimal.Decimal("1.5")}, "seed", "is a Decimal"),
        ({**SOUND, "brand": {"colors": {"red"}}}, "brand.colors", "is a set"),
        ({**SOUND, "brand": object()}, "brand", "is an object"),
        ({**SOUND, 7: 1}, "", "the name 7 is an int"),
        (itself(), "brief", "nested more than 100 levels deep"),
        (deep(), "x", "nested more than 100 levels deep"),
    ],
    ids=["nan", "inf", "bytes", "datetime", "decimal", "set", "object", "name", "itself", "deep"],
)
def test_what_json_has_no_word_for_is_named_with_its_place(studio, value, path, words):
    for ask in (adgen.validate, studio.import_, studio.generate, studio.estimate, studio.save):
        with pytest.raises(adgen.InvalidProject) as caught:
            ask(value)
        (problem,) = caught.value.problems
        assert (problem.path.startswith(path) if words.startswith("nested") else problem.path == path), problem
        assert words in problem.message


def test_what_is_nearly_a_dict_is_one():
    class Role(str, enum.Enum):
        HOOK = "hook"

    project = python_types.MappingProxyType(
        collections.OrderedDict(SOUND, product={"image": os.path.join("a", "b.png")}, scenes=({"id": "a", "role": Role.HOOK, "duration_s": 30},))
    )
    assert adgen.validate(project) == []


@pytest.mark.parametrize("wrong", [None, 1, 1.5, True, b"{}", [], (), {"id"}, object()], ids=repr)
def test_another_type_is_a_type_error(studio, wrong):
    for ask in (adgen.validate, studio.import_, studio.generate, studio.estimate, studio.save):
        with pytest.raises(TypeError, match=f"not {type(wrong).__name__}$"):
            ask(wrong)


def test_ten_megabytes_of_text_are_answered(studio):
    long = "a" * 10_000_000
    for project in ({**SOUND, "title": long}, json.dumps({**SOUND, "title": long}), long):
        assert adgen.validate(project)
        with pytest.raises(adgen.InvalidProject) as caught:
            studio.import_(project)
        assert len(str(caught.value)) < 10_000


def test_half_of_a_character_is_no_crash(studio):
    for project in ({**SOUND, "title": "\ud83d"}, '{"id": "\ud83d"}'):
        with pytest.raises((UnicodeEncodeError, adgen.InvalidProject)):
            adgen.validate(project)


def test_a_storage_that_cannot_be_written_says_so(folder):
    (folder / "file").write_text("no folder")
    for place in (folder / "file", folder / "file" / "below"):
        with pytest.raises((adgen.Io, adgen.InvalidConfig)) as caught:
            adgen.Studio(place).import_(document(), folder)
        assert "file" in str(caught.value)
    with pytest.raises(adgen.InvalidConfig, match="ftp"):
        adgen.Studio("ftp://a/b")
    with pytest.raises(TypeError):
        adgen.Studio(7)


def test_a_document_that_is_not_there_is_what_python_says(studio, folder):
    with pytest.raises(FileNotFoundError):
        studio.import_(folder / "none.json")


@pytest.mark.parametrize("id", ["", "..", "a/b", "\0", "x" * 1000, "é"])
def test_ids_that_are_none_are_refused(studio, id):
    for ask in (studio.state, studio.document, studio.delete, studio.run):
        with pytest.raises(adgen.AdgenError) as caught:
            ask(id)
        assert caught.value.code in ("invalid_project", "not_found")


def test_a_webhook_is_checked():
    import base64
    import hashlib
    import hmac

    key, body = b"0123456789abcdef01234567", b'{"id": "job-1", "status": "succeeded"}'
    secret = "whsec_" + base64.b64encode(key).decode()

    def headers(at):
        signed = hmac.new(key, b"msg_1." + str(at).encode() + b"." + body, hashlib.sha256).digest()
        return {"Webhook-Id": "msg_1", "webhook-timestamp": str(at), "WEBHOOK-SIGNATURE": "v1," + base64.b64encode(signed).decode()}

    event = adgen.verify_webhook(secret, headers(1000), body, now=1100)
    assert (event.job, event.delivery) == ("job-1", "msg_1")
    for wrong in (
        lambda: adgen.verify_webhook(secret, headers(1000), body + b" ", now=1000),
        lambda: adgen.verify_webhook(secret, headers(1000), body, now=2000),
        lambda: adgen.verify_webhook(secret, headers(1000), body),
    ):
        with pytest.raises(adgen.Unauthenticated):
            wrong()
    with pytest.raises(adgen.InvalidInput, match="webhook-signature"):
        adgen.verify_webhook(secret, {"webhook-id": "a", "webhook-timestamp": "1"}, body)
    with pytest.raises(adgen.InvalidConfig):
        adgen.verify_webhook("no secret", headers(1000), body, now=1000)
    with pytest.raises(TypeError, match="bytes"):
        adgen.verify_webhook(secret, headers(1000), body.decode())


def test_a_run_is_notified_of_its_own_jobs_alone(studio, folder):
    with studio.generate(document(), folder) as run:
        assert run.notify({"job": "somebody-else's", "delivery": "msg_1"}) is False
        with pytest.raises(adgen.InvalidInput):
            run.notify({"task": "x"})


def test_schemas_are_there():
    assert adgen.schema()["properties"]["id"]
    assert adgen.schema("studio_config")["properties"]["jobs"]
    with pytest.raises(adgen.InvalidConfig, match="run_options"):
        adgen.schema("nothing")
