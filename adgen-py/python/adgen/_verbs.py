"""What a studio is asked, written once for both kinds of studios.

Each verb gives the question (JSON), the files and providers that go with it, and what is made of the answer.
"""

from __future__ import annotations

import json
import os
from typing import Any, Callable, Dict, Generic, Mapping, NamedTuple, Optional, TypeVar, Union

from . import _convert, types
from ._checks import count, needed, optional, seconds
from ._files import file_bytes
from ._preview import PreviewImage
from ._providers import adapted

T = TypeVar("T")


class Question(NamedTuple):
    """A question to the core."""

    verb: str
    files: Dict[str, bytes]
    objects: Dict[str, Any]
    read: Callable[[Any], Any]


def _ask(verb: str, read: Callable[[Any], Any], /, files: Any = None, objects: Any = None, **arguments: Any) -> Question:
    given = {name: value for name, value in arguments.items() if value is not None}
    what = _convert.options(f"the arguments of {verb}")
    # Options are named as they are written, without what they lie in.
    if "options" in given:
        given["options"] = _convert.plain(given["options"], what)
    return Question(
        _convert.text({"verb": verb, **given}, what),
        file_bytes(files),
        dict(objects or {}),
        read,
    )


def _json(read: Callable[[Any], Any]) -> Callable[[str], Any]:
    return lambda answer: read(json.loads(answer))


def _same(value: Any) -> Any:
    return value


def _nothing(_: Any) -> None:
    return None


def _list(read: Callable[[Any], Any]) -> Callable[[Any], Any]:
    return lambda values: [read(value) for value in values]


def _folder(folder: Any, of_document: Optional[str], files: Any) -> Optional[str]:
    """Where a document's files lie: as it is said, beside the document, or here; nowhere where they are handed in."""
    if folder is not None:
        return os.fsdecode(folder)
    if of_document is not None:
        return of_document
    return None if files else os.getcwd()


def _with_document(project: Any, folder: Any, files: Any) -> Dict[str, Any]:
    text, beside = _convert.document(project)
    return {"document": text, "folder": _folder(folder, beside, files), "files": files}


def _options(options: Mapping[str, Any]) -> Dict[str, Any]:
    """A run's options: data, and providers of its own."""
    plain = {name: value for name, value in options.items() if value is not None}
    objects = {role: adapted(role, plain.pop(role)) for role in ("planner", "video", "audio") if role in plain}
    return {"options": plain or None, "objects": objects}


def import_(project: Any, folder: Any, files: Any) -> Question:
    return _ask("import", _json(types.Imported.from_dict), **_with_document(project, folder, files))


def generate(project: Any, folder: Any, files: Any, options: Mapping[str, Any]) -> Question:
    return _ask("generate", _same, **_with_document(project, folder, files), **_options(options))


def run(project_id: str, options: Mapping[str, Any]) -> Question:
    needed("run", "text", project_id=project_id)
    return _ask("run", _same, project_id=project_id, **_options(options))


def estimate(project: Any) -> Question:
    return _ask("estimate", _json(types.Estimate.from_dict), document=_convert.document(project)[0])


def inspect(project: Any, folder: Any) -> Question:
    text, beside = _convert.document(project)
    where = _folder(folder, beside, None)
    return _ask("inspect", _json(_list(types.Inspected.from_dict)), document=text, folder=where)


def preview(
    project_id: str,
    scene: Optional[int],
    moment: Optional[float],
    aspect: Optional[str],
    width: Optional[int],
    short_side: Optional[int],
) -> Question:
    needed("preview", "text", project_id=project_id)
    if (scene is None) == (moment is None):
        raise TypeError("preview needs either scene or seconds")
    if width is not None and short_side is not None:
        raise TypeError("preview takes either width or short_side")
    optional("preview", "text", aspect=aspect)
    at = {**count("preview", 0, scene=scene), **seconds("preview", seconds=moment)}
    size = count("preview", 1, width=width, short_side=short_side)
    options = {name: value for name, value in {"aspect": aspect, "size": size}.items() if value}
    return _ask("preview", lambda answer: PreviewImage(*answer), project_id=project_id, at=at, options=options or None)


def list_() -> Question:
    return _ask("list", _json(_same))


def state(project_id: str) -> Question:
    needed("state", "text", project_id=project_id)
    return _ask("state", _json(types.State.from_dict), project_id=project_id)


def document(project_id: str) -> Question:
    needed("document", "text", project_id=project_id)
    return _ask("document", _json(types.StoredDocument.from_dict), project_id=project_id)


def save(project: Any, if_match: Optional[str]) -> Question:
    optional("save", "text", if_match=if_match)
    return _ask("save", _json(_same), document=_convert.document(project)[0], if_match=if_match)


def copy(source: str, target: str) -> Question:
    needed("copy", "text", source=source, target=target)
    return _ask("copy", _nothing, **{"from": source, "to": target})


def delete(project_id: str) -> Question:
    needed("delete", "text", project_id=project_id)
    return _ask("delete", _nothing, project_id=project_id)


def report(project_id: str) -> Question:
    needed("report", "text", project_id=project_id)
    return _ask("report", _json(types.OutputFile.from_dict), project_id=project_id)


def url(project_id: str, file: str, expires: float) -> Question:
    needed("url", "text", project_id=project_id, file=file)
    needed("url", "number", expires=expires)
    return _ask("url", _json(_same), project_id=project_id, file=file, expires_s=seconds("url", expires=expires)["expires"])


def find_waste(bought: bool, grace: Optional[float]) -> Question:
    needed("find_waste", "flag", bought=bought)
    grace = seconds("find_waste", grace=grace).get("grace")
    return _ask("find_waste", _json(types.GcPlan.from_dict), bought=bought, grace_s=grace)


def remove_waste(plan: types.GcPlan) -> Question:
    if not isinstance(plan, types.GcPlan):
        raise TypeError(f"plan of remove_waste must be what find_waste gave (types.GcPlan), not {type(plan).__name__}")
    return _ask("remove_waste", _json(_same), plan=plan.to_dict())


def watch(project_id: str, after_run: Optional[str], from_seq: Optional[int], every: Optional[float]) -> Question:
    needed("watch", "text", project_id=project_id)
    optional("watch", "text", after_run=after_run)
    options: Dict[str, Any] = {"after_run": after_run, **count("watch", 0, from_seq=from_seq)}
    if every is not None:
        options["every_ms"] = round(seconds("watch", every=every)["every"] * 1000)
    given = {name: value for name, value in options.items() if value is not None}
    return _ask("watch", _same, project_id=project_id, options=given or None)


def storage_use() -> Question:
    return _ask("storage_use", _json(types.StorageUse.from_dict))


def config() -> Question:
    return _ask("config", _json(_same))
