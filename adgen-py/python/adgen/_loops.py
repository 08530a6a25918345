"""Where coroutines of providers run: in the loop of whoever uses the studio, or in one of adgen's own.

The own loop is a thread of its own, made for the first coroutine that needs it, in each process anew.
"""

from __future__ import annotations

import os
import threading
from typing import Any, Awaitable, Optional, Tuple

_own: Optional[Tuple[int, Any]] = None
_lock = threading.Lock()


def _own_loop() -> Any:
    import asyncio

    global _own, _lock
    if _own is not None and _own[0] != os.getpid():
        # A lock that a thread of the parent held would never be given back.
        _lock, _own = threading.Lock(), None
    with _lock:
        if _own is None:
            loop = asyncio.new_event_loop()
            threading.Thread(target=loop.run_forever, name="adgen-providers", daemon=True).start()
            _own = (os.getpid(), loop)
        return _own[1]


class Home:
    """The loop in which the coroutines of a studio's providers run."""

    def __init__(self) -> None:
        self._loop: Any = None

    def settle(self) -> None:
        """Takes the running loop, unless another one that still runs was taken before."""
        import asyncio

        if self._loop is None or self._loop.is_closed() or not self._loop.is_running():
            self._loop = asyncio.get_running_loop()

    def _here(self) -> Any:
        loop = self._loop
        return loop if loop is not None and loop.is_running() else _own_loop()

    def wait_for(self, awaitable: Awaitable[Any], context: Any) -> Any:
        """Runs it there while this thread waits; whoever has gone meanwhile cancels it."""
        import asyncio
        import concurrent.futures

        async def run() -> Tuple[Any, Optional[SystemExit]]:
            try:
                return await awaitable, None
            except SystemExit as left:
                # It would end the loop, which belongs to others, too.
                return None, left

        future = asyncio.run_coroutine_threadsafe(run(), self._here())
        if context is not None:
            context.on_abandoned(future.cancel)
        try:
            value, left = future.result()
        except concurrent.futures.CancelledError:
            raise asyncio.CancelledError from None
        if left is not None:
            raise left
        return value
