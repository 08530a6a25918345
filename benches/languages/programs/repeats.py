"""A run with 10,000 events more than usual, for the programs in Python that count what they cost."""

import json
import time
from pathlib import Path

from adgen import Unavailable, provider


class Planner:
    """Repeats itself and gives up, so that the plan is made offline."""

    info = provider.info("bench", "repeats-1", "free")

    def plan(self, request, context):
        for attempt in range(10_000):
            context.retrying(attempt, 0.0, "timeout")
        raise Unavailable("there is no plan", retryable=False)


def lines(storage: str) -> list:
    """The events of the run as they lie in its folder, each as the JSON that is delivered."""
    (folder,) = (Path(storage) / "projects").iterdir()
    events = json.loads((folder / "events.json").read_text(encoding="utf-8"))["events"]
    return [json.dumps(event, ensure_ascii=False, separators=(",", ":")) for event in events]


def parsed_s(texts: list) -> float:
    """How long parsing them takes."""
    began = time.perf_counter()
    for text in texts:
        json.loads(text)
    return time.perf_counter() - began


def report(texts: list, delivered: list) -> None:
    """Prints it. ``delivered``: how many came in what time, and how long parsing took in the same round."""
    if any(count != len(texts) for count, _, _ in delivered) or len(texts) < 10_000:
        raise SystemExit(f"{len(texts)} events are there, {[count for count, _, _ in delivered]} were delivered")
    found = {"delivered_s": [time_s for _, time_s, _ in delivered], "parsed_s": [time_s for _, _, time_s in delivered]}
    print(json.dumps({"count": len(texts), **found}))
