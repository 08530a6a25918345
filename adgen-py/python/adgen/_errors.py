"""What can go wrong: a class for each kind, all of them ``AdgenError``.

Errors cross the border to Rust and back as data, so they survive pickling, which RQ, Celery and multiprocessing do to them.
What only errors need is imported once there is one: importing adgen has to be quick.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Dict, List, Optional, Tuple, Type

if TYPE_CHECKING:
    from types import TracebackType

    from .types import Problem

# More of a traceback is of no use to anybody who reads an ad's report.
_MOST_TRACEBACK = 8_000
# So many are enough in a line of a log.
_MOST_PROBLEMS = 3
# By these modules a provider is called.
_CALLING = frozenset(("adgen._providers", "adgen._loops", "concurrent.futures._base"))


class AdgenError(Exception):
    """Something failed. Decide by the class or by ``code``, never by the message.

    Raise a subclass in a provider of your own to say precisely what failed: the pipeline tries again, falls back or stops
    accordingly.
    """

    code: str = "unexpected"
    """The kind of failure, such as ``rate_limited``: the same word in every language."""

    def __init__(
        self,
        message: str = "",
        *,
        hint: Optional[str] = None,
        retryable: bool = False,
        retry_after: Optional[float] = None,
        provider: Optional[str] = None,
        model: Optional[str] = None,
        request_id: Optional[str] = None,
        spent_usd: float = 0.0,
        possibly_spent_usd: float = 0.0,
        context: Tuple[Tuple[str, str], ...] = (),
        causes: Tuple[str, ...] = (),
        operations: Tuple[str, ...] = (),
    ) -> None:
        super().__init__(message)
        self.message = message
        """One sentence that names the value and what is allowed."""
        self.hint = hint
        """What to do next."""
        self.retryable = retryable or retry_after is not None
        """Whether the same may be tried again."""
        self.retry_after = retry_after
        """After how many seconds, where that is known."""
        self.provider = provider
        """Whose answer or silence it is."""
        self.model = model
        """Which of the provider's models was asked."""
        self.request_id = request_id
        """The provider's own name of the call, for its support."""
        self.spent_usd = spent_usd
        """What the failed work cost all the same, in US dollars."""
        self.possibly_spent_usd = possibly_spent_usd
        """What it may have cost, which nobody knows, in US dollars."""
        self.context = tuple(context)
        """Further facts: pairs of a name and a value."""
        self.causes = tuple(causes)
        """What was underneath, the nearest first."""
        self.operations = tuple(operations)
        """The operations during which it happened, the outermost first."""

    @property
    def problems(self) -> List[Problem]:
        """Every problem of a document or of options; empty for other failures."""
        return [_problem(value) for name, value in self.context if name == "problem"]

    def to_dict(self) -> Dict[str, Any]:
        """The error as JSON has it in events, states and other languages."""
        body: Dict[str, Any] = {"code": self.code, "message": self.message}
        for name in ("hint", "provider", "model", "request_id"):
            if getattr(self, name) is not None:
                body[name] = getattr(self, name)
        body["retryable"] = self.retryable
        if self.retry_after is not None:
            body["retry_after_ms"] = max(0, round(self.retry_after * 1000))
        body["spent_usd"] = self.spent_usd
        body["possibly_spent_usd"] = self.possibly_spent_usd
        if self.operations:
            body["operations"] = list(self.operations)
        if self.context:
            body["context"] = [{"name": name, "value": value} for name, value in self.context]
        if self.causes:
            body["causes"] = list(self.causes)
        return body

    def __str__(self) -> str:
        lines = [self.message]
        lines += [f"  {name}: {value}" for name, value in self.context]
        if self.provider is not None:
            lines.append(f"  provider: {self.provider}" + (f", {self.model}" if self.model else ""))
        if self.request_id is not None:
            lines.append(f"  request_id: {self.request_id}")
        for name in ("spent_usd", "possibly_spent_usd"):
            if getattr(self, name):
                lines.append(f"  {name}: {getattr(self, name):.4f}")
        if self.hint:
            lines.append(f"  next: {self.hint}")
        lines += [f"  because: {cause}" for cause in self.causes]
        return "\n".join(lines)

    def __repr__(self) -> str:
        problems = [value for name, value in self.context if name == "problem"]
        more = "; ".join(problems[:_MOST_PROBLEMS]) + (f"; {len(problems) - _MOST_PROBLEMS} more" if len(problems) > _MOST_PROBLEMS else "")
        return f"{type(self).__name__}({self.message + (': ' + more if more else '')!r})"

    def __reduce__(self) -> Tuple[Any, Tuple[str]]:
        import json

        return from_json, (json.dumps(self.to_dict()),)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, AdgenError) and self.to_dict() == other.to_dict()

    __hash__ = Exception.__hash__


class InvalidProject(AdgenError, ValueError):
    """The document breaks a rule; ``problems`` lists each."""

    code = "invalid_project"


class InvalidConfig(AdgenError, ValueError):
    """A setting, an argument or an environment variable is wrong."""

    code = "invalid_config"


class InvalidInput(AdgenError, ValueError):
    """An input file is not what it should be: not an image, truncated, too large."""

    code = "invalid_input"


class Unsupported(AdgenError):
    """The implementation cannot do what was asked."""

    code = "unsupported"


class Unauthenticated(AdgenError):
    """A key is missing or was refused."""

    code = "unauthenticated"


class QuotaExceeded(AdgenError):
    """The account is out of credit or quota."""

    code = "quota_exceeded"


class RateLimited(AdgenError):
    """Too many requests."""

    code = "rate_limited"


class ContentRejected(AdgenError):
    """The provider refused the content."""

    code = "content_rejected"


class GenerationFailed(AdgenError):
    """The provider accepted the job and failed at it."""

    code = "generation_failed"


class NotFound(AdgenError, LookupError):
    """A project, file, model or job is not there."""

    code = "not_found"


class Locked(AdgenError):
    """Somebody else is working on the project."""

    code = "locked"


class Conflict(AdgenError):
    """Somebody else has saved the document since it was read."""

    code = "conflict"


class Timeout(AdgenError, TimeoutError):
    """It took too long."""

    code = "timeout"


class Unavailable(AdgenError, ConnectionError):
    """A provider or the network on the way to it does not answer."""

    code = "unavailable"


class OutcomeUnknown(AdgenError):
    """A paid call was made and its answer was lost: the job may be there, and may cost something."""

    code = "outcome_unknown"


class Cancelled(AdgenError):
    """Somebody cancelled the run."""

    code = "cancelled"


class Media(AdgenError):
    """Decoding, encoding or joining media failed."""

    code = "media"


class Model(AdgenError):
    """The matting model or its runtime is missing or failed."""

    code = "model"


class Io(AdgenError, OSError):
    """A storage or file system operation failed."""

    code = "io"


class FallbackDenied(AdgenError):
    """A fallback would have been needed, and the project's policy denies it."""

    code = "fallback_denied"


class Unexpected(AdgenError):
    """A defect of adgen, or of a provider that raised what nobody expects."""

    code = "unexpected"


KINDS: Dict[str, Type[AdgenError]] = {kind.code: kind for kind in AdgenError.__subclasses__()}
"""The class of each code."""


def _problem(line: str) -> Problem:
    """A problem from the line that it is written as."""
    from .types import Problem

    path, found, message = line.partition(": ")
    return Problem(path=path, message=message) if found and " " not in path else Problem(path="", message=line)


def from_dict(body: Dict[str, Any]) -> AdgenError:
    """The error that a body tells of, as ``to_dict`` and events have it."""
    kind = KINDS.get(body["code"])
    after = body.get("retry_after_ms")
    error = (kind or AdgenError)(
        body.get("message", ""),
        hint=body.get("hint"),
        retryable=bool(body.get("retryable", False)),
        retry_after=None if after is None else after / 1000,
        provider=body.get("provider"),
        model=body.get("model"),
        request_id=body.get("request_id"),
        spent_usd=body.get("spent_usd", 0.0),
        possibly_spent_usd=body.get("possibly_spent_usd", 0.0),
        context=tuple((fact["name"], fact["value"]) for fact in body.get("context", ())),
        causes=tuple(body.get("causes", ())),
        operations=tuple(body.get("operations", ())),
    )
    if kind is None:
        # A newer version's.
        error.code = body["code"]
    return error


def from_json(text: str) -> AdgenError:
    """The same from JSON."""
    import json

    return from_dict(json.loads(text))


def to_json(raised: BaseException) -> str:
    """What was raised, as a body: adgen's own as it is, others by what they usually mean, with their traceback."""
    import json
    import traceback

    if isinstance(raised, AdgenError):
        body = raised.to_dict()
    else:
        words = f"{type(raised).__name__}: {raised}" if str(raised) else type(raised).__name__
        body = {"code": _code_of(raised), "message": words}
    lines = traceback.format_exception(type(raised), raised, _own(raised.__traceback__))
    body["causes"] = [*body.get("causes", ()), "".join(lines)[-_MOST_TRACEBACK:].rstrip()]
    # Half of a surrogate pair is no text beyond Python.
    return json.dumps(body)


def _own(trace: Optional[TracebackType]) -> Optional[TracebackType]:
    """The frames of whoever wrote the provider: those by which adgen calls it tell nobody anything."""
    while trace is not None and trace.tb_frame.f_globals.get("__name__") in _CALLING:
        trace = trace.tb_next
    return trace


def _code_of(raised: BaseException) -> str:
    # By name: asyncio is not imported for it.
    names = {kind.__name__ for kind in type(raised).__mro__}
    if names & {"CancelledError", "KeyboardInterrupt"}:
        return "cancelled"
    if isinstance(raised, TimeoutError) or "TimeoutError" in names:
        return "timeout"
    return "unexpected"
