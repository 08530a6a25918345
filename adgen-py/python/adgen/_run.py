"""A run under way, for programs that wait."""

from __future__ import annotations

import json
import math
import time
from typing import Any, Iterator, List, Optional, Type, cast

from . import types
from ._adgen import Events as _Events
from ._adgen import Run as _Run
from ._adgen import Task
from ._checks import count
from ._errors import AdgenError, Cancelled

# So many events are fetched together where they are there.
MOST = 256
# So long an interrupted program waits for the orderly end of its run: remote jobs have to be stopped.
FAREWELL_S = 10.0
# Whoever waits for longer waits for ever.
_LONGEST_S = 1e9


def outcome_of(answer: str) -> types.Outcome:
    """What a finished run gives."""
    return types.Outcome.from_dict(json.loads(answer))


def webhook_json(event: Any) -> str:
    """The event of a webhook, as the core reads it."""
    if not isinstance(event, (types.WebhookEvent, dict)):
        raise TypeError(f"event of notify must be what verify_webhook gave, not {type(event).__name__}")
    return json.dumps(event.to_dict() if isinstance(event, types.WebhookEvent) else event)


class Run:
    """A run under way. It works by itself: forgetting it does not stop it, ``cancel`` does, and so does leaving its ``with``
    block early or interrupting (Ctrl-C, a time limit of RQ's) whoever waits for it."""

    def __init__(self, run: _Run) -> None:
        self._run = run

    @property
    def id(self) -> str:
        """Name of this run."""
        return self._run.id

    @property
    def project_id(self) -> str:
        """The project."""
        return self._run.project_id

    @property
    def state(self) -> types.State:
        """What is known about the project now."""
        return types.State.from_dict(json.loads(self._run.state()))

    @property
    def status(self) -> types.Status:
        """Where the project stands: ``PENDING`` to ``COMPLETED``, ``FAILED`` or ``CANCELLED``."""
        return cast(types.Status, self._run.status())

    def cancel(self) -> None:
        """Stops the run, remote jobs included, and does not wait for that. What is finished stays."""
        self._run.cancel()

    def notify(self, event: Any) -> bool:
        """Hands in the event of a webhook (``adgen.verify_webhook``); tells whether its job is this run's."""
        return self._run.notify(webhook_json(event))

    def events(self, from_seq: int = 0) -> Iterator[types.Event]:
        """All events of the run from number ``from_seq`` on, those of the past first. Ends with the run.

        Progress of the past that later progress has overtaken is left out: the numbers have gaps there.
        """
        return follow(self._run.events(number(from_seq)), types.event, self)

    def __iter__(self) -> Iterator[types.Event]:
        return self.events()

    def result(self, timeout: Optional[float] = None) -> types.Outcome:
        """Waits for the end; may be called as often as one likes.

        Raises why the run failed, ``Cancelled`` where it was cancelled, and ``TimeoutError`` after ``timeout`` seconds: the run
        goes on then.
        """
        # Before anything is waited for: a slip in the argument stops no run.
        timeout = seconds(timeout)
        task = self._run.wait()
        if not attended(task, self, timeout):
            raise TimeoutError(f"run {self.id} is still at work after {timeout} s; it goes on")
        return outcome_of(task.result())

    def show(self) -> types.Outcome:
        """Draws the run's progress until it is over, and gives its outcome: bars where ``rich`` or ``tqdm`` is installed, plain
        lines otherwise."""
        from ._progress import show

        show(self)
        return self.result()

    def __enter__(self) -> Run:
        return self

    def __exit__(self, kind: Optional[Type[BaseException]], *_: Any) -> None:
        if not is_over(self.status):
            self.cancel()
            farewell(self._run.wait())

    def __repr__(self) -> str:
        return f"<adgen.Run {self.id} of {self.project_id!r}>"


def seconds(timeout: Any) -> Optional[float]:
    """How long to wait at most; None for as long as it takes."""
    if timeout is None:
        return None
    if isinstance(timeout, bool) or not hasattr(timeout, "__float__"):
        raise TypeError(f"timeout must be a number of seconds or None, not {type(timeout).__name__}")
    value = float(timeout)
    if math.isnan(value):
        raise ValueError("timeout must be a number of seconds, not nan")
    return None if value > _LONGEST_S else max(0.0, value)


def number(from_seq: int) -> int:
    """The number of an event."""
    return count("events", 0, from_seq=from_seq)["from_seq"]


def is_over(status: str) -> bool:
    """Whether a run with this status is over."""
    return status in ("COMPLETED", "FAILED", "CANCELLED")


def attended(task: Task, run: Optional[Run], timeout: Optional[float] = None) -> bool:
    """Waits for a task. What a signal raises meanwhile stops the run in an orderly way and goes on."""
    try:
        return task.wait(timeout)
    except BaseException:
        if run is None:
            task.cancel()
        else:
            run.cancel()
            farewell(run._run.wait())
        raise


def farewell(task: Task) -> None:
    """Waits a while for the end of a run that was cancelled; a second interruption ends that, too."""
    end = time.monotonic() + FAREWELL_S
    task.wait(max(0.0, end - time.monotonic()))
    try:
        task.result()
    except AdgenError:
        # Why it ended is whoever asks for its result to know.
        pass


def follow(events: _Events, read: Any, run: Optional[Run]) -> Iterator[types.Event]:
    """Events as they come."""
    while True:
        task = events.next(MOST)
        attended(task, run)
        batch: List[str] = task.result()
        if not batch:
            return
        for event in batch:
            yield read(json.loads(event))
