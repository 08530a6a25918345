"""Making ads, for programs that wait."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any, Callable, Dict, Iterator, List, Mapping, NoReturn, Optional, Set, Type, TypeVar, Union

from . import _convert, _verbs, types
from ._adgen import Studio as _Studio
from ._loops import Home
from ._preview import PreviewImage
from ._providers import adapted
from ._run import Run, attended, follow
from ._verbs import Question

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from . import provider
    from ._arguments import Document, Files, Settings

PathLike = Union[str, "os.PathLike[str]"]
ROLES = ("planner", "video", "audio", "remover")
_S = TypeVar("_S", bound="Base")


class Base:
    """How both kinds of studios are set up."""

    _core: _Studio
    _home: Home

    def __init__(
        self,
        storage: Optional[PathLike] = None,
        *,
        planner: Optional[provider.Planner] = None,
        video: Optional[provider.VideoProvider] = None,
        audio: Optional[provider.AudioProvider] = None,
        remover: Optional[provider.BackgroundRemover] = None,
        on_event: Optional[Callable[[types.Event], object]] = None,
        **config: Unpack[Settings],
    ) -> None:
        """Ads are kept in ``storage``: a folder, ``s3://bucket/prefix``, or ``./storage`` where it is not said.

        ``planner``, ``video``, ``audio`` and ``remover`` are providers of one's own (``adgen.provider``); what is left out is made
        offline. ``on_event`` hears of every event of every run, on another thread; what it raises is printed once for each kind of
        exception. Everything else is a field of
        ``types.StudioConfig``: ``max_usd=2.0, jobs=4, assets={"urls": True}``.
        """
        self._set_up(storage, None, (planner, video, audio, remover), on_event, config)

    def _set_up(
        self,
        storage: Optional[PathLike],
        services: Optional[Dict[str, Any]],
        providers: tuple[Any, Any, Any, Any],
        on_event: Optional[Callable[[types.Event], object]],
        config: Mapping[str, Any],
    ) -> None:
        given = {name: value for name, value in config.items() if value is not None}
        if storage is not None:
            given["storage"] = _storage(storage)
        what = _convert.options("the studio's options")
        setup: Dict[str, Any] = {"config": _convert.plain(given, what)}
        if services is not None:
            told = {name: value for name, value in services.items() if value is not None}
            setup["services"] = _convert.plain(told, what)
        # As it was said: what is told of a studio asks nobody.
        of_environment = os.environ.get("ADGEN_STORAGE") if services is not None else None
        self._storage = given.get("storage") or of_environment or "./storage"
        self._home = Home()
        objects = {
            role: adapted(role, provider, self._home) for role, provider in zip(ROLES, providers) if provider is not None
        }
        self._core = _Studio(_convert.text(setup, what), objects, _listener(on_event))

    @classmethod
    def from_env(
        cls: Type[_S],
        storage: Optional[PathLike] = None,
        *,
        webhook: Optional[str] = None,
        planner: Optional[provider.Planner] = None,
        video: Optional[provider.VideoProvider] = None,
        audio: Optional[provider.AudioProvider] = None,
        remover: Optional[provider.BackgroundRemover] = None,
        on_event: Optional[Callable[[types.Event], object]] = None,
        **config: Unpack[Settings],
    ) -> _S:
        """The same with the services whose keys are in the environment: OpenAI plans where ``OPENAI_API_KEY`` is set, Replicate
        films and scores where ``REPLICATE_API_TOKEN`` is; what has no key is made offline. ``ADGEN_STORAGE`` is the storage where
        none is said, ``ADGEN_PLANNER_MODEL``, ``ADGEN_VIDEO_MODEL`` and ``ADGEN_AUDIO_MODEL`` choose models. ``webhook`` is the
        address that Replicate calls when a job moved on."""
        studio = cls.__new__(cls)
        studio._set_up(storage, {"webhook": webhook}, (planner, video, audio, remover), on_event, config)
        return studio

    def __repr__(self) -> str:
        return f"<adgen.{type(self).__name__} of {self._storage!r}>"

    def __reduce__(self) -> NoReturn:
        raise TypeError(f"adgen.{type(self).__name__} cannot be pickled or copied: make one in each process")


def _storage(storage: PathLike) -> str:
    path = os.fspath(storage) if isinstance(storage, os.PathLike) else storage
    if not isinstance(path, str):
        raise TypeError(f"storage must be a path or an address such as s3://bucket/prefix, not {type(storage).__name__}")
    return path


def _listener(on_event: Optional[Callable[[types.Event], object]]) -> Optional[Callable[[str], None]]:
    if on_event is None:
        return None
    if not callable(on_event):
        raise TypeError(f"on_event must be callable, not {type(on_event).__name__}")
    import inspect

    if inspect.iscoroutinefunction(on_event) or inspect.iscoroutinefunction(getattr(on_event, "__call__", None)):
        raise TypeError("on_event must be a plain function: it is called on another thread, where nobody awaits it")
    heard = on_event
    told: Set[type] = set()

    def _listen(record: str) -> None:
        import json

        try:
            heard(types.event(json.loads(record)))
        except Exception as exception:
            # There are hundreds of events, and a slip in a listener is mostly the same at each.
            if type(exception) in told:
                return
            told.add(type(exception))
            raise

    return _listen


class Studio(Base):
    """Makes ads: set up once, used for as many as one likes, from any thread. Works in processes that were forked from the one
    that made it."""

    def _ask(self, question: Question) -> Any:
        task = self._core.ask(question.verb, question.files, question.objects)
        attended(task, None)
        return question.read(task.result())

    def import_(
        self, project: Document, folder: Optional[PathLike] = None, files: Optional[Files] = None
    ) -> types.Imported:
        """Brings a document and its files into the storage, and makes nothing: ``run`` does.

        ``project`` is a ``dict`` (``types.AdProject``), a model of ``adgen.models``, JSON text, or the path of a document. Its
        files lie in ``folder`` (the document's own, or the working directory), or are handed in: ``files`` has bytes, paths or
        open files by the names that the document has for them. They are read at once: ``InvalidInput`` for one that is missing or
        is no photo.
        """
        return self._ask(_verbs.import_(project, folder, files))

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
    ) -> Run:
        """Imports a document and makes its ad: gives the run, which works by itself. The options are this run's own.

        The document is checked at once, its files are read within the run: ``result`` raises ``InvalidInput`` for one that is missing
        or is no photo. ``import_`` and ``run`` tell of that before a run begins.
        """
        options = dict(max_usd=max_usd, offline=offline, jobs=jobs, planner=planner, video=video, audio=audio)
        return Run(self._ask(_verbs.generate(project, folder, files, options)))

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
    ) -> Run:
        """Makes what is missing of the ad of a project in the storage: all of it, or what a crash, an edit or a fallback left."""
        options = dict(max_usd=max_usd, offline=offline, jobs=jobs, planner=planner, video=video, audio=audio)
        return Run(self._ask(_verbs.run(project_id, options)))

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
    ) -> Run:
        """Goes on with a project after a crash or a failure: ``run`` by the name that fits."""
        return self.run(project_id, max_usd=max_usd, offline=offline, jobs=jobs, planner=planner, video=video, audio=audio)

    def estimate(self, project: Document) -> types.Estimate:
        """What the ad of a document will cost, everything made anew. Calls nobody."""
        return self._ask(_verbs.estimate(project))

    def inspect(self, project: Document, folder: Optional[PathLike] = None) -> List[types.Inspected]:
        """Looks at every file that a document names, without storing anything."""
        return self._ask(_verbs.inspect(project, folder))

    def preview(
        self,
        project_id: str,
        *,
        scene: Optional[int] = None,
        seconds: Optional[float] = None,
        aspect: Optional[str] = None,
        width: Optional[int] = None,
        short_side: Optional[int] = None,
    ) -> PreviewImage:
        """One frame of the stored document, of the middle of a scene (0 is the first) or at a time, as the video will have it,
        without a run."""
        return self._ask(_verbs.preview(project_id, scene, seconds, aspect, width, short_side))

    def list(self) -> List[str]:
        """The ids of all projects in the storage, sorted."""
        return self._ask(_verbs.list_())

    def state(self, project_id: str) -> types.State:
        """What is known about a project."""
        return self._ask(_verbs.state(project_id))

    def document(self, project_id: str) -> types.StoredDocument:
        """The document as it lies in the storage, with its version."""
        return self._ask(_verbs.document(project_id))

    def save(self, project: Document, if_match: Optional[str] = None) -> str:
        """Saves an edited document, which counts for the next run; gives its version. With ``if_match``, a version, only where
        nobody else has saved another one since: ``Conflict`` otherwise."""
        return self._ask(_verbs.save(project, if_match))

    def copy(self, source: str, target: str) -> None:
        """Copies a project under another id: what was bought for the first one serves the copy for nothing."""
        self._ask(_verbs.copy(source, target))

    def delete(self, project_id: str) -> None:
        """Deletes a project. What was bought for it stays for others that want the same."""
        self._ask(_verbs.delete(project_id))

    def report(self, project_id: str) -> types.OutputFile:
        """Writes ``report.html`` of a finished project again."""
        return self._ask(_verbs.report(project_id))

    def url(self, project_id: str, file: str, expires: float = 3600.0) -> str:
        """An address of a file of the project, good for so many seconds: a presigned link, or ``file://`` on this machine."""
        return self._ask(_verbs.url(project_id, file, expires))

    def watch(
        self, project_id: str, *, after_run: Optional[str] = None, from_seq: Optional[int] = None, every: Optional[float] = None
    ) -> Iterator[types.Event]:
        """The events of a run of the project wherever it is at work, in another process or on another machine.

        Where none is under way, those of the last one are told; where there was none, the first one is waited for.
        """
        events = self._ask(_verbs.watch(project_id, after_run, from_seq, every))
        return follow(events, types.event, None)

    def find_waste(self, *, bought: bool = False, grace: Optional[float] = None) -> types.GcPlan:
        """Looks for artifacts that no project uses any more, and removes nothing."""
        return self._ask(_verbs.find_waste(bought, grace))

    def remove_waste(self, plan: types.GcPlan) -> int:
        """Removes what was found; gives the bytes that were freed."""
        return self._ask(_verbs.remove_waste(plan))

    def storage_use(self) -> types.StorageUse:
        """How much the storage was asked for since the studio was made in this process."""
        return self._ask(_verbs.storage_use())

    def config(self) -> Dict[str, Any]:
        """How the studio is set up (``types.StudioConfig``)."""
        return self._ask(_verbs.config())
