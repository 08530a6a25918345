"""What loading the package adds to a program that does nothing, and how many threads it starts: imports.py, called by run.sh.

Programs with and without it are run one after the other, seven times for each run that was asked for, after one that warms the
system's cache. The middle of the differences counts.
"""

from __future__ import annotations

from installed import node_folder, python
from process import run
from row import median, row, runs, say, seconds

LIMIT_S = 0.06
ESM = ["node", "--input-type=module", "-e"]
COUNT = "readdirSync('/proc/self/task').length"

# How a program that does nothing is called, what is added to it, and what counts the threads that this starts. A program of ES
# modules has threads that read files by then.
WAYS = {
    "`import adgen`": (
        python("-c"),
        "import adgen",
        "import os\nbefore = len(os.listdir('/proc/self/task'))\nimport adgen\nprint(len(os.listdir('/proc/self/task')) - before)",
    ),
    "`require('adgen')`": (
        ["node", "-e"],
        "require('adgen')",
        f"const {{ readdirSync }} = require('fs'); const before = {COUNT}; require('adgen'); console.log({COUNT} - before)",
    ),
    "`import 'adgen'` in Node": (
        ESM,
        "import 'adgen'",
        f"import {{ readdirSync, promises }} from 'fs'; await promises.access('.'); const before = {COUNT};"
        f"await import('adgen'); console.log({COUNT} - before)",
    ),
}
# What most programs do next; it is not what the limit is about.
NEXT = {
    "`import adgen` and `adgen.Studio`, beyond a program that does nothing": (python("-c"), "import adgen; adgen.Studio"),
    "`require('adgen')` and its first call, which loads the addon, beyond a program that does nothing": (["node", "-e"], "require('adgen').version()"),
}


def added(call: list[str], text: str) -> tuple[float, float]:
    """Time and processor time that `text` adds."""
    walls, cpus = [], []
    for round in range(-1, 7 * runs()):
        # Neither always comes first.
        order = ["", text] if round % 2 else [text, ""]
        ran = {program: run([*call, program], folder=node_folder()) for program in order}
        if round >= 0:
            walls.append(ran[text].wall_s - ran[""].wall_s)
            cpus.append(ran[text].cpu_s - ran[""].cpu_s)
    say(f"{text}: {seconds(min(walls))} to {seconds(max(walls))}")
    return median(walls), median(cpus)


for figure, (call, text, count) in WAYS.items():
    wall_s, cpu_s = added(call, text)
    threads = int(run([*call, count], folder=node_folder()).stdout)
    shown = f"{seconds(wall_s)} ({seconds(cpu_s)} of processor time), {threads} new threads"
    row("imports", f"{figure}, beyond a program that does nothing", shown, "limit 60 ms, no thread", wall_s / LIMIT_S)
for figure, (call, text) in NEXT.items():
    wall_s, cpu_s = added(call, text)
    row("imports", figure, f"{seconds(wall_s)} ({seconds(cpu_s)} of processor time)")
