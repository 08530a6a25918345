"""How soon a program hears of its run: first.py, called by run.sh.

Each way makes the demo's ad in a fresh process and an empty storage, one way after the other, five times for each run that was asked
for, and is interrupted at the first event. A program says how long that took since it called `generate`; the command can only
be seen from outside, from the start of its process to its first line, and the programs are seen so, too.
"""

from __future__ import annotations

import tempfile
from pathlib import Path

from advert import document
from installed import command, command_environment, node_program, python_program
from process import first_line
from row import median, middle_ratio, row, runs, say, seconds

COMMAND = "command"


def call(way: str, project: str, storage: str) -> tuple[list[str], dict[str, str]]:
    if way == COMMAND:
        return command("generate", project, "--json", "--offline", "--storage", storage), command_environment()
    programs = {
        "Python": python_program("first.py", project, storage),
        "Python, asyncio": python_program("first_asyncio.py", project, storage),
        "Node": node_program("first.mjs", project, storage),
    }
    return programs[way], {}


ways = ["Python", "Python, asyncio", "Node", COMMAND]
inside: dict[str, list[float]] = {way: [] for way in ways}
whole: dict[str, list[float]] = {way: [] for way in ways}
with tempfile.TemporaryDirectory() as folder:
    project = str(document(Path(folder)))
    for round in range(-1, 5 * runs()):
        for way in ways[round % len(ways) :] + ways[: round % len(ways)]:
            came_s, line = first_line(*call(way, project, f"{folder}/{way}-{round}"))
            # The one before the first warms the system's cache.
            if round >= 0:
                whole[way].append(came_s)
                inside[way].append(came_s if way == COMMAND else float(line))
for way in ways:
    say(f"{way}: {seconds(min(inside[way]))} to {seconds(max(inside[way]))}; whole process {seconds(min(whole[way]))} to {seconds(max(whole[way]))}")
for way in ways[:-1]:
    both = inside[way], whole[way]
    row(
        "first",
        f"first event of a run, {way}: since `generate` was called / since the process began",
        " / ".join(seconds(median(times)) for times in both),
        f"first line of `adgen generate project.json --json --offline`, since its process began: {seconds(median(whole[COMMAND]))}",
        *(middle_ratio(times, whole[COMMAND]) for times in both),
    )
