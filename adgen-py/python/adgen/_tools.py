"""What needs no studio."""

from __future__ import annotations

import json
import os
import time
from typing import TYPE_CHECKING, Any, Dict, Iterable, List, Mapping, Optional, Tuple, Union

from . import _adgen, _convert, types
from ._run import attended

if TYPE_CHECKING:
    from ._arguments import Document


def validate(project: Document) -> List[types.Problem]:
    """Every problem of a document at once; an empty list where it is sound.

    ``project`` is a ``dict``, a model of ``adgen.models``, JSON text, or the path of a document. Whatever a text holds is answered
    with problems, not with an exception; what is no JSON at all raises ``InvalidProject`` with its place.
    """
    if isinstance(project, str) and _convert.is_path(project):
        return [types.Problem(path="", message=f"the document is not JSON: {_convert.PATH_HINT.format(path=project)}")]
    problems = json.loads(_adgen.validate(_convert.document(project)[0]))
    return [types.Problem.from_dict(problem) for problem in problems]


def schema(of: str = "project") -> Dict[str, Any]:
    """The JSON Schema (draft 2020-12) of documents, or of ``studio_config`` or ``run_options``."""
    read: Dict[str, Any] = json.loads(_adgen.schema(of))
    return read


def verify_webhook(
    secret: str,
    headers: Union[Mapping[str, str], Iterable[Tuple[Union[str, bytes], Union[str, bytes]]]],
    body: bytes,
    *,
    tolerance: float = 300.0,
    now: Optional[float] = None,
) -> types.WebhookEvent:
    """Checks a webhook of Replicate and tells which job it is about: what ``Run.notify`` takes.

    ``secret`` comes from ``webhook_secret``; ``headers`` are the request's, in any spelling, as a dict or as pairs (such as ASGI's, of
    bytes); ``body`` is the body as it came, byte for byte. ``tolerance`` is how many seconds its time may be from ``now``.

    Raises ``Unauthenticated`` for a signature that is none of this secret's, or a time out of tolerance.
    """
    if isinstance(body, str):
        raise TypeError("body must be bytes, as they came: a text that was decoded and encoded may be another one")
    if not isinstance(body, (bytes, bytearray, memoryview)):
        raise TypeError(f"body must be bytes, not {type(body).__name__}")
    lower = _headers(headers)
    at = time.time() if now is None else now
    return types.WebhookEvent.from_dict(json.loads(_adgen.verify_webhook(secret, lower, bytes(body), at, tolerance)))


def _words(value: Any) -> str:
    # What HTTP has beyond ASCII means Latin-1.
    return value.decode("latin-1") if isinstance(value, bytes) else str(value)


def _headers(headers: Any) -> Dict[str, str]:
    try:
        pairs = headers.items() if callable(getattr(headers, "items", None)) else headers
        return {_words(name).lower(): _words(value) for name, value in pairs}
    except (TypeError, ValueError):
        raise TypeError(f"headers must be a dict, or pairs of name and value, not {type(headers).__name__}") from None


def _tool(**arguments: Any) -> Any:
    given = {name: value for name, value in arguments.items() if value is not None}
    task = _adgen.tool(json.dumps(given))
    attended(task, None)
    return json.loads(task.result())


def webhook_secret() -> str:
    """The secret with which the webhooks of the account of ``REPLICATE_API_TOKEN`` are signed. Ask once and keep it."""
    secret: str = _tool(tool="webhook_secret")
    return secret


def doctor(offline: bool = False) -> List[types.Finding]:
    """What this machine has for making ads, what is missing, and how to get it. Keys of services are tried by calls that cost
    nothing, unless ``offline``."""
    return [types.Finding.from_dict(finding) for finding in _tool(tool="doctor", offline=offline)]


def fetch_models(
    name: Optional[str] = None, *, source: Union[None, str, "os.PathLike[str]"] = None, non_commercial: bool = False
) -> List[types.Fetched]:
    """Brings ONNX Runtime and the usual model to this machine, or one of them by its name; the wheel has both. With ``source``, a
    file of this machine is installed instead. Models whose licence forbids paid work need ``non_commercial``."""
    path = None if source is None else os.fspath(source)
    fetched = _tool(tool="fetch_models", name=name, non_commercial=non_commercial, **{"from": path})
    return [types.Fetched.from_dict(one) for one in fetched]
