"""The rows of a Markdown table, as the benches in Rust print them, and the middle of what was measured."""

from __future__ import annotations

import os
import statistics
import sys
from typing import Iterable

median = statistics.median


def row(part: str, figure: str, adgen: str, compared: str = "-", *ratios: float, digits: int = 2) -> None:
    """Prints one figure beside what it is compared to, measured by the part of that name."""
    shown = " / ".join(f"{ratio:.{digits}f}" for ratio in ratios) or "-"
    print(f"| {figure} | {adgen} | {compared} | {shown} | `benches/languages/run.sh {part}` |", flush=True)


def say(text: str) -> None:
    """What is being done, for whoever waits."""
    print(f"languages: {text}", file=sys.stderr, flush=True)


def runs() -> int:
    """From ``ADGEN_BENCH_RUNS``, 1 to 99; 3 where it is not set."""
    given = os.environ.get("ADGEN_BENCH_RUNS") or "3"
    if not given.isdecimal() or not 1 <= int(given) <= 99:
        sys.exit(f"ADGEN_BENCH_RUNS is {given!r}; 1 to 99 are allowed")
    return int(given)


def seconds(value: float) -> str:
    """Seconds for a cell."""
    if value < 0.1:
        return f"{value * 1000:.1f} ms"
    return f"{value:.2f} s" if value < 10 else f"{value:.1f} s"


def middle_ratio(ours: Iterable[float], others: Iterable[float]) -> float:
    """The middle of the rounds' own ratios: what a round met, both sides of it met."""
    return median(mine / other for mine, other in zip(ours, others))
