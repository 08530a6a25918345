"""A product photo, a brief and a brand become a finished video ad.

>>> import adgen
>>> studio = adgen.Studio("storage")
>>> run = studio.generate({"id": "rosso", "brief": {"product_name": "Rosso"}, "product": {"image": "cup.jpg"}})
>>> for event in run:
...     print(event.type, event.progress)
>>> outcome = run.result()

``Studio`` waits, ``AsyncStudio`` is awaited; ``adgen.types`` has the shapes of documents and of what is given, ``adgen.models`` the
same for pydantic, ``adgen.provider`` and ``adgen.testkit`` are for providers of one's own.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ._adgen import version
from ._bundle import name_bundle
from ._errors import (
    AdgenError,
    Cancelled,
    Conflict,
    ContentRejected,
    FallbackDenied,
    GenerationFailed,
    InvalidConfig,
    InvalidInput,
    InvalidProject,
    Io,
    Locked,
    Media,
    Model,
    NotFound,
    OutcomeUnknown,
    QuotaExceeded,
    RateLimited,
    Timeout,
    Unauthenticated,
    Unavailable,
    Unexpected,
    Unsupported,
)

if TYPE_CHECKING:
    from . import provider, testkit, types
    from ._aio import AsyncRun, AsyncStudio, StartingRun
    from ._logging import follow as follow_logs
    from ._preview import PreviewImage
    from ._run import Run
    from ._studio import Studio
    from ._tools import doctor, fetch_models, schema, validate, verify_webhook, webhook_secret
    from .types import Outcome, Problem

name_bundle()

__all__ = [
    "AdgenError", "AsyncRun", "AsyncStudio", "Cancelled", "Conflict", "ContentRejected", "FallbackDenied", "GenerationFailed",
    "InvalidConfig", "InvalidInput", "InvalidProject", "Io", "Locked", "Media", "Model", "NotFound", "Outcome", "OutcomeUnknown",
    "PreviewImage", "Problem", "QuotaExceeded", "RateLimited", "Run", "StartingRun", "Studio", "Timeout", "Unauthenticated",
    "Unavailable", "Unexpected", "Unsupported", "doctor", "fetch_models", "follow_logs", "provider", "schema", "testkit", "types", "validate",
    "verify_webhook", "version", "webhook_secret",
]
__version__ = version()

# Where each name comes from that is fetched when it is first used: importing adgen has to be quick.
_LATER = {
    "AsyncRun": "_aio", "AsyncStudio": "_aio", "Outcome": "types", "PreviewImage": "_preview", "Problem": "types", "Run": "_run", "StartingRun": "_aio", "Studio": "_studio",
    "doctor": "_tools", "fetch_models": "_tools", "follow_logs": "_logging", "schema": "_tools", "validate": "_tools", "verify_webhook": "_tools", "webhook_secret": "_tools",
}
_MODULES = ("models", "provider", "testkit", "types")


def __getattr__(name: str) -> Any:
    import importlib

    if name in _LATER:
        module = importlib.import_module(f".{_LATER[name]}", __name__)
        value = getattr(module, "follow" if name == "follow_logs" else name)
    elif name in _MODULES:
        value = importlib.import_module(f".{name}", __name__)
    else:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    globals()[name] = value
    return value


def __dir__() -> "list[str]":
    return sorted({*__all__, "models", *(name for name in globals() if name.startswith("__"))})


def _at_exit() -> None:
    # Runs that nobody waited for are stopped, remote jobs included, rather than left to cost something.
    from ._adgen import end

    end(10.0)


import atexit as _atexit  # noqa: E402

_atexit.register(_at_exit)
