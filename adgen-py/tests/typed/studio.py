"""Checked, never run: what type checkers make of studios, runs and providers."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import adgen
from adgen import models, provider, types
from adgen.types import AdProject

if TYPE_CHECKING:
    from typing_extensions import assert_type


class Clips:
    """Its methods wait."""

    info = provider.info("own", "clips-1", {"per": "second", "usd": 0.02, "as_of": "2026-11-01"})

    def start(self, request: types.VideoRequest, context: provider.Context) -> types.Generation:
        context.check_wanted()
        return provider.pending(request["prompt"])

    def check(self, job: str, context: provider.Context) -> types.Generation:
        return provider.done(data=b"", cost_usd=0.1) if job else provider.failed("no")

    def cancel(self, job: str, context: provider.Context) -> types.Cancelled:
        return provider.stopped() if job else provider.already_over()


class Tracks:
    """Its methods are awaited."""

    @property
    def info(self) -> types.ProviderInfoDict:
        return provider.info("own", "tracks-1", "free")

    async def start(self, request: types.AudioRequest, context: provider.Context) -> types.DoneGeneration:
        return provider.done(file=context.scratch / "a.mp3")

    async def check(self, job: str, context: provider.Context) -> types.Generation:
        return provider.pending(job)

    async def cancel(self, job: str, context: provider.Context) -> types.Cancelled:
        return provider.already_over()


class Templates:
    info = provider.info("own", "templates-1", "free")

    async def plan(self, request: types.PlanRequest, context: provider.Context) -> types.Plan:
        raise adgen.Unavailable(str(request["seed"]))


class Masks:
    name, version = "own", "1"

    def coarse_mask(self, photo: provider.Photo, context: object) -> bytes:
        return bytes(photo.width * photo.height)


class Misnamed(Clips):
    def check(self, job_id: str, context: provider.Context) -> types.Generation:  # pyright: ignore[reportIncompatibleMethodOverride]
        return provider.pending(job_id)


provider.info("own", "clips-1")  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]


def make(project: AdProject, model: models.AdProject) -> None:
    studio = adgen.Studio("storage", planner=Templates(), video=Clips(), audio=Tracks(), remover=Masks(), max_usd=2.0)
    assert_type(adgen.Studio.from_env("storage", webhook="https://a.b", jobs=2), adgen.Studio)
    for one in (project, model, "{}", Path("project.json"), {"id": "a"}):
        assert_type(studio.estimate(one), types.Estimate)
    run = studio.generate(project, files={"cup.jpg": Path("cup.jpg")}, video=Clips())
    assert_type(run, adgen.Run)
    assert_type(run.status, types.Status)
    assert_type(studio.resume("a"), adgen.Run)
    studio.generate(5)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    studio.generate(project, files={"cup.jpg": "cup.jpg"})  # type: ignore[dict-item]  # pyright: ignore[reportArgumentType]
    studio.generate(project, video="owner/name")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    adgen.validate(5)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    adgen.Studio("storage", max_dollars=2.0)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    adgen.Studio("storage", jobs="2")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    adgen.Studio("storage", video=Misnamed())  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]


async def wait(project: AdProject) -> None:
    studio = adgen.AsyncStudio.from_env("storage", offline=True, matting={"download": False})
    assert_type(studio, adgen.AsyncStudio)
    async with studio.generate(project) as run:
        async for event in run:
            assert_type(event.seq, int)
    assert_type(await (await studio.run("a")), types.Outcome)
