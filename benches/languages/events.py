"""What it costs to be told of much: events.py, called by run.sh.

A planner repeats itself 10,000 times and gives up, and so there is a run with 10,000 events more than usual. Once it is over, all of
them are delivered to a loop, and the same events as JSON are parsed by the language itself, in turns, seven times for each run that
was asked for.
"""

from __future__ import annotations

import json
import tempfile
from pathlib import Path

import advert
from installed import ROOT, node_program, python_program
from process import run
from row import median, middle_ratio, row, runs, say, seconds

PHOTO = ROOT / advert.PHOTO
DOCUMENT = {
    "id": "events",
    "brief": {"product_name": "Amara Oil", "duration_s": 3},
    "product": {"image": PHOTO.name},
    "audio": {"music": None},
    "output": {"short_side": 240, "fps": 24, "quality": "draft"},
}
WAYS = {
    "Python": (python_program, "events.py", "json.loads"),
    "Python, asyncio": (python_program, "events_asyncio.py", "json.loads"),
    "Node": (node_program, "events.mjs", "JSON.parse"),
}

for way, (call, program, peer) in WAYS.items():
    with tempfile.TemporaryDirectory() as folder:
        document = Path(folder, "project.json")
        document.write_text(json.dumps(DOCUMENT), encoding="utf-8")
        Path(folder, PHOTO.name).write_bytes(PHOTO.read_bytes())
        told = json.loads(run(call(program, str(document), f"{folder}/storage", str(7 * runs()))).stdout)
    say(f"{way}: {told['count']} events in {seconds(min(told['delivered_s']))} to {seconds(max(told['delivered_s']))}")
    delivered_s = median(told["delivered_s"])
    row(
        "events",
        f"{told['count']:,} events of a run that is over, delivered to a loop, {way}",
        f"{seconds(delivered_s)}, {delivered_s / told['count'] * 1e6:.1f} µs each",
        f"`{peer}` of the same: {seconds(median(told['parsed_s']))}",
        middle_ratio(told["delivered_s"], told["parsed_s"]),
    )
