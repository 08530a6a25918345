"""Providers that are written in Python: an object's methods, sync or async, as the core calls them.

The core hands in JSON and a context; what a method gives goes back as JSON, with bytes as Base64. A method that is a coroutine
runs in the event loop of the studio that has it, or in one of adgen's own.
"""

from __future__ import annotations

import base64
import json
import os
import threading
from typing import Any, Callable, List, Optional, cast

from . import _contract
from ._contract import Role
from ._errors import Unexpected
from ._loops import Home

def adapted(role: Role, provider: Any, home: Optional[Home] = None) -> Adapter:
    """The provider as the core asks it.

    Raises ``InvalidConfig`` where it lacks a method, or a method something that it is given.
    """
    return provider if isinstance(provider, Adapter) else Adapter(role, provider, home or Home())


class Adapter:
    """An object with the methods of a contract."""

    def __init__(self, role: Role, provider: Any, home: Home) -> None:
        _contract.check(role, provider)
        self._role = role
        self._provider = provider
        self._home = home

    def methods(self) -> List[str]:
        """What the object has of the contract."""
        return _contract.methods(self._role, self._provider)

    def shown(self) -> str:
        """The object in logs and reports: what it says of itself, by its own ``repr``."""
        return repr(self._provider)

    def ask(self, name: str, arguments: str) -> str:
        """A property, or what a method answers at once."""
        value = getattr(self._provider, name)
        if callable(value):
            value = value(**json.loads(arguments))
        if _is_awaitable(value):
            _close(value)
            raise Unexpected(f"{name} must answer at once: it cannot be a coroutine")
        return _json(value)

    def call(self, name: str, arguments: str, context: Any, reply: Any) -> None:
        """Calls a method, whose value goes to ``reply``; one that is a coroutine runs in its loop."""

        def work() -> bytes:
            value = getattr(self._provider, name)(**json.loads(arguments), context=context)
            if _is_awaitable(value):
                value = self._home.wait_for(value, context)
            return _json(value).encode()

        _aside(work, reply)

    def mask(self, width: int, height: int, pixels: bytes, wanted: Any, reply: Any) -> None:
        """The mask of a photo, a byte a pixel, to ``reply``."""

        def work() -> bytes:
            from .provider import Photo

            value = self._provider.coarse_mask(photo=Photo(width, height, pixels), context=wanted)
            if _is_awaitable(value):
                value = self._home.wait_for(value, None)
            return _mask(value, width, height)

        _aside(work, reply)


def _aside(work: Callable[[], bytes], reply: Any) -> None:
    """Does the work in a thread that ends with the interpreter, however long the work takes."""

    def run() -> None:
        try:
            answer = work()
        except BaseException as exception:
            reply.fail(exception)
        else:
            reply.give(answer)

    threading.Thread(target=run, name="adgen-provider", daemon=True).start()


def _is_awaitable(value: Any) -> bool:
    # A large module, which a studio without providers does without.
    import inspect

    return inspect.isawaitable(value)


def _close(awaitable: Any) -> None:
    """What nobody will await says so when it is collected, unless it is closed."""
    close = getattr(awaitable, "close", None)
    if callable(close):
        close()


def _json(value: Any) -> str:
    return json.dumps(_plain(value), allow_nan=False)


def _plain(value: Any) -> Any:
    if isinstance(value, (bytes, bytearray, memoryview)):
        return base64.b64encode(value).decode("ascii")
    if isinstance(value, os.PathLike):
        return os.fsdecode(value)
    if isinstance(value, dict):
        return {key: _plain(entry) for key, entry in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(entry) for entry in value]
    if hasattr(value, "model_dump"):
        return value.model_dump(mode="json", by_alias=True, exclude_none=True)
    if hasattr(value, "to_dict"):
        return _plain(value.to_dict())
    return value


def _mask(value: Any, width: int, height: int) -> bytes:
    if isinstance(value, (bytes, bytearray)):
        return bytes(value)
    if hasattr(value, "convert") and hasattr(value, "tobytes"):
        # A picture of Pillow's.
        if value.size != (width, height):
            raise Unexpected(f"the mask has {value.size[0]}x{value.size[1]} pixels, the photo {width}x{height}")
        return cast(bytes, value.convert("L").tobytes())
    try:
        view = memoryview(value)
    except TypeError:
        raise Unexpected(
            f"a mask must be bytes, a picture of Pillow's or an array of bytes, not {type(value).__name__}"
        ) from None
    if view.itemsize != 1:
        raise Unexpected(f"a mask must hold bytes, 0 to 255, not elements of {view.itemsize} bytes")
    return view.tobytes()
