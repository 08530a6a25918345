"""Progress for people: bars where a library for them is installed, plain lines otherwise."""

from __future__ import annotations

import sys
from typing import Any, Iterator, Optional, TextIO


def show(run: Any, out: Optional[TextIO] = None) -> None:
    """Draws a run's progress until it is over."""
    out = out or sys.stderr
    for draw in (_with_rich, _with_tqdm, _with_lines):
        if draw(run, out):
            return


def _lines(event: Any) -> Iterator[str]:
    """What is worth a line of its own."""
    kind = event.type
    if kind == "degraded":
        yield f"{event.artifact}: {event.fallback} instead, {event.cause.message}"
    elif kind == "retrying":
        yield f"{event.artifact}: {event.code}, tried again in {event.wait_ms / 1000:.1f} s"
    elif kind == "note":
        yield event.message
    elif kind == "artifact_ready":
        cost = f", ${event.cost_usd:.2f}" if event.cost_usd else ""
        yield f"{event.artifact} made in {event.elapsed_ms / 1000:.1f} s{cost}"
    elif kind == "run_finished":
        yield f"{event.status.lower()} after {event.elapsed_ms / 1000:.1f} s, ${event.cost_usd:.2f} spent"


def _doing(event: Any, before: str) -> str:
    return str(event.stage) if event.type in ("stage_started", "progress") else before


def _with_rich(run: Any, out: TextIO) -> bool:
    try:
        from rich.console import Console
        from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn
    except ImportError:
        return False
    columns = (TextColumn("{task.fields[project]}"), BarColumn(), TextColumn("{task.percentage:>3.0f} %"),
               TextColumn("{task.description}"), TimeElapsedColumn())
    with Progress(*columns, console=Console(file=out)) as bars:
        bar = bars.add_task("", total=100.0, project=run.project_id)
        doing = ""
        for event in run:
            doing = _doing(event, doing)
            if event.progress is not None:
                bars.update(bar, completed=event.progress, description=doing)
            for line in _lines(event):
                # Square brackets in it mean nothing.
                bars.console.print(line, markup=False, highlight=False)
    return True


def _with_tqdm(run: Any, out: TextIO) -> bool:
    try:
        from tqdm.auto import tqdm
    except ImportError:
        return False
    form = "{l_bar}{bar}| {elapsed}{postfix}"
    with tqdm(total=100.0, desc=run.project_id, file=out, bar_format=form) as bar:
        doing = ""
        for event in run:
            doing = _doing(event, doing)
            if event.progress is not None:
                bar.set_postfix_str(doing, refresh=False)
                bar.update(event.progress - bar.n)
            for line in _lines(event):
                bar.write(line, file=out)
    return True


def _with_lines(run: Any, out: TextIO) -> bool:
    tenth = -1
    for event in run:
        if event.progress is not None and int(event.progress // 10) > tenth:
            tenth = int(event.progress // 10)
            print(f"{run.project_id}: {event.progress:.0f} %", file=out, flush=True)
        for line in _lines(event):
            print(f"{run.project_id}: {line}", file=out, flush=True)
    return True
