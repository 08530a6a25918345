"""The ad of the demo by each language against the command of the same build: demo.py, called by run.sh.

Whole processes, from an empty storage to the video, in turns: one time less than twice for each run that was asked for, five of
each for 3. The films must be the same, byte for byte.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import tempfile
from pathlib import Path

from advert import document
from installed import command, command_environment, node_program, python_program
from process import Ran, run
from row import median, middle_ratio, row, runs, say, seconds

WAYS = ["command", "Python", "Node"]


def make(way: str, project: str, storage: Path) -> tuple[Ran, str]:
    if way == "command":
        ran = run(command("generate", project, "--offline", "--storage", str(storage)), env=command_environment())
    elif way == "Python":
        ran = run(python_program("demo.py", project, str(storage)))
    else:
        ran = run(node_program("demo.mjs", project, str(storage)))
    (made,) = (storage / "projects").iterdir()
    degradations = json.loads((made / "state.json").read_text(encoding="utf-8"))["degradations"]
    if degradations:
        raise SystemExit(f"the ad is humbler than asked for, so its figures mean nothing: {degradations[0]}")
    film = hashlib.sha256((made / "final_video.mp4").read_bytes()).hexdigest()
    shutil.rmtree(storage)
    return ran, film


ran: dict[str, list[Ran]] = {way: [] for way in WAYS}
films = set()
with tempfile.TemporaryDirectory() as folder:
    project = str(document(Path(folder)))
    for round in range(2 * runs() - 1):
        # Each comes first, second and third.
        for way in WAYS[round % 3 :] + WAYS[: round % 3]:
            done, film = make(way, project, Path(folder, "storage"))
            ran[way].append(done)
            films.add(film)
            say(f"{way} {round + 1}: {seconds(done.wall_s)} ({seconds(done.cpu_s)} of processor time)")
if len(films) != 1:
    raise SystemExit(f"the films differ: {len(films)} of {len(WAYS)} ways")

walls = {way: [one.wall_s for one in ran[way]] for way in WAYS}
cpus = {way: [one.cpu_s for one in ran[way]] for way in WAYS}
for way in WAYS[1:]:
    for figure, times in ((f"the demo's ad, {way}, whole process (limit 1.03)", walls), ("its processor time (limit 1.03)", cpus)):
        row(
            "demo",
            figure,
            seconds(median(times[way])),
            f"the command of the same build: {seconds(median(times['command']))}",
            middle_ratio(times[way], times["command"]),
            digits=3,
        )
