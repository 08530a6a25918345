"""Forks, signals and ends: what servers and queues do to a library that has threads."""

from __future__ import annotations

import multiprocessing
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

import adgen
from conftest import ROOT, document, run_script, script


def make(storage: str, folder: str, id: str) -> str:
    return adgen.Studio(storage).generate(document(id), folder).result().state.status


def fail(storage: str, folder: str) -> None:
    adgen.Studio(storage).state("nobody")


def last(storage: str, id: str) -> str:
    return adgen.Studio(storage).state(id).status


def test_importing_is_quick_and_starts_no_thread(tmp_path):
    program = """
import os, sys
import adgen
def threads(): return len(os.listdir("/proc/self/task"))
assert threads() == 1
heavy = {"asyncio", "inspect", "json", "logging", "pydantic", "re", "ssl", "traceback"} & set(sys.modules)
# What Python itself had imported before is not adgen's.
assert not heavy - {"re"}, heavy
studio = adgen.Studio("storage")
adgen.validate({"id": "a"})
assert threads() == 1
studio.list()
assert threads() > 1
"""
    done = subprocess.run([sys.executable, "-c", program], cwd=tmp_path, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr


def test_two_hundred_forked_children_use_a_studio_of_the_parent(tmp_path):
    done = run_script(
        tmp_path,
        """
import adgen, os, signal
studio = adgen.Studio("storage")
studio.generate(document()).result()
run = studio.run("least")
run.result()
bad = 0
for number in range(200):
    pid = os.fork()
    if pid == 0:
        try:
            signal.alarm(100)
            # The parent's own run cannot be waited for here, and says so.
            try:
                run.result()
            except adgen.Unsupported as error:
                assert "forked" in str(error)
            mine = studio.generate(document(f"p{number}"))
            if number % 50:
                mine.cancel()
                try:
                    mine.result()
                except adgen.Cancelled:
                    pass
            else:
                assert mine.result().videos
            assert "least" in studio.list()
            os._exit(0)
        except BaseException:
            import traceback
            traceback.print_exc()
            os._exit(1)
    bad += os.waitpid(pid, 0)[1] != 0
print(bad, len(studio.list()), studio.run("least").result().state.status)
""",
        timeout=300,
    )
    assert done.stdout.split() == ["0", "201", "COMPLETED"], done.stdout + done.stderr


@pytest.mark.parametrize("method", ["fork", "spawn", "forkserver"])
def test_multiprocessing_makes_ads(folder, method):
    storage = str(folder / "storage")
    # Used before, so that there is something to inherit.
    assert make(storage, str(folder), "parent") == "COMPLETED"
    with multiprocessing.get_context(method).Pool(2) as pool:
        made = [pool.apply_async(make, (storage, str(folder), f"p{number}")) for number in range(3)]
        assert [result.get(timeout=120) for result in made] == ["COMPLETED"] * 3
        with pytest.raises(adgen.NotFound) as caught:
            pool.apply_async(fail, (storage, str(folder))).get(timeout=60)
    assert caught.value.code == "not_found" and "nobody" in str(caught.value)


WORKER = """
import sys
sys.path[:0] = [{tests!r}]
from redis import Redis
from rq import Queue, Worker, SpawnWorker
import adgen, test_processes
# Used before the worker forks.
adgen.Studio({storage!r}).list()
connection = Redis(port={port})
{kind}([Queue("ads", connection=connection)], connection=connection).work(burst=True)
"""


@pytest.mark.parametrize("kind", ["Worker", "SpawnWorker"])
def test_rq_makes_ads_carries_errors_and_ends_runs_in_time(folder, redis_server, kind):
    from redis import Redis
    from rq import Queue

    storage, tests = str(folder / "storage"), str(Path(__file__).parent)
    connection = Redis(port=redis_server)
    queue = Queue("ads", connection=connection)
    made = queue.enqueue("test_processes.make", storage, str(folder), "made", job_timeout=120)
    failed = queue.enqueue("test_processes.fail", storage, str(folder))
    late = queue.enqueue("test_processes.make_slowly", storage, str(folder), job_timeout=2)
    environment = {**os.environ, "PYTHONPATH": tests}
    command = [sys.executable, "-c", WORKER.format(tests=tests, storage=storage, port=redis_server, kind=kind)]
    begun = time.monotonic()
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, env=environment)
    assert done.returncode == 0, done.stderr
    assert made.return_value() == "COMPLETED", done.stderr
    assert "adgen._errors.NotFound" in failed.latest_result().exc_string
    assert "JobTimeoutException" in late.latest_result().exc_string
    assert last(storage, "late") == "CANCELLED"
    # The slow one would have taken a minute.
    assert time.monotonic() - begun < 50


class Slow:
    """Never done."""

    info = {"name": "slow", "model": "1", "price": {"per": "free"}}

    def start(self, request, context):
        return {"pending": {"job": "j", "check_after_ms": 60_000, "progress": None}}

    def check(self, job, context):
        return {"pending": {"job": "j", "check_after_ms": 60_000, "progress": None}}

    def cancel(self, job, context):
        return {"stopped": {"cost_usd": 0.0}}


def make_slowly(storage: str, folder: str) -> None:
    adgen.Studio(storage, video=Slow()).generate(document("late"), folder).result()


SERVER = """
import adgen
studio = adgen.Studio("storage")
# Used before the workers are forked.
studio.generate(document("parent")).result()

def application(environ, start_response):
    id = environ["PATH_INFO"].strip("/")
    outcome = studio.generate(document(id)).result()
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [outcome.state.status.encode()]
"""


def test_gunicorn_makes_ads_in_workers_that_were_forked(tmp_path):
    import socket
    import urllib.request

    script(tmp_path, SERVER, "server.py")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "gunicorn", "--preload", "-w", "2", "-b", f"127.0.0.1:{port}", "--timeout", "120", "server:application"]
    server = subprocess.Popen(command, cwd=tmp_path, stderr=subprocess.PIPE, text=True)
    try:
        for attempt in range(200):
            try:
                socket.create_connection(("127.0.0.1", port), timeout=1).close()
                break
            except OSError:
                assert server.poll() is None and attempt < 199, server.stderr.read()
                time.sleep(0.1)
        for number in range(3):
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/p{number}", timeout=120) as answer:
                assert answer.read() == b"COMPLETED"
    finally:
        server.terminate()
        server.communicate(timeout=30)


INTERRUPTED = """
import adgen, test_processes
studio = adgen.Studio("storage", video=test_processes.Slow())
studio.import_(document())
run = studio.run("least")
print("ready", flush=True)
try:
    {wait}
except KeyboardInterrupt:
    print("interrupted", run.status, flush=True)
    raise
"""


@pytest.mark.parametrize("wait", ["run.result()", "list(run)", "list(studio.watch('least'))"])
def test_ctrl_c_cancels_in_an_orderly_way(tmp_path, wait):
    program = script(tmp_path, INTERRUPTED.format(wait=wait))
    process = subprocess.Popen(
        [sys.executable, str(program)],
        cwd=tmp_path,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        # A shell's background has it ignored.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )
    assert process.stdout.readline() == "ready\n"
    time.sleep(1)
    process.send_signal(signal.SIGINT)
    begun = time.monotonic()
    out, err = process.communicate(timeout=30)
    assert time.monotonic() - begun < 15 and "KeyboardInterrupt" in err, err
    # Whoever only watches stops watching; the run ends with the interpreter.
    assert out.split()[0] == "interrupted" and (out.split()[1] == "CANCELLED" or "watch" in wait), out
    assert last(str(tmp_path / "storage"), "least") == "CANCELLED"


@pytest.mark.parametrize("work", ["run.result()", "list(run)", "[studio.state('least') for _ in range(10**6)]", "list(studio.watch('other'))"])
def test_a_daemon_thread_may_be_in_a_call_when_the_interpreter_ends(tmp_path, work):
    for number in range(3):
        done = run_script(
            tmp_path,
            f"""
import adgen, test_processes, threading, time
studio = adgen.Studio("storage{number}", video=test_processes.Slow())
studio.import_({{**document(), "id": "other"}})
run = studio.generate(document())
threading.Thread(target=lambda: {work}, daemon=True).start()
time.sleep(0.5)
""",
            timeout=60,
        )
        # The thread may hear of the run's end before Python's, and may get halfway through telling of it.
        assert done.returncode == 0 and "Fatal" not in done.stderr, done.stderr


@pytest.mark.parametrize("how", ["", "sys.exit(3)", "raise SystemExit(3)", "import os; os._exit(3)"])
def test_an_interpreter_that_ends_while_a_run_is_under_way_ends(tmp_path, how):
    """In an orderly way, the run is stopped first; at once, it is as if the process had been killed."""
    begun = time.monotonic()
    done = run_script(
        tmp_path,
        f"""
import adgen, test_processes
studio = adgen.Studio("storage", video=test_processes.Slow())
run = studio.generate(document())
next(event for event in run if event.type == "stage_started" and event.stage == "scenes")
import time
time.sleep(1)
{how}
""",
        timeout=60,
    )
    assert done.returncode == (3 if how else 0) and not done.stderr, done.stderr
    assert time.monotonic() - begun < 30
    assert last(str(tmp_path / "storage"), "least") == ("FAILED" if "_exit" in how else "CANCELLED")


# An order is waited for, so that its job can be stopped; when the interpreter gives up, it is as if the process had been killed.
@pytest.mark.parametrize(("method", "status"), [("start", "FAILED"), ("check", "CANCELLED"), ("coarse_mask", "CANCELLED")])
def test_a_provider_that_never_comes_back_does_not_keep_the_interpreter(tmp_path, method, status):
    # A photo whose product has to be cut out.
    shutil.copy(ROOT / "examples/assets/can_studio.jpg", tmp_path / "can.jpg")
    begun = time.monotonic()
    done = run_script(
        tmp_path,
        f"""
import adgen, test_processes, threading
at_it = threading.Event()
class Stuck(test_processes.Slow):
    name, version = "stuck", "1"
    def start(self, request, context):
        return {{"pending": {{"job": "j", "check_after_ms": 20, "progress": None}}}}
    def {method}(self, *arguments, **named):
        at_it.set()
        while True:
            try:
                threading.Event().wait()
            except BaseException:
                pass
role = "remover" if "{method}" == "coarse_mask" else "video"
studio = adgen.Studio("storage", **{{role: Stuck()}})
run = studio.generate(document(product={{"image": "can.jpg"}}))
assert at_it.wait(40)
""",
        timeout=60,
    )
    assert (done.returncode, done.stderr) == (0, ""), done.stderr
    assert time.monotonic() - begun < 30
    assert last(str(tmp_path / "storage"), "least") == status


def test_programs_that_end_right_after_a_run_end_well(tmp_path):
    """Whoever of adgen's threads is just telling Python something has left before the interpreter ends."""
    program = script(
        tmp_path,
        """
import asyncio, adgen
async def main():
    studio = adgen.AsyncStudio(sys.argv[1])
    async with studio.generate(document()) as run:
        async for event in run:
            pass
        await run
asyncio.run(main())
""",
    )
    ends = []
    for number in range(15):
        done = subprocess.run([sys.executable, str(program), str(number)], cwd=tmp_path, capture_output=True, text=True, timeout=60)
        ends.append((done.returncode, done.stderr))
    assert ends == [(0, "")] * 15


def test_a_thousand_runs_are_started_and_cancelled_without_a_leak(tmp_path):
    done = run_script(
        tmp_path,
        """
import adgen, gc, random, threading, time
random.seed(1)
studio = adgen.Studio("storage")

def used():
    with open("/proc/self/status") as status:
        return int(next(line for line in status if line.startswith("VmRSS")).split()[1]) / 1024

def some(first, count):
    for number in range(first, first + count):
        with studio.generate(document(f"p{number % 7}", seed=number)) as run:
            for event in run:
                if random.random() < 0.3:
                    break

some(0, 300)
gc.collect()
before, threads = used(), threading.active_count()
some(300, 700)
gc.collect()
after = used()
print(f"{before:.0f} MiB after 300 runs, {after:.0f} MiB after 1000")
assert after < before * 1.15 + 8, (before, after)
assert threading.active_count() <= threads + 2
""",
        timeout=600,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    print(done.stdout)
