"""Making ads, for programs of asyncio."""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING, Any, AsyncIterator, Dict, Generator, List, NoReturn, Optional, Type, cast

from . import _verbs, types
from ._adgen import Events as _Events
from ._adgen import Run as _Run
from ._adgen import Task
from ._errors import AdgenError
from ._preview import PreviewImage
from ._run import MOST, is_over, number, outcome_of, webhook_json
from ._studio import Base, PathLike
from ._verbs import Question

if TYPE_CHECKING:
    from . import provider
    from ._arguments import Document, Files

_AWAIT_IT = "await it first, as in `run = await studio.generate(project)`"


async def finished(task: Task) -> Any:
    """What a task gives. Cancelled, it gives the work up."""
    loop = asyncio.get_running_loop()
    over = loop.create_future()

    def note() -> None:
        if not over.done():
            over.set_result(None)

    def tell() -> None:
        try:
            loop.call_soon_threadsafe(note)
        except RuntimeError:
            # The loop was closed meanwhile: nobody waits any more.
            pass

    task.on_done(tell)
    try:
        await over
    except BaseException:
        task.cancel()
        raise
    return task.result()


class AsyncRun:
    """A run under way. It works by itself: forgetting it does not stop it. ``cancel`` does, and so does leaving its
    ``async with`` block early, and cancelling whoever awaits it."""

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

    def events(self, from_seq: int = 0) -> AsyncIterator[types.Event]:
        """All events of the run from number ``from_seq`` on, those of the past first. Ends with the run.

        Progress of the past that later progress has overtaken is left out: the numbers have gaps there. Whoever is cancelled while
        following leaves the run at work.
        """
        return _follow(self._run.events(number(from_seq)))

    def __aiter__(self) -> AsyncIterator[types.Event]:
        return self.events()

    async def result(self) -> types.Outcome:
        """Waits for the end; may be awaited as often as one likes. Whoever is cancelled meanwhile cancels the run.

        Raises why the run failed, and ``Cancelled`` where it was cancelled.
        """
        try:
            return outcome_of(await finished(self._run.wait()))
        except asyncio.CancelledError:
            await self._stop()
            raise

    def __await__(self) -> Generator[Any, None, types.Outcome]:
        return self.result().__await__()

    async def _stop(self) -> None:
        """Cancels the run and waits for that: a second cancellation ends the waiting."""
        self.cancel()
        try:
            await finished(self._run.wait())
        except AdgenError:
            # Why it ended is whoever asks for its result to know.
            pass

    async def __aenter__(self) -> AsyncRun:
        return self

    async def __aexit__(self, kind: Optional[Type[BaseException]], *_: Any) -> None:
        if not is_over(self.status):
            await self._stop()

    def __repr__(self) -> str:
        return f"<adgen.AsyncRun {self.id} of {self.project_id!r}>"


class StartingRun:
    """A run that is about to begin: ``await`` it, or enter it with ``async with``."""

    def __init__(self, studio: AsyncStudio, question: Question) -> None:
        self._studio = studio
        self._question: Optional[Question] = question
        self._run: Optional[AsyncRun] = None

    async def _start(self) -> AsyncRun:
        question, self._question = self._question, None
        if question is None:
            raise RuntimeError("this run was started already: keep what the first await gave")
        self._run = AsyncRun(await self._studio._ask(question))
        return self._run

    def __await__(self) -> Generator[Any, None, AsyncRun]:
        return self._start().__await__()

    async def __aenter__(self) -> AsyncRun:
        return await self._start()

    async def __aexit__(self, *failure: Any) -> None:
        if self._run is not None:
            await self._run.__aexit__(*failure)

    def __repr__(self) -> str:
        return "<adgen run that was not awaited>" if self._run is None else repr(self._run)

    if not TYPE_CHECKING:

        def __getattr__(self, name: str) -> NoReturn:
            if name.startswith("__") or not hasattr(AsyncRun, name):
                raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}")
            raise AttributeError(f"a run that is about to begin has no {name}: {_AWAIT_IT}")

        def __aiter__(self) -> NoReturn:
            raise TypeError(f"a run that is about to begin has no events: {_AWAIT_IT}")

    def __del__(self) -> None:
        # As a coroutine does that nobody awaits: what was forgotten is a run that never began.
        question: Optional[Question] = self.__dict__.get("_question")
        if question is not None:
            import warnings

            verb = json.loads(question.verb)["verb"]
            warnings.warn(f"AsyncStudio.{verb} was never awaited: {_AWAIT_IT}", RuntimeWarning, source=self, stacklevel=2)


async def _follow(events: _Events) -> AsyncIterator[types.Event]:
    while True:
        batch: List[str] = await finished(events.next(MOST))
        if not batch:
            return
        for event in batch:
            yield types.event(json.loads(event))


class AsyncStudio(Base):
    """Makes ads: set up once, used for as many as one likes. Every verb is awaited; arguments are those of ``Studio``.

    Coroutines of its providers run in the event loop in which the studio is used; where it is used in several, in the first one
    that still runs.
    """

    async def _ask(self, question: Question) -> Any:
        self._home.settle()
        return question.read(await finished(self._core.ask(question.verb, question.files, question.objects)))

    async def import_(
        self, project: Document, folder: Optional[PathLike] = None, files: Optional[Files] = None
    ) -> types.Imported:
        """Brings a document and its files into the storage, and makes nothing: ``Studio.import_``."""
        return await self._ask(_verbs.import_(project, folder, files))

    def generate(
        self,
        project: Document,
        folder: Optional[PathLike] = None,
        files: Optional[Files] = None,
        *,
        max_usd: Optional[float] = None,
        offline: Optional[bool] = None,
        jobs: Optional[int] = None,
        planner: Optional[provider.Planner] = None,
        video: Optional[provider.VideoProvider] = None,
        audio: Optional[provider.AudioProvider] = None,
    ) -> StartingRun:
        """Imports a document and makes its ad. ``run = await studio.generate(project)``, or ``async with studio.generate(project)
        as run``, which cancels the run where the block is left before it is over. Files are read within the run, which tells of
        a missing one when it is awaited; ``import_`` reads them at once."""
        options = dict(max_usd=max_usd, offline=offline, jobs=jobs, planner=planner, video=video, audio=audio)
        return StartingRun(self, _verbs.generate(project, folder, files, options))

    def run(
        self,
        project_id: str,
        *,
        max_usd: Optional[float] = None,
        offline: Optional[bool] = None,
        jobs: Optional[int] = None,
        planner: Optional[provider.Planner] = None,
        video: Optional[provider.VideoProvider] = None,
        audio: Optional[provider.AudioProvider] = None,
    ) -> StartingRun:
        """Makes what is missing of the ad of a project in the storage: to be awaited or entered as ``generate`` is."""
        options = dict(max_usd=max_usd, offline=offline, jobs=jobs, planner=planner, video=video, audio=audio)
        return StartingRun(self, _verbs.run(project_id, options))

    def resume(
        self,
        project_id: str,
        *,
        max_usd: Optional[float] = None,
        offline: Optional[bool] = None,
        jobs: Optional[int] = None,
        planner: Optional[provider.Planner] = None,
        video: Optional[provider.VideoProvider] = None,
        audio: Optional[provider.AudioProvider] = None,
    ) -> StartingRun:
        """Goes on with a project after a crash or a failure: ``run`` by the name that fits."""
        return self.run(project_id, max_usd=max_usd, offline=offline, jobs=jobs, planner=planner, video=video, audio=audio)

    async def estimate(self, project: Document) -> types.Estimate:
        """What the ad of a document will cost: ``Studio.estimate``."""
        return await self._ask(_verbs.estimate(project))

    async def inspect(self, project: Document, folder: Optional[PathLike] = None) -> List[types.Inspected]:
        """Looks at every file that a document names: ``Studio.inspect``."""
        return await self._ask(_verbs.inspect(project, folder))

    async def preview(
        self,
        project_id: str,
        *,
        scene: Optional[int] = None,
        seconds: Optional[float] = None,
        aspect: Optional[str] = None,
        width: Optional[int] = None,
        short_side: Optional[int] = None,
    ) -> PreviewImage:
        """One frame of the stored document: ``Studio.preview``."""
        return await self._ask(_verbs.preview(project_id, scene, seconds, aspect, width, short_side))

    async def list(self) -> List[str]:
        """The ids of all projects in the storage, sorted."""
        return await self._ask(_verbs.list_())

    async def state(self, project_id: str) -> types.State:
        """What is known about a project."""
        return await self._ask(_verbs.state(project_id))

    async def document(self, project_id: str) -> types.StoredDocument:
        """The document as it lies in the storage, with its version."""
        return await self._ask(_verbs.document(project_id))

    async def save(self, project: Document, if_match: Optional[str] = None) -> str:
        """Saves an edited document: ``Studio.save``."""
        return await self._ask(_verbs.save(project, if_match))

    async def copy(self, source: str, target: str) -> None:
        """Copies a project under another id: ``Studio.copy``."""
        await self._ask(_verbs.copy(source, target))

    async def delete(self, project_id: str) -> None:
        """Deletes a project: ``Studio.delete``."""
        await self._ask(_verbs.delete(project_id))

    async def report(self, project_id: str) -> types.OutputFile:
        """Writes ``report.html`` of a finished project again."""
        return await self._ask(_verbs.report(project_id))

    async def url(self, project_id: str, file: str, expires: float = 3600.0) -> str:
        """An address of a file of the project: ``Studio.url``."""
        return await self._ask(_verbs.url(project_id, file, expires))

    async def watch(
        self, project_id: str, *, after_run: Optional[str] = None, from_seq: Optional[int] = None, every: Optional[float] = None
    ) -> AsyncIterator[types.Event]:
        """The events of a run of the project wherever it is at work: ``async for event in studio.watch(id)``.

        Where none is under way, those of the last one are told; where there was none, the first one is waited for.
        """
        events = await self._ask(_verbs.watch(project_id, after_run, from_seq, every))
        async for event in _follow(events):
            yield event

    async def find_waste(self, *, bought: bool = False, grace: Optional[float] = None) -> types.GcPlan:
        """Looks for artifacts that no project uses any more, and removes nothing."""
        return await self._ask(_verbs.find_waste(bought, grace))

    async def remove_waste(self, plan: types.GcPlan) -> int:
        """Removes what was found; gives the bytes that were freed."""
        return await self._ask(_verbs.remove_waste(plan))

    async def storage_use(self) -> types.StorageUse:
        """How much the storage was asked for since the studio was made in this process."""
        return await self._ask(_verbs.storage_use())

    async def config(self) -> Dict[str, Any]:
        """How the studio is set up (``types.StudioConfig``)."""
        return await self._ask(_verbs.config())
