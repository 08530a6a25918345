"""What a studio is asked, written once for both kinds of studios.

Each verb gives the question (JSON), the files and providers that go with it, and what is made of the answer.
"""

from __future__ import annotations

import json
import os
from typing import Any, Callable, Dict, Generic, Mapping, NamedTuple, Optional, TypeVar, Union

from . import _convert, types
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
        _convert.file_bytes(files),
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
    return _ask("run", _same, project_id=project_id, **_options(options))


def estimate(project: Any) -> Question:
    return _ask("estimate", _json(types.Estimate.from_dict), document=_convert.document(project)[0])


def inspect(project: Any, folder: Any) -> Question:
    text, beside = _convert.document(project)
    where = _folder(folder, beside, None)
    return _ask("inspect", _json(_list(types.Inspected.from_dict)), document=text, folder=where)


def preview(project_id: str, scene: Optional[int], seconds: Optional[float], options: Mapping[str, Any]) -> Question:
    if (scene is None) == (seconds is None):
        raise TypeError("preview needs either scene or seconds")
    at = {"scene": scene} if scene is not None else {"seconds": seconds}
    given = {name: value for name, value in options.items() if value is not None}
    return _ask("preview", lambda answer: PreviewImage(*answer), project_id=project_id, at=at, options=given or None)


def list_() -> Question:
    return _ask("list", _json(_same))


def state(project_id: str) -> Question:
    return _ask("state", _json(types.State.from_dict), project_id=project_id)


def document(project_id: str) -> Question:
    return _ask("document", _json(types.StoredDocument.from_dict), project_id=project_id)


def save(project: Any, if_match: Optional[str]) -> Question:
    return _ask("save", _json(_same), document=_convert.document(project)[0], if_match=if_match)


def copy(source: str, target: str) -> Question:
    return _ask("copy", _nothing, **{"from": source, "to": target})


def delete(project_id: str) -> Question:
    return _ask("delete", _nothing, project_id=project_id)


def report(project_id: str) -> Question:
    return _ask("report", _json(types.OutputFile.from_dict), project_id=project_id)


def url(project_id: str, file: str, expires: float) -> Question:
    return _ask("url", _json(_same), project_id=project_id, file=file, expires_s=float(expires))


def find_waste(bought: bool, grace: Optional[float]) -> Question:
    return _ask("find_waste", _json(types.GcPlan.from_dict), bought=bought, grace_s=grace)


def remove_waste(plan: types.GcPlan) -> Question:
    return _ask("remove_waste", _json(_same), plan=plan.to_dict())


def watch(project_id: str, options: Mapping[str, Any]) -> Question:
    given = {name: value for name, value in options.items() if value is not None}
    return _ask("watch", _same, project_id=project_id, options=given or None)


def storage_use() -> Question:
    return _ask("storage_use", _json(types.StorageUse.from_dict))


def config() -> Question:
    return _ask("config", _json(_same))
