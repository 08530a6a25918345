"""Writing a planner, a video or audio provider, or a background remover in Python.

Any object with the methods of a contract will do: no class needs to be inherited. ``Planner``, ``VideoProvider``, ``AudioProvider`` and
``BackgroundRemover`` say what each needs, for type checkers. Methods may be coroutines, and are called by keyword: their parameters
have to have these names. Requests come as ``dict``s (``adgen.types`` has their shapes), and answers are made by the functions here.

A planner has ``info`` and ``plan``. A video or audio provider has ``info``, ``start``, ``check`` and ``cancel``::

    class Clips:
        info = provider.info("own", "clips-1", {"per": "second", "usd": 0.02, "as_of": "2026-11-01"})

        def start(self, request, context):
            return provider.pending(order(request["prompt"], request["duration_s"]))

        def check(self, job, context):
            found = look(job)
            return provider.done(url=found.url, cost_usd=found.price) if found.is_over else provider.pending(job)

        def cancel(self, job, context):
            return provider.stopped() if stop(job) else provider.already_over()

It may have ``capability`` (``types.VideoCapability``, ``types.AudioCapability``, or a part of it), ``gives_private_urls``,
``estimate(request)``, ``offer(request)`` (video), ``offered_s(request)`` (audio), ``find(request, since, known, context)`` and
``fetch(url, target, context)``; a planner may have ``estimate(request)``. A background remover has ``name``, ``version`` and
``coarse_mask(photo, context)``, and may have ``resolution``. ``adgen.testkit`` tries all of it.
"""

from __future__ import annotations

import base64
import math
import os
from typing import (
    TYPE_CHECKING,
    Any,
    Awaitable,
    Callable,
    Dict,
    List,
    Literal,
    Mapping,
    NamedTuple,
    Optional,
    Protocol,
    Sequence,
    TypeVar,
    Union,
    cast,
)

from ._adgen import Context

if TYPE_CHECKING:
    from . import types
    from ._adgen import Wanted

_T = TypeVar("_T")
Soon = Union[_T, Awaitable[_T]]
"""What a method gives, or a coroutine that does."""
Told = Union[_T, Callable[[], _T]]
"""What an object tells of itself: an attribute, or a method without arguments."""

__all__ = [
    "AudioProvider", "BackgroundRemover", "Context", "Photo", "Planner", "VideoProvider", "absent", "already_over", "cannot_tell",
    "done", "failed", "found", "info", "pending", "stopped",
]


_FAILURES = ("generation_failed", "content_rejected", "cancelled", "timeout")


class Planner(Protocol):
    """Plans an ad."""

    @property
    def info(self) -> Told[types.ProviderInfoDict]:
        """Who it is: ``provider.info``."""

    def plan(self, *, request: types.PlanRequest, context: Context) -> Soon[types.Plan]:
        """The scenes, the style and the music."""


class VideoProvider(Protocol):
    """Makes clips."""

    @property
    def info(self) -> Told[types.ProviderInfoDict]:
        """Who it is: ``provider.info``."""

    def start(self, *, request: types.VideoRequest, context: Context) -> Soon[types.Generation]:
        """Orders a clip: ``pending`` as soon as the job has a name, or ``done``."""

    def check(self, *, job: str, context: Context) -> Soon[types.Generation]:
        """How a job is going: ``pending``, ``done`` or ``failed``. ``NotFound`` for one that is unknown."""

    def cancel(self, *, job: str, context: Context) -> Soon[types.Cancelled]:
        """Stops a job: ``stopped``, or ``already_over``."""


class AudioProvider(Protocol):
    """Makes music or speech."""

    @property
    def info(self) -> Told[types.ProviderInfoDict]:
        """Who it is: ``provider.info``."""

    def start(self, *, request: types.AudioRequest, context: Context) -> Soon[types.Generation]:
        """Orders a track: ``pending`` as soon as the job has a name, or ``done``."""

    def check(self, *, job: str, context: Context) -> Soon[types.Generation]:
        """How a job is going: ``pending``, ``done`` or ``failed``. ``NotFound`` for one that is unknown."""

    def cancel(self, *, job: str, context: Context) -> Soon[types.Cancelled]:
        """Stops a job: ``stopped``, or ``already_over``."""


class BackgroundRemover(Protocol):
    """Cuts products out of photos."""

    @property
    def name(self) -> Told[str]:
        """Its name."""

    @property
    def version(self) -> Told[str]:
        """Another one makes other cutouts."""

    def coarse_mask(self, *, photo: Photo, context: Wanted) -> Soon[Any]:
        """Where the product is, a byte a pixel, 255 for all of it: bytes, a picture of Pillow's, or an array of bytes."""


def info(name: str, model: str, price: Union[str, types.Price]) -> types.ProviderInfoDict:
    """Who a provider is. ``price`` is as ``types.Price`` has it, ``"free"`` for what costs nothing, or ``"unknown"``.

    Limits of cost, and the guard against paying twice, are for what has a price: ``"free"`` means that nothing is guarded.
    """
    if price not in ("free", "unknown") and not isinstance(price, Mapping):
        raise ValueError(f'price is "free", "unknown" or a dict as types.Price has it, not {price!r}')
    per = {"per": price} if isinstance(price, str) else dict(price)
    return cast("types.ProviderInfoDict", {"name": name, "model": model, "price": per})


def done(
    *,
    file: Union[None, str, os.PathLike[str]] = None,
    url: Optional[str] = None,
    data: Optional[bytes] = None,
    cost_usd: float = 0.0,
    notes: Sequence[str] = (),
    metadata: Optional[types.Metadata] = None,
) -> types.DoneGeneration:
    """A job that is finished: its file on this machine (in the folder ``context.scratch``), its address, or its bytes."""
    given: List[Dict[str, Any]] = []
    if file is not None:
        given.append({"file": os.fspath(file)})
    if url is not None:
        given.append({"url": url})
    if data is not None:
        if not isinstance(data, (bytes, bytearray, memoryview)):
            raise TypeError(f"data must be the bytes of the file, not {type(data).__name__}: a path is file=, an address url=")
        given.append({"bytes": base64.b64encode(data).decode("ascii")})
    if len(given) != 1:
        raise TypeError("done needs one of file, url and data")
    made: Dict[str, Any] = {"content": given[0], "cost_usd": _cost(cost_usd), "notes": list(notes)}
    if metadata is not None:
        made["metadata"] = metadata
    return cast("types.DoneGeneration", {"done": made})


def pending(job: str, *, check_after: float = 1.0, progress: Optional[float] = None) -> types.PendingGeneration:
    """A job under way, by the provider's name for it; asking again makes sense after so many seconds."""
    if not isinstance(job, str):
        raise TypeError(f"job must be the provider's name for it, a str, not {type(job).__name__}")
    if not math.isfinite(check_after):
        raise ValueError(f"check_after must be a number of seconds, not {check_after}")
    return {"pending": {"job": job, "check_after_ms": max(0, round(check_after * 1000)), "progress": progress}}


def failed(
    message: str,
    *,
    kind: types.ErrorKind = "generation_failed",
    cost_usd: float = 0.0,
    hint: Optional[str] = None,
    retryable: bool = False,
) -> types.FailedGeneration:
    """A job that is over for good without a file. ``kind``: generation_failed, content_rejected, cancelled or timeout."""
    if kind not in _FAILURES:
        raise ValueError(f"kind must be one of {', '.join(_FAILURES)}, not {kind!r}")
    body: types.Failure = {
        "kind": kind, "message": message, "cost_usd": _cost(cost_usd), "hint": hint, "retryable": retryable,
    }
    return {"failed": body}


def stopped(cost_usd: float = 0.0) -> types.StoppedCancelled:
    """A job was stopped, after it had cost so much."""
    return {"stopped": {"cost_usd": _cost(cost_usd)}}


def already_over() -> Literal["already_over"]:
    """A job that was to be stopped had ended before."""
    return "already_over"


def found(job: str) -> types.FoundLookup:
    """A call whose answer was lost came through: this is its job."""
    return {"found": job}


def absent() -> Literal["absent"]:
    """A call whose answer was lost never came through."""
    return "absent"


def cannot_tell() -> Literal["cannot_tell"]:
    """Nobody knows what became of a call whose answer was lost."""
    return "cannot_tell"


def _cost(usd: float) -> float:
    # What cannot be added up would be found out after the money is gone.
    if not isinstance(usd, (int, float)):
        raise TypeError(f"cost_usd must be an amount in US dollars, not {type(usd).__name__}")
    if not math.isfinite(usd) or usd < 0:
        raise ValueError(f"cost_usd must be an amount in US dollars, 0 or more, not {usd}")
    return usd


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
