"""Processes, and what the kernel says about them."""

from __future__ import annotations

import os
import signal
import subprocess
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Ran:
    """What a process did."""

    #: From its start to its end.
    wall_s: float
    #: Processor time of all its threads, user and system.
    cpu_s: float
    #: What it said on standard output.
    stdout: str


def run(command: list[str], folder: Path | None = None, env: dict[str, str] | None = None) -> Ran:
    """Runs a process to its end. Its output goes to files, so that nothing here competes with it."""
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        began = time.perf_counter()
        child = subprocess.Popen(
            command, cwd=folder, env={**os.environ, **(env or {})}, stdin=subprocess.DEVNULL, stdout=out, stderr=err
        )
        _, status, usage = os.wait4(child.pid, 0)
        wall_s = time.perf_counter() - began
        child.returncode = os.waitstatus_to_exitcode(status)
        if child.returncode != 0:
            raise SystemExit(f"{command} failed ({child.returncode}):\n{_text(err)}")
        return Ran(wall_s, usage.ru_utime + usage.ru_stime, _text(out))


def first_line(command: list[str], env: dict[str, str] | None = None) -> tuple[float, str]:
    """Starts a process, and gives when its first line came, counted from the start, and the line. The process is interrupted then."""
    with tempfile.TemporaryFile() as err:
        began = time.perf_counter()
        child = subprocess.Popen(
            command, env={**os.environ, **(env or {})}, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=err
        )
        assert child.stdout is not None
        line = child.stdout.readline()
        came_s = time.perf_counter() - began
        child.send_signal(signal.SIGINT)
        child.communicate(timeout=60)
        if not line:
            raise SystemExit(f"{command} said nothing ({child.returncode}):\n{_text(err)}")
        return came_s, line.decode()


def _text(file) -> str:
    file.seek(0)
    return file.read().decode(errors="replace")
