"""Providers that are written in Python: asked, believed, and blamed where they are at fault."""

from __future__ import annotations

import asyncio
import itertools
import subprocess
import threading
import time

import pytest

import adgen
from adgen import provider, testkit
from conftest import PHOTO, document


@pytest.fixture(scope="session")
def clip(tmp_path_factory) -> bytes:
    path = tmp_path_factory.mktemp("clip") / "clip.mp4"
    command = ["ffmpeg", "-v", "error", "-f", "lavfi", "-i", "testsrc=s=240x426:r=24:d=4", "-pix_fmt", "yuv420p", str(path)]
    subprocess.run(command, check=True)
    return path.read_bytes()


@pytest.fixture(scope="session")
def track(tmp_path_factory) -> bytes:
    path = tmp_path_factory.mktemp("track") / "track.mp3"
    subprocess.run(["ffmpeg", "-v", "error", "-f", "lavfi", "-i", "sine=d=6", str(path)], check=True)
    return path.read_bytes()


class Jobs:
    """A service of one's own: each job takes `seconds`."""

    info = provider.info("own", "model-1", {"per": "output", "usd": 0.25, "as_of": "2026-11-01"})

    def __init__(self, made, seconds=0.0, how="data"):
        self.made, self.seconds, self.how = made, seconds, how
        self.jobs, self.cancelled, self.requests, self.numbers = {}, [], [], itertools.count(1)

    def start(self, request, context):
        self.requests.append(request)
        job = f"job-{next(self.numbers)}"
        self.jobs[job] = time.monotonic()
        return provider.pending(job, check_after=0.02)

    def check(self, job, context):
        if job not in self.jobs:
            raise adgen.NotFound(f"there is no job {job}")
        if job in self.cancelled:
            return provider.failed("it was cancelled", kind="cancelled")
        if time.monotonic() - self.jobs[job] < self.seconds:
            return provider.pending(job, check_after=0.02, progress=0.5)
        if self.how == "file":
            path = context.scratch / f"{job}.bin"
            path.write_bytes(self.made)
            return provider.done(file=path, cost_usd=0.25)
        return provider.done(data=self.made, cost_usd=0.25)

    def cancel(self, job, context):
        if job not in self.jobs:
            raise adgen.NotFound(f"there is no job {job}")
        if time.monotonic() - self.jobs[job] >= self.seconds:
            return provider.already_over()
        self.cancelled.append(job)
        return provider.stopped()


class AsyncJobs(Jobs):
    """The same with coroutines."""

    async def start(self, request, context):
        await asyncio.sleep(0)
        return super().start(request, context)

    async def check(self, job, context):
        await asyncio.sleep(0)
        return super().check(job, context)

    async def cancel(self, job, context):
        await asyncio.sleep(0)
        return super().cancel(job, context)


@pytest.mark.parametrize("how", ["data", "file"])
@pytest.mark.parametrize("kind", [Jobs, AsyncJobs])
def test_a_video_provider_is_asked_and_paid(folder, clip, kind, how):
    jobs = kind(clip, how=how)
    studio = adgen.Studio(folder / "storage", video=jobs)
    outcome = studio.generate(document(), folder).result()
    assert outcome.cost_usd == 0.25 and not outcome.state.degradations
    (request,) = jobs.requests
    assert request["prompt"].startswith("soft light") and request["aspect"] == "9:16" and request["seed"] >= 0
    # What was bought is not bought again, and another clip is.
    assert studio.run("least").result().cost_usd == 0
    other = {**document("other"), "seed": 9}
    assert studio.generate(other, folder).result().cost_usd == 0.25


def test_coroutines_run_in_the_loop_of_the_studio(folder, clip):
    threads = set()

    class Own(AsyncJobs):
        async def start(self, request, context):
            threads.add(threading.current_thread())
            return await super().start(request, context)

    async def main():
        studio = adgen.AsyncStudio(folder / "storage", video=Own(clip))
        return await (await studio.generate(document(), folder))

    assert asyncio.run(main()).cost_usd == 0.25
    assert threads == {threading.main_thread()}


def test_one_run_has_its_own_providers(studio, folder, clip):
    studio.import_(document(), folder)
    assert studio.run("least", video=Jobs(clip)).result().cost_usd == 0.25
    with pytest.raises(TypeError):
        studio.run("least", remover=object())


def test_an_audio_provider_is_asked(folder, track):
    jobs = Jobs(track)
    studio = adgen.Studio(folder / "storage", audio=jobs)
    music = {"music": {"generate": {"prompt": "warm strings"}}}
    outcome = studio.generate(document(audio=music), folder).result()
    assert outcome.cost_usd == 0.25 and jobs.requests[0]["kind"] == "music"


def test_a_planner_is_asked_and_what_it_raises_is_told(folder):
    class Planner:
        info = provider.info("own", "p1", "free")

        async def plan(self, request, context):
            assert request["brief"]["product_name"] == "Amara Oil" and context.scratch.is_dir()
            raise ValueError("no idea")

    studio = adgen.Studio(folder / "storage", planner=Planner())
    unplanned = {key: value for key, value in document().items() if key != "scenes"}
    events = list(studio.generate(unplanned, folder))
    (degraded,) = [event for event in events if event.type == "degraded"]
    cause = degraded.cause
    assert cause.code == "unexpected" and "no idea" in cause.message and "in plan" in cause.causes[-1]
    assert events[-1].status == "COMPLETED"


def test_a_remover_is_asked(folder):
    class Remover:
        name, version, resolution = "own", "1", 64

        def coarse_mask(self, photo, context):
            assert not context.cancelled and len(photo.pixels) == photo.width * photo.height * 3
            return bytes(255 if photo.width // 4 < at % photo.width < 3 * photo.width // 4 else 0 for at in range(photo.width * photo.height))

    (folder / "photo.jpg").write_bytes(_jpeg(folder))
    studio = adgen.Studio(folder / "storage", remover=Remover())
    outcome = studio.generate(document(product={"image": "photo.jpg"}), folder).result()
    assert not outcome.state.degradations
    Remover.version = "2"
    Remover.coarse_mask = lambda self, photo, context: b"too short"
    studio = adgen.Studio(folder / "storage", remover=Remover())
    events = list(studio.run("least"))
    causes = [event.cause for event in events if event.type == "degraded"]
    assert any("a mask of 9 bytes" in cause.message for cause in causes) and events[-1].status == "COMPLETED"


def _jpeg(folder) -> bytes:
    path = folder / "made.jpg"
    source = "color=white:s=300x400,drawbox=80:60:140:280:red:fill"
    subprocess.run(["ffmpeg", "-v", "error", "-f", "lavfi", "-i", source, "-frames:v", "1", str(path)], check=True)
    return path.read_bytes()


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (lambda: None, "answered start with nothing"),
        (lambda: {"finished": 1}, 'answered start with {\\"finished\\":1}'),
        (lambda: object(), "not JSON serializable"),
        (lambda: provider.done(file="/nowhere/clip.mp4"), "clip.mp4"),
        (lambda: provider.done(data=b"no film"), ""),
        (lambda: 1 / 0, "division by zero"),
        (lambda: (_ for _ in ()).throw(adgen.ContentRejected("not this", hint="another prompt")), "not this"),
    ],
    ids=["nothing", "nonsense", "object", "missing file", "no film", "raises", "rejects"],
)
def test_what_a_provider_does_wrong_costs_its_clip_and_not_the_ad(folder, answer, words):
    class Wrong(Jobs):
        def start(self, request, context):
            return answer()

    events = list(adgen.Studio(folder / "storage", video=Wrong(b"")).generate(document(), folder))
    (degraded,) = [event for event in events if event.type == "degraded"]
    told = " ".join([degraded.cause.message, *degraded.cause.causes]).replace('"', '\\"')
    assert words in told, told
    assert events[-1].status == "COMPLETED"


def test_cancelling_reaches_a_provider(folder, clip):
    """Its jobs are stopped, its coroutines cancelled, and its sleepers woken."""
    seen = []

    class Slow(AsyncJobs):
        async def check(self, job, context):
            try:
                await asyncio.sleep(60)
            except asyncio.CancelledError:
                seen.append("check")
                raise

    jobs = Slow(clip, seconds=600)
    with adgen.Studio(folder / "storage", video=jobs).generate(document(), folder) as run:
        while not jobs.jobs:
            time.sleep(0.02)
        time.sleep(0.3)
    assert run.status == "CANCELLED" and jobs.cancelled == ["job-1"] and seen == ["check"]

    class Sleeper(Jobs):
        def start(self, request, context):
            seen.append("start")
            assert context.sleep(60)
            with pytest.raises(adgen.Cancelled):
                context.check_wanted()
            seen.append("woken")
            raise adgen.Cancelled("as you wish")

    with adgen.Studio(folder / "storage", video=Sleeper(clip)).generate(document("other"), folder):
        while "start" not in seen:
            time.sleep(0.02)
    assert seen[-1] == "woken"


def test_a_provider_that_blocks_holds_up_nobody_else(folder, clip):
    free = threading.Event()

    class Blocked(Jobs):
        def start(self, request, context):
            free.wait(60)
            return super().start(request, context)

    run = adgen.Studio(folder / "storage", video=Blocked(clip)).generate(document(), folder)
    assert adgen.Studio(folder / "elsewhere").generate(document(), folder).result().videos
    assert run.status not in ("COMPLETED", "FAILED")
    free.set()
    assert run.result().cost_usd == 0.25


def test_a_provider_may_call_back_into_the_studio(folder, clip):
    class Curious(Jobs):
        def start(self, request, context):
            assert studio.list() == ["least"] and studio.state("least").status
            return super().start(request, context)

    studio = adgen.Studio(folder / "storage", video=Curious(clip))
    assert studio.generate(document(), folder).result().cost_usd == 0.25


@pytest.mark.parametrize(
    ("object", "words"),
    [
        (lambda: object(), "lacks info, start, check, cancel"),
        (lambda: type("P", (Jobs,), {"info": {"name": "x"}})(b""), "`info` is"),
        (lambda: type("P", (Jobs,), {"info": 7})(b""), "`info` is 7"),
        (lambda: type("P", (Jobs,), {"capability": {"speed": 1}})(b""), '`capability` has "speed"'),
    ],
)
def test_a_provider_that_does_not_say_who_it_is_is_refused(folder, object, words):
    with pytest.raises(adgen.InvalidConfig) as caught:
        adgen.Studio(folder / "storage", video=object())
    assert words in str(caught.value)


REQUEST = {
    "prompt": "a harbour at dawn", "negative_prompt": None, "image": None, "duration_s": 2.0, "aspect": "9:16", "short_side": 240,
    "fps": 24, "seed": 1, "palette": [],
}


@pytest.mark.parametrize("kind", [Jobs, AsyncJobs])
def test_the_testkit_tries_a_provider(clip, kind, tmp_path):
    class Careful(kind):
        def capability(self):
            return {"max_duration_s": 10.0}

        def start(self, request, context):
            if request["image"] is not None or request["duration_s"] > 10:
                raise adgen.Unsupported("clips without pictures, of 10 s at most")
            return kind.start(self, request, context)

    report = testkit.video(Careful(clip, seconds=0.3), REQUEST, refuses_images=True, folder=tmp_path, limit_s=20)
    report.expect_passed()
    assert "own" in report.subject and any(check.name == "info_never_changes" for check in report.checks)

    class Forgetful(Careful):
        def cancel(self, job, context):
            return provider.stopped()

    broken = testkit.video(Forgetful(clip, seconds=0.3), REQUEST, refuses_images=True, folder=tmp_path, limit_s=5)
    assert not broken.is_passed
    with pytest.raises(AssertionError, match="rules are broken"):
        broken.expect_passed()


def test_the_testkit_tries_a_remover():
    class Remover:
        name, version = "own", "1"

        def coarse_mask(self, photo, context):
            if context.cancelled:
                raise adgen.Cancelled("as you wish")
            reds = photo.pixels[0::3]
            return bytes(255 if red > 128 else 0 for red in reds)

    pixels = b"".join(bytes((200, 0, 0)) if 20 < x < 60 else bytes((0, 0, 90)) for y in range(64) for x in range(96))
    testkit.remover(Remover(), provider.Photo(96, 64, pixels)).expect_passed()
    with pytest.raises(ValueError, match="has 18432 bytes"):
        testkit.remover(Remover(), provider.Photo(96, 64, b"x"))


def test_the_testkit_tries_a_planner():
    class Planner:
        info = provider.info("own", "p1", "free")

        def plan(self, request, context):
            raise adgen.Unavailable("nobody home")

    report = testkit.planner(Planner(), {"brief": {"product_name": "Rosso"}, "brand": {}, "product_palette": [], "photo": None, "style": None, "scenes": None, "seed": 1})
    assert not report.is_passed and "nobody home" in str(report)


def test_a_provider_says_what_it_costs():
    with pytest.raises(TypeError, match="price"):
        provider.info("own", "p1")
    with pytest.raises(ValueError, match='"free", "unknown" or a dict'):
        provider.info("own", "p1", "0.02")
    with pytest.raises(ValueError, match='"free", "unknown" or a dict'):
        provider.info("own", "p1", None)
    with pytest.raises(ValueError, match="check_after must be a number"):
        provider.pending("job", check_after=float("nan"))
    with pytest.raises(TypeError, match="cost_usd must be an amount in US dollars, not str"):
        provider.stopped("0.1")
    assert provider.info("own", "p1", "unknown")["price"] == {"per": "unknown"}
    for wrong in (float("nan"), float("inf"), -1):
        for answer in (lambda cost: provider.done(url="x", cost_usd=cost), provider.stopped, lambda cost: provider.failed("x", cost_usd=cost)):
            with pytest.raises(ValueError, match="cost_usd must be an amount"):
                answer(wrong)
    with pytest.raises(TypeError, match="data must be the bytes of the file, not str"):
        provider.done(data="clip.mp4")


@pytest.mark.parametrize(
    ("methods", "words"),
    [
        ({"start": lambda self, req, context: None}, "its start lacks the parameter request and needs req, which nobody gives"),
        ({"check": lambda self, job: None}, "its check lacks the parameter context"),
        ({"cancel": lambda self, job, context, force: None}, "its cancel needs force, which nobody gives"),
        ({"find": lambda self, request, context: None}, "its find lacks the parameter since and lacks the parameter known"),
        ({"offer": lambda self: None}, "its offer lacks the parameter request"),
        ({"fetch": "address"}, "its fetch is no method"),
    ],
)
def test_a_method_that_cannot_be_called_is_told_at_once(folder, methods, words):
    own = type("Own", (Jobs,), methods)(b"")
    for ask in (lambda: adgen.Studio(folder, video=own), lambda: adgen.Studio(folder).run("least", video=own)):
        with pytest.raises(adgen.InvalidConfig) as caught:
            ask()
        assert words in caught.value.message, caught.value
        assert f"{next(iter(methods))}(" in caught.value.hint and "help(adgen.provider)" in caught.value.hint


def test_a_remover_and_a_planner_are_looked_at_too(folder):
    class Remover:
        name, version = "own", "1"

        def coarse_mask(self, picture, wanted): ...

    class Planner:
        info = provider.info("own", "p1", "free")

        async def plan(self, brief, context): ...

    with pytest.raises(adgen.InvalidConfig, match="coarse_mask lacks the parameter photo and lacks the parameter context"):
        adgen.Studio(folder, remover=Remover())
    with pytest.raises(adgen.InvalidConfig, match="plan lacks the parameter request and needs brief"):
        testkit.planner(Planner(), {})


def test_methods_may_take_more_than_they_are_given(folder):
    class Free(Jobs):
        def start(self, *arguments, **more): ...

        def check(self, job, context=None, more=1): ...

    adgen.Studio(folder, video=Free(b""))


def test_what_is_no_provider_is_told_what_to_give(folder):
    with pytest.raises(adgen.InvalidConfig, match="is the class itself") as caught:
        adgen.Studio(folder, video=Jobs)
    assert "Jobs()" in caught.value.hint
    with pytest.raises(adgen.InvalidConfig, match="not the text 'owner/name'") as caught:
        adgen.Studio(folder, video="owner/name")
    assert "models={\"video\": 'owner/name'}" in caught.value.hint
    with pytest.raises(adgen.InvalidConfig) as caught:
        adgen.Studio(folder, planner=object())
    assert "help(adgen.provider)" in caught.value.hint and provider.__doc__.count("def ") == 3


@pytest.mark.parametrize("is_async", [False, True])
def test_exiting_is_a_fault_like_any_other_and_told_from_the_provider_on(folder, is_async):
    import sys

    class Leaves(Jobs):
        def start(self, request, context):
            sys.exit(3)

    class LeavesLater(Jobs):
        async def start(self, request, context):
            await asyncio.sleep(0)
            sys.exit(3)

    jobs = (LeavesLater if is_async else Leaves)(b"")
    for id in ("least", "again"):
        events = list(adgen.Studio(folder / "storage", video=jobs).generate(document(id), folder))
        causes = [event.cause for event in events if event.type == "degraded"]
        assert events[-1].status in ("COMPLETED", "FAILED"), events[-1]
        cause = causes[0] if causes else events[-1].error
        assert cause.code in ("unexpected", "outcome_unknown") and "SystemExit" in " ".join([cause.message, *cause.causes])
        (trace,) = [told for told in cause.causes if told.startswith("Traceback")]
        assert trace.splitlines()[1].endswith("in start") and "adgen/_" not in trace, trace
