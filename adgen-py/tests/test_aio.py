"""The verbs of a studio that is awaited."""

from __future__ import annotations

import asyncio

import pytest

import adgen
from conftest import document, run_script


def test_every_verb_of_the_other_studio_is_there():
    verbs = {name for name in vars(adgen.Studio) if not name.startswith("_")}
    assert verbs == {name for name in vars(adgen.AsyncStudio) if not name.startswith("_")}


def test_an_ad_is_made(folder):
    async def main():
        studio = adgen.AsyncStudio(folder / "storage")
        async with studio.generate(document(), folder) as run:
            events = [event async for event in run]
            outcome = await run
        assert events[-1].type == "run_finished" and outcome.videos
        # Twice, and side by side.
        assert await run == outcome
        assert await asyncio.gather(run.result(), run.result()) == [outcome, outcome]
        assert (await studio.state("least")).status == run.status == "COMPLETED"
        assert await studio.list() == ["least"]
        assert (await studio.document("least")).version
        assert (await studio.preview("least", scene=0)).png
        assert (await studio.estimate(document())).total.low_usd == 0
        again = await studio.run("least")
        assert (await again).videos == outcome.videos
        assert [event async for event in studio.watch("least")][-1].run_id == again.id
        await studio.copy("least", "other")
        await studio.delete("least")
        with pytest.raises(adgen.NotFound):
            await studio.state("least")
        with pytest.raises(adgen.NotFound):
            await studio.run("least")

    asyncio.run(main())


def test_leaving_early_cancels(folder):
    async def main():
        studio = adgen.AsyncStudio(folder / "storage")
        async with studio.generate(document(), folder) as run:
            async for _ in run:
                break
        assert run.status == "CANCELLED"
        with pytest.raises(adgen.Cancelled):
            await run

    asyncio.run(main())


@pytest.mark.parametrize("how", ["with", "await"])
def test_a_timeout_cancels_the_run_and_its_remote_jobs(folder, services, how):
    emulator = services(latency_s=[600.0], audio_latency_s=[600.0])

    async def main():
        studio = adgen.AsyncStudio.from_env(folder / "storage", matting={"download": False})

        async def work():
            if how == "await":
                await (await studio.generate(document(), folder))
            else:
                async with studio.generate(document(), folder) as run:
                    async for _ in run:
                        pass

        task = asyncio.ensure_future(work())
        while not emulator.predictions():
            assert not task.done(), task
            await asyncio.sleep(0.05)
        with pytest.raises(asyncio.TimeoutError):
            await asyncio.wait_for(task, 0.5)
        assert (await studio.state("least")).status == "CANCELLED"

    asyncio.run(main())
    assert {prediction["status"] for prediction in emulator.predictions()} == {"canceled"}


def test_a_start_is_awaited_once(folder):
    async def main():
        studio = adgen.AsyncStudio(folder / "storage")
        starting = studio.generate(document(), folder)
        assert "not awaited" in repr(starting)
        run = await starting
        with pytest.raises(RuntimeError, match="started already"):
            await starting
        run.cancel()
        with pytest.raises(adgen.Cancelled):
            await run

    asyncio.run(main())


def test_a_cancelled_call_leaves_the_studio_as_it_was(folder):
    async def main():
        studio = adgen.AsyncStudio(folder / "storage")
        for _ in range(20):
            task = asyncio.ensure_future(studio.import_(document(), folder))
            await asyncio.sleep(0)
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
        # Whatever of it had begun gives the project back.
        for _ in range(200):
            try:
                await studio.import_(document(), folder)
                break
            except adgen.Locked:
                await asyncio.sleep(0.05)
        assert await studio.list() == ["least"]

    asyncio.run(main())


def test_two_loops_share_a_studio(folder):
    studio = adgen.AsyncStudio(folder / "storage")

    async def make(id):
        return (await (await studio.generate(document(id), folder))).project_id

    assert [asyncio.run(make(id)) for id in ("one", "two")] == ["one", "two"]


def test_a_loop_that_is_closed_early_harms_nobody(folder):
    studio = adgen.AsyncStudio(folder / "storage")
    loop = asyncio.new_event_loop()
    run = loop.run_until_complete(asyncio.ensure_future(_start(studio, folder), loop=loop))
    pending = loop.create_task(run.result())
    loop.call_later(0.05, loop.stop)
    loop.run_forever()
    pending.cancel()
    loop.run_until_complete(asyncio.gather(pending, return_exceptions=True))
    loop.close()
    assert adgen.Studio(folder / "storage").state("least").status == "CANCELLED"


async def _start(studio, folder):
    return await studio.generate(document(), folder)


def test_a_loop_that_vanishes_while_somebody_waits_harms_nobody(tmp_path):
    done = run_script(
        tmp_path,
        """
import asyncio, adgen, time
studio = adgen.AsyncStudio("storage")
async def start():
    await studio.import_(document())
    return await studio.run("least")
loop = asyncio.new_event_loop()
run = loop.run_until_complete(start())
task = loop.create_task(run.result())
loop.call_later(0.02, loop.stop)
loop.run_forever()
task._log_destroy_pending = False
loop.close()
blocking = adgen.Studio("storage")
print(list(blocking.watch("least"))[-1].status)
""",
    )
    assert done.returncode == 0 and done.stdout.split() == ["COMPLETED"], done.stderr
    assert "Traceback" not in done.stderr, done.stderr


def test_within_a_loop_the_waiting_studio_still_waits(folder):
    """It blocks the loop, as everything does that waits; it does not fail."""

    async def main():
        return adgen.Studio(folder / "storage").list()

    assert asyncio.run(main()) == []


def test_a_start_that_nobody_awaits_says_so(folder):
    async def main():
        studio = adgen.AsyncStudio(folder / "storage")
        starting = studio.generate(document(), folder)
        for name in ("id", "project_id", "status", "result", "cancel"):
            with pytest.raises(AttributeError, match=f"no {name}: await it first"):
                getattr(starting, name)
        with pytest.raises(AttributeError, match="no attribute 'moons'"):
            starting.moons
        with pytest.raises(TypeError, match="no events: await it first"):
            async for _ in starting:
                pass
        with pytest.warns(RuntimeWarning, match="AsyncStudio.generate was never awaited"):
            del starting
        with pytest.warns(RuntimeWarning, match="AsyncStudio.run was never awaited"):
            studio.run("least")
        assert await studio.list() == []

    asyncio.run(main())


def test_whoever_only_follows_a_run_leaves_it_at_work(folder):
    async def main():
        studio = adgen.AsyncStudio(folder / "storage")
        run = await studio.generate(document(), folder)

        async def follow():
            async for _ in run:
                pass

        task = asyncio.ensure_future(follow())
        await asyncio.sleep(0.05)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert (await run).videos and run.status == "COMPLETED"
        with pytest.raises(ValueError, match="from_seq of events is -1: 0 or more"):
            run.events(-1)

    asyncio.run(main())
