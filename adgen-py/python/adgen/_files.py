"""Files that are read for the core: those that are handed in, and a document's own.

What is no file, or too large to be of use, is refused before it is read, and one that grows meanwhile is left.
"""

from __future__ import annotations

import os
import stat
from typing import Any, Callable, Dict, Mapping, Optional, Union

from ._errors import InvalidInput

MOST_DOCUMENT = 4 << 20
"""Bytes of a document; the core's own bound."""
_MOST_FILE = 1 << 30
# Whatever is read comes in pieces, so that no more than the bound is ever held.
_PIECE = 1 << 20


def of_path(path: Union[str, os.PathLike[str]], what: str, most: int) -> bytes:
    """What a file holds.

    Raises ``OSError`` as ``open`` does, ``InvalidInput`` for what is no file and for one that is too large.
    """
    context = (("file", os.fsdecode(path)),)
    # Before it is opened: opening a pipe waits for whoever writes to it.
    found = os.stat(path)
    # Of a folder `open` says it itself.
    if not (stat.S_ISREG(found.st_mode) or stat.S_ISDIR(found.st_mode)):
        raise InvalidInput(f"{what} is no file", context=context)
    if found.st_size > most:
        raise InvalidInput(f"{what} has {found.st_size} bytes: at most {most} are read", context=context)
    with open(path, "rb") as file:
        return _whole(file.read, what, most)


def file_bytes(files: Optional[Mapping[str, Any]]) -> Dict[str, bytes]:
    """Files that are handed in: bytes, or whatever has them to read."""
    if files is not None and not isinstance(files, Mapping):
        raise TypeError(f"files must be a dict of names and what they hold, not {type(files).__name__}")
    given: Dict[str, bytes] = {}
    for name, content in (files or {}).items():
        if not isinstance(name, str):
            raise TypeError(f"the name {name!r} of a file must be text, not {type(name).__name__}")
        if isinstance(content, os.PathLike):
            given[name] = of_path(content, f"file {name!r}", _MOST_FILE)
        elif callable(getattr(content, "read", None)):
            given[name] = _of_open(content, name)
        else:
            given[name] = _bytes(content, name)
    return given


def _of_open(file: Any, name: str) -> bytes:
    import inspect

    if inspect.iscoroutinefunction(file.read):
        way = "its .file, or what its read gives" if hasattr(file, "file") else "what its read gives"
        kind = type(file).__name__
        raise TypeError(f"file {name!r} must be bytes, a path or an open binary file; of this {kind} hand in {way}")
    return _whole(lambda size: _bytes(file.read(size), name), f"file {name!r}", _MOST_FILE)


def _whole(read: Callable[[int], bytes], what: str, most: int) -> bytes:
    whole = bytearray()
    while piece := read(_PIECE):
        whole += piece
        if len(whole) > most:
            raise InvalidInput(f"{what} has more than {most} bytes: no more are read")
    return bytes(whole)


def _bytes(content: Union[bytes, bytearray, memoryview], name: str) -> bytes:
    if not isinstance(content, (bytes, bytearray, memoryview)):
        path = f": a path is pathlib.Path({content!r})" if isinstance(content, str) and len(content) <= 200 else ""
        raise TypeError(f"file {name!r} must be bytes, a path or an open binary file, not {type(content).__name__}{path}")
    return bytes(content)
