"""What Python has, as the JSON that the core reads.

Strict where JSON is: what would come out as something else is an error that says where it stands.
"""

from __future__ import annotations

import json
import math
import os
from typing import Any, Dict, Mapping, NamedTuple, NoReturn, Optional, Tuple, Type, Union

from ._errors import AdgenError, InvalidConfig, InvalidProject
from ._files import MOST_DOCUMENT, of_path

# Of the largest number that is still one as a float.
_MOST_BITS = 1_024
# Documents are a handful of levels deep; the core's own bound is a hundred and more.
_DEEPEST = 100


class What(NamedTuple):
    """What is told in JSON, for the error of what JSON has no word for."""

    has: str
    """Such as ``the project has``."""
    error: Type[AdgenError]


PROJECT = What("the project has", InvalidProject)


def options(name: str) -> What:
    """Options and arguments, which are named in the plural."""
    return What(f"{name} have", InvalidConfig)


# What a mistaken path looks like is short.
_LONGEST_PATH = 4_096
PATH_HINT = "a str is the document itself, as JSON text; the path of a file is given as pathlib.Path({path!r})"


def document(project: Any) -> Tuple[str, Optional[str]]:
    """A document as text, and the folder in which its files lie where it is a file itself."""
    if isinstance(project, str):
        if is_path(project):
            context = (("problem", "the document is not JSON"),)
            raise InvalidProject("the project has 1 problem", hint=PATH_HINT.format(path=project), context=context)
        return _whole(project), None
    if isinstance(project, os.PathLike):
        return _of_file(os.fsdecode(project))
    if isinstance(project, Mapping) or _is_model(project):
        return text(project, PROJECT), None
    raise TypeError(
        "project must be a dict, a model of adgen.models, JSON text or the path of a document (pathlib.Path), "
        f"not {type(project).__name__}"
    )


def is_path(project: str) -> bool:
    """Whether a text that should be a document is rather the path of one."""
    start = project.lstrip("\ufeff").strip()
    if not start or start[0] in "{[" or len(project) > _LONGEST_PATH or "\n" in start:
        return False
    try:
        json.loads(start)
    except ValueError:
        return True
    return False


def _of_file(path: str) -> Tuple[str, str]:
    try:
        return of_path(path, "the document", MOST_DOCUMENT).decode("utf-8-sig"), os.path.dirname(os.path.abspath(path))
    except UnicodeDecodeError:
        raise InvalidProject(
            f"{path} is no document: it is not JSON in UTF-8",
            hint="a photo is named within a document, as product.image",
            context=(("file", path),),
        ) from None


def _whole(project: str) -> str:
    """The text, unless it has half a character, which is named by its place."""
    if not _is_whole(project):
        try:
            text(json.loads(project), PROJECT)
        except (ValueError, RecursionError) as error:
            if isinstance(error, InvalidProject):
                raise
        _refuse(PROJECT, "", _half(project))
    return project


def _is_model(value: Any) -> bool:
    """Whether it is a model of pydantic's: of `adgen.models`, or the caller's own."""
    return not isinstance(value, type) and callable(getattr(value, "model_dump", None))


def _of_model(model: Any, path: str, what: What) -> Any:
    # With its nulls, for no music is another wish than none about it, and with its defaults, for parts of a model that came by
    # default may have been changed in place. As JSON it has a null for nan, which would be another wish.
    _finite(model.model_dump(by_alias=True, warnings=False), path, what)
    return model.model_dump(mode="json", by_alias=True, warnings=False)


def _finite(value: Any, path: str, what: What) -> None:
    if isinstance(value, float) and not math.isfinite(value):
        _refuse(what, path, f"{value} is no number")
    if isinstance(value, Mapping):
        for key, entry in value.items():
            _finite(entry, f"{path}.{key}" if path else str(key), what)
    elif isinstance(value, (list, tuple)):
        for at, entry in enumerate(value):
            _finite(entry, f"{path}[{at}]", what)


def text(value: Any, what: What) -> str:
    """Strict JSON.

    Raises ``InvalidProject`` for what JSON has no word for, with its place; ``InvalidConfig`` where it is none of a document's.
    """
    return json.dumps(plain(value, what), ensure_ascii=False, allow_nan=False)


def plain(value: Any, what: What) -> Any:
    """The same before it is written."""
    return _plain(value, "", what, 0)


def _plain(value: Any, path: str, what: What, depth: int) -> Any:
    if value is None or isinstance(value, (bool, int)):
        # Python writes no more digits than that, and Rust reads fewer.
        if isinstance(value, int) and value.bit_length() > _MOST_BITS:
            _refuse(what, path, f"a number of {value.bit_length()} bits stands here, which is out of range")
        return value
    if isinstance(value, str):
        if not _is_whole(value):
            _refuse(what, path, _half(value))
        # An enum that is a string says so by its value.
        return str.__str__(value)
    if isinstance(value, float):
        if math.isfinite(value):
            return value
        _refuse(what, path, f"{value} is no number")
    if depth > _DEEPEST:
        _refuse(what, path, f"is nested more than {_DEEPEST} levels deep, or holds itself")
    if isinstance(value, Mapping):
        made: Dict[str, Any] = {}
        for key, entry in value.items():
            if not isinstance(key, str):
                _refuse(what, path, f"the name {key!r} is {_a(key)}: names are text")
            if not _is_whole(key):
                _refuse(what, path, _half(key))
            made[str.__str__(key)] = _plain(entry, f"{path}.{key}" if path else key, what, depth + 1)
        return made
    if isinstance(value, (list, tuple)):
        return [_plain(entry, f"{path}[{at}]", what, depth + 1) for at, entry in enumerate(value)]
    if _is_model(value):
        return _plain(_of_model(value, path, what), path, what, depth + 1)
    if isinstance(value, os.PathLike):
        return _plain(os.fsdecode(value), path, what, depth)
    _refuse(what, path, f"{_a(value)} stands here: objects, lists, text, numbers, true, false and null are allowed")


def _is_whole(value: str) -> bool:
    if value.isascii():
        return True
    try:
        value.encode()
    except UnicodeEncodeError:
        return False
    return True


def _half(value: str) -> str:
    found = next(character for character in value if "\ud800" <= character <= "\udfff")
    return f"half of a character, \\u{ord(found):x}, stands here: it is no text without its other half"


def _a(value: Any) -> str:
    name = type(value).__name__
    if name == "bytes":
        return "a value of bytes"
    return f"an {name}" if name[:1].lower() in "aeiou" else f"a {name}"


def _refuse(what: What, path: str, message: str) -> NoReturn:
    problem = f"{path}: {message}" if path else message
    raise what.error(f"{what.has} 1 problem", context=(("problem", problem),))
