"""Writing a planner, a video or audio provider, or a background remover in Python.

Any object with the methods of a contract will do: no class needs to be inherited. Methods may be coroutines. Requests come as
``dict``s (``adgen.types`` has their shapes), and answers are made by the functions here.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any, Dict, List, NamedTuple, Optional, Sequence, Union

from ._adgen import Context

if TYPE_CHECKING:
    from . import types

__all__ = ["Context", "Photo", "absent", "already_over", "cannot_tell", "done", "failed", "found", "info", "pending", "stopped"]


def info(name: str, model: str, price: Union[None, str, Dict[str, Any]] = None) -> Dict[str, Any]:
    """Who a provider is. ``price`` is as ``types.Price`` has it, ``"unknown"``, or nothing where it costs nothing."""
    per = {"per": "free"} if price is None else {"per": price} if isinstance(price, str) else price
    return {"name": name, "model": model, "price": per}


def done(
    *,
    file: Union[None, str, os.PathLike[str]] = None,
    url: Optional[str] = None,
    data: Optional[bytes] = None,
    cost_usd: float = 0.0,
    notes: Sequence[str] = (),
    metadata: Optional[Dict[str, Any]] = None,
) -> Dict[str, Any]:
    """A job that is finished: its file on this machine (in the folder ``context.scratch``), its address, or its bytes."""
    given: List[Dict[str, Any]] = []
    if file is not None:
        given.append({"file": os.fspath(file)})
    if url is not None:
        given.append({"url": url})
    if data is not None:
        given.append({"bytes": data})
    if len(given) != 1:
        raise TypeError("done needs one of file, url and data")
    made: Dict[str, Any] = {"content": given[0], "cost_usd": cost_usd, "notes": list(notes)}
    if metadata is not None:
        made["metadata"] = metadata
    return {"done": made}


def pending(job: str, *, check_after: float = 1.0, progress: Optional[float] = None) -> Dict[str, Any]:
    """A job under way, by the provider's name for it; asking again makes sense after so many seconds."""
    return {"pending": {"job": job, "check_after_ms": max(0, round(check_after * 1000)), "progress": progress}}


def failed(
    message: str,
    *,
    kind: str = "generation_failed",
    cost_usd: float = 0.0,
    hint: Optional[str] = None,
    retryable: bool = False,
) -> Dict[str, Any]:
    """A job that is over for good without a file. ``kind``: generation_failed, content_rejected, cancelled or timeout."""
    body = {"kind": kind, "message": message, "cost_usd": cost_usd, "hint": hint, "retryable": retryable}
    return {"failed": body}


def stopped(cost_usd: float = 0.0) -> Dict[str, Any]:
    """A job was stopped, after it had cost so much."""
    return {"stopped": {"cost_usd": cost_usd}}


def already_over() -> str:
    """A job that was to be stopped had ended before."""
    return "already_over"


def found(job: str) -> Dict[str, str]:
    """A call whose answer was lost came through: this is its job."""
    return {"found": job}


def absent() -> str:
    """A call whose answer was lost never came through."""
    return "absent"


def cannot_tell() -> str:
    """Nobody knows what became of a call whose answer was lost."""
    return "cannot_tell"


class Photo(NamedTuple):
    """A photo for a background remover: upright, sRGB."""

    width: int
    """In pixels."""
    height: int
    """In pixels."""
    pixels: bytes
    """Red, green and blue, a byte each, row by row."""

    def to_pil(self) -> Any:
        """The photo as a picture of Pillow's."""
        from PIL import Image

        return Image.frombytes("RGB", (self.width, self.height), self.pixels)

    def to_numpy(self) -> Any:
        """The photo as an array of NumPy's: height, width, 3."""
        import numpy

        return numpy.frombuffer(self.pixels, dtype=numpy.uint8).reshape(self.height, self.width, 3)
