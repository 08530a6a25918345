"""What people hand in that is no document."""

from __future__ import annotations

import collections
import datetime
import decimal
import enum
import json
import os
import types as python_types
from fractions import Fraction

import pytest

import adgen
from adgen import provider
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
        ({**SOUND, "product": {"image": b"bytes"}}, "product.image", "a value of bytes stands here"),
        ({**SOUND, "scenes": [{}, {"id": datetime.datetime(2026, 1, 1)}]}, "scenes[1].id", "a datetime stands here"),
        ({**SOUND, "seed": decimal.Decimal("1.5")}, "seed", "a Decimal stands here"),
        ({**SOUND, "brand": {"colors": {"red"}}}, "brand.colors", "a set stands here"),
        ({**SOUND, "brand": object()}, "brand", "an object stands here"),
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


def test_a_path_that_is_given_as_text_is_told_so(studio, folder):
    (folder / "project.json").write_text(json.dumps(document()))
    for ask in (studio.import_, studio.generate, studio.estimate, studio.inspect, studio.save):
        with pytest.raises(adgen.InvalidProject) as caught:
            ask("project.json")
        assert "pathlib.Path('project.json')" in caught.value.hint and caught.value.problems[0].path == ""
    (problem,) = adgen.validate("project.json")
    assert "not JSON" in problem.message and "pathlib.Path('project.json')" in problem.message
    # What is JSON, or meant to be, is judged as a document.
    for text in ("null", "7", '{"id": ', "[1]", '"project.json"'):
        (problem, *_) = adgen.validate(text)
        assert "pathlib" not in problem.message


def test_a_photo_is_no_document(studio, folder):
    (folder / "cup.jpg").write_bytes(b"\xff\xd8\xff\xe0")
    for ask in (adgen.validate, studio.import_, studio.generate):
        with pytest.raises(adgen.InvalidProject, match="cup.jpg is no document"):
            ask(folder / "cup.jpg")


@pytest.mark.parametrize("read", ["dict", "text"])
def test_half_of_a_character_is_told_with_its_place(studio, read):
    whole = {**SOUND, "scenes": [{"id": "a", "caption": "x\ud83d"}]}
    for ask in (adgen.validate, studio.import_, studio.generate, studio.save):
        with pytest.raises(adgen.InvalidProject) as caught:
            ask(whole if read == "dict" else json.dumps(whole, ensure_ascii=False))
        (problem,) = caught.value.problems
        assert problem.path == "scenes[0].caption" and "half of a character, \\ud83d" in problem.message
    with pytest.raises(adgen.InvalidProject, match="half of a character"):
        adgen.validate('{"id": \ud83d}')
    with pytest.raises(adgen.InvalidConfig, match="project_id: half of a character"):
        studio.state("\ud83d")


def test_settings_that_are_no_json_are_invalid_settings(studio, folder):
    nan = float("nan")
    for ask, problem in (
        (lambda: adgen.Studio(folder, max_usd=nan), "max_usd: nan is no number"),
        (lambda: adgen.Studio(folder, assets={"folders": [b"x"]}), "assets.folders[0]: a value of bytes stands here"),
        (lambda: adgen.Studio.from_env(folder, webhook=nan), "webhook: nan is no number"),
        (lambda: studio.generate(document(), folder, max_usd=nan), "max_usd: nan is no number"),
        (lambda: studio.run("a", jobs=b"1"), "jobs: a value of bytes stands here"),
    ):
        with pytest.raises(adgen.InvalidConfig) as caught:
            ask()
        assert problem in str(caught.value) and "have 1 problem" in caught.value.message


def test_arguments_of_another_type_are_told_by_their_names(studio, folder):
    for ask, words in (
        (lambda: studio.run(5), "project_id of run must be a str, not int"),
        (lambda: studio.resume(None), "project_id of run must be a str, not NoneType"),
        (lambda: studio.state(None), "project_id of state must be a str, not NoneType"),
        (lambda: studio.document(b"a"), "project_id of document must be a str, not bytes"),
        (lambda: studio.save(document(), if_match=3), "if_match of save must be a str, not int"),
        (lambda: studio.copy("a", 1), "target of copy must be a str, not int"),
        (lambda: studio.delete(1.0), "project_id of delete must be a str, not float"),
        (lambda: studio.report([]), "project_id of report must be a str, not list"),
        (lambda: studio.preview("a", scene="1"), "scene of preview must be an int, not str"),
        (lambda: studio.preview("a", scene=True), "scene of preview must be an int, not bool"),
        (lambda: studio.preview("a", seconds="1"), "seconds of preview must be a number, not str"),
        (lambda: studio.preview("a", scene=1, width="360"), "width of preview must be an int, not str"),
        (lambda: studio.preview("a", scene=1, aspect=1), "aspect of preview must be a str, not int"),
        (lambda: studio.url("a", "f", expires="1"), "expires of url must be a number, not str"),
        (lambda: studio.url("a", folder), "file of url must be a str, not "),
        (lambda: studio.watch("a", every="1"), "every of watch must be a number, not str"),
        (lambda: studio.watch("a", from_seq="1"), "from_seq of watch must be an int, not str"),
        (lambda: studio.watch("a", after_run=1), "after_run of watch must be a str, not int"),
        (lambda: studio.find_waste(grace="x"), "grace of find_waste must be a number, not str"),
        (lambda: studio.find_waste(bought=1), "bought of find_waste must be a bool, not int"),
        (lambda: studio.remove_waste({}), "plan of remove_waste must be what find_waste gave"),
        (lambda: adgen.Studio(b"/tmp/x"), "storage must be a path or an address such as s3://bucket/prefix, not bytes"),
        (lambda: adgen.Studio(5), "storage must be a path or an address such as s3://bucket/prefix, not int"),
        (lambda: provider.pending(5), "job must be the provider's name for it, a str, not int"),
    ):
        with pytest.raises(TypeError) as caught:
            ask()
        assert words in str(caught.value)


def test_arguments_out_of_range_are_told_by_their_names(studio):
    nan = float("nan")
    for ask, words in (
        (lambda: studio.preview("a", scene=-1), "scene of preview is -1: 0 or more is allowed"),
        (lambda: studio.preview("a", seconds=-1), "seconds of preview is -1: a number of seconds, 0 or more"),
        (lambda: studio.preview("a", scene=0, short_side=0), "short_side of preview is 0: 1 or more is allowed"),
        (lambda: studio.url("a", "f", expires=-1), "expires of url is -1: a number of seconds, 0 or more"),
        (lambda: studio.watch("a", from_seq=-1), "from_seq of watch is -1: 0 or more is allowed"),
        (lambda: studio.watch("a", every=nan), "every of watch is nan: a number of seconds, 0 or more"),
        (lambda: studio.find_waste(grace=nan), "grace of find_waste is nan: a number of seconds, 0 or more"),
        (lambda: provider.failed("no", kind="oops"), "kind must be one of generation_failed, content_rejected, cancelled, timeout"),
    ):
        with pytest.raises(ValueError) as caught:
            ask()
        assert words in str(caught.value)


def test_numbers_of_other_libraries_are_numbers(studio):
    class Whole:
        def __index__(self):
            return 0

    for ask in (
        lambda: studio.preview("nobody", scene=Whole()),
        lambda: studio.preview("nobody", seconds=Fraction(1, 2)),
        lambda: studio.url("nobody", "f", expires=Fraction(1, 2)),
    ):
        with pytest.raises(adgen.NotFound):
            ask()


def test_a_file_that_is_read_by_await_is_told_so(studio):
    class Upload:
        file = None

        async def read(self):
            return b""

    with pytest.raises(TypeError, match="of this Upload hand in its .file, or what its read gives"):
        studio.import_(document(), files={"cup.jpg": Upload()})


def test_what_is_no_file_or_too_large_is_refused_before_it_is_read(studio, folder):
    os.mkfifo(folder / "pipe")
    (folder / "large.bin").touch()
    os.truncate(folder / "large.bin", (1 << 30) + 1)
    for name, words in (("pipe", "is no file"), ("large.bin", "has 1073741825 bytes: at most 1073741824 are read")):
        with pytest.raises(adgen.InvalidInput) as caught:
            studio.import_(document(), files={"cup.jpg": folder / name})
        assert "file 'cup.jpg'" in caught.value.message and words in caught.value.message
        with pytest.raises(adgen.InvalidInput, match="the document"):
            studio.import_(folder / name)
    with pytest.raises(adgen.InvalidInput, match="at most 4194304 are read"):
        adgen.validate(folder / "large.bin")
    with pytest.raises(IsADirectoryError):
        studio.import_(folder)


def test_a_file_that_does_not_end_is_left(studio, monkeypatch):
    monkeypatch.setattr("adgen._files._MOST_FILE", 5_000_000)
    with open("/dev/zero", "rb") as endless, pytest.raises(adgen.InvalidInput, match="more than 5000000 bytes"):
        studio.import_(document(), files={"cup.jpg": endless})


def test_a_listener_is_a_plain_function(folder):
    async def listen(event):
        pass

    for kind in (adgen.Studio, adgen.AsyncStudio):
        with pytest.raises(TypeError, match="on_event must be a plain function"):
            kind(folder, on_event=listen)


def test_a_number_that_nobody_can_count_with_is_told_with_its_place(studio):
    for ask in (adgen.validate, studio.generate):
        with pytest.raises(adgen.InvalidProject) as caught:
            ask({**SOUND, "seed": 10**5000})
        (problem,) = caught.value.problems
        assert problem.path == "seed" and "16610 bits" in problem.message


def test_an_error_shows_its_problems_in_one_line(studio):
    with pytest.raises(adgen.InvalidProject) as caught:
        studio.save({"id": "x", "brief": {}, "product": {"image": 3}})
    assert repr(caught.value) == (
        "InvalidProject('the project has 2 problems: brief.product_name: is missing; it is required; "
        "product.image: 3 stands here; text is expected')"
    )


def test_files_that_are_none_are_told_so(studio):
    for files, words in (
        (["cup.jpg"], "files must be a dict of names and what they hold, not list"),
        ({7: b"x"}, "the name 7 of a file must be text"),
        ({"cup.jpg": "cup.jpg"}, r"a path is pathlib.Path\('cup.jpg'\)"),
        ({"cup.jpg": None}, "must be bytes, a path or an open binary file, not NoneType"),
    ):
        with pytest.raises(TypeError, match=words):
            studio.import_(document(), files=files)


def test_headers_of_a_webhook_come_in_several_shapes():
    secret, body = "whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3", b"{}"
    named = {"webhook-id": "a", "webhook-timestamp": "1", "webhook-signature": "v1,x"}
    in_bytes = [(name.title().encode(), value.encode()) for name, value in named.items()]
    for headers in (named, list(named.items()), in_bytes, dict(in_bytes)):
        with pytest.raises(adgen.Unauthenticated):
            adgen.verify_webhook(secret, headers, body, now=1)
    for headers in (None, 7, "webhook-id", ["webhook-id: a"], [("a", "b", "c")]):
        with pytest.raises(TypeError, match="headers must be a dict, or pairs"):
            adgen.verify_webhook(secret, headers, body, now=1)
    for body in (None, 7):
        with pytest.raises(TypeError, match="body must be bytes"):
            adgen.verify_webhook(secret, named, body, now=1)
