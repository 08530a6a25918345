"""Delivers a run's events to a loop, and parses them, in turns: events.py DOCUMENT STORAGE ROUNDS. Prints what it took as JSON."""

import sys
import time
from pathlib import Path

import adgen
from repeats import Planner, lines, parsed_s, report

document, storage, rounds = Path(sys.argv[1]), sys.argv[2], int(sys.argv[3])
run = adgen.Studio(storage, planner=Planner()).generate(document)
run.result()
texts = lines(storage)
delivered = []
for _ in range(rounds):
    count, began = 0, time.perf_counter()
    for event in run.events():
        count += 1
    delivered.append((count, time.perf_counter() - began, parsed_s(texts)))
report(texts, delivered)
