"""What Python has, as the JSON that the core reads.

Strict where JSON is: what would come out as something else is an error that says where it stands.
"""

from __future__ import annotations

import json
import math
import os
from typing import Any, Dict, Mapping, Optional, Tuple, Union

from ._errors import InvalidProject

# Documents are a handful of levels deep; the core's own bound is a hundred and more.
_DEEPEST = 100


def document(project: Any) -> Tuple[str, Optional[str]]:
    """A document as text, and the folder in which its files lie where it is a file itself."""
    if isinstance(project, str):
        return project, None
    if isinstance(project, os.PathLike):
        path = os.fspath(project)
        with open(path, encoding="utf-8-sig") as file:
            return file.read(), os.path.dirname(os.path.abspath(path))
    dump = getattr(project, "model_dump_json", None)
    if callable(dump):
        # A model of pydantic's: `adgen.models`, or the caller's own.
        # With its nulls, for no music is another wish than none about it, and with its defaults, for parts of a model that came
        # by default may have been changed in place.
        return dump(by_alias=True), None
    if isinstance(project, Mapping):
        return text(project, "the document"), None
    raise TypeError(
        "project must be a dict, a model of adgen.models, JSON text or the path of a document (pathlib.Path), "
        f"not {type(project).__name__}"
    )


def text(value: Any, what: str) -> str:
    """Strict JSON.

    Raises ``InvalidProject`` for what JSON has no word for, with its place.
    """
    return json.dumps(_plain(value, "", what, 0), ensure_ascii=False, allow_nan=False)


def _plain(value: Any, path: str, what: str, depth: int) -> Any:
    if value is None or isinstance(value, (bool, int)):
        return value
    if isinstance(value, str):
        # An enum that is a string says so by its value.
        return str.__str__(value)
    if isinstance(value, float):
        if math.isfinite(value):
            return value
        raise _refused(what, path, f"{value} is no number that JSON has")
    if depth > _DEEPEST:
        raise _refused(what, path, f"is nested more than {_DEEPEST} levels deep, or holds itself")
    if isinstance(value, Mapping):
        plain: Dict[str, Any] = {}
        for key, entry in value.items():
            if not isinstance(key, str):
                raise _refused(what, path, f"the name {key!r} is {_a(key)}: names are text")
            plain[str.__str__(key)] = _plain(entry, f"{path}.{key}" if path else key, what, depth + 1)
        return plain
    if isinstance(value, (list, tuple)):
        return [_plain(entry, f"{path}[{at}]", what, depth + 1) for at, entry in enumerate(value)]
    if isinstance(value, os.PathLike):
        return os.fsdecode(value)
    raise _refused(what, path, f"is {_a(value)}: objects, lists, text, numbers, true, false and null are allowed")


def _a(value: Any) -> str:
    name = type(value).__name__
    return f"an {name}" if name[:1].lower() in "aeiou" else f"a {name}"


def _refused(what: str, path: str, message: str) -> InvalidProject:
    problem = f"{path}: {message}" if path else message
    return InvalidProject(f"{what} is no JSON", context=(("problem", problem),))


def file_bytes(files: Optional[Mapping[str, Any]]) -> Dict[str, bytes]:
    """Files that are handed in: bytes, or whatever has them to read."""
    given: Dict[str, bytes] = {}
    for name, content in (files or {}).items():
        if isinstance(content, os.PathLike):
            with open(content, "rb") as file:
                given[name] = file.read()
        elif callable(getattr(content, "read", None)):
            given[name] = _bytes(content.read(), name)
        else:
            given[name] = _bytes(content, name)
    return given


def _bytes(content: Union[bytes, bytearray, memoryview], name: str) -> bytes:
    if not isinstance(content, (bytes, bytearray, memoryview)):
        raise TypeError(f"file {name!r} must be bytes, a path or an open binary file, not {type(content).__name__}")
    return bytes(content)
