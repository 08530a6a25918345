"""Prints the seconds from the call of `generate` to the first event, and stops the run: first.py DOCUMENT STORAGE."""

import sys
import time
from pathlib import Path

import adgen

studio = adgen.Studio(sys.argv[2])
asked = time.perf_counter()
with studio.generate(Path(sys.argv[1]), offline=True) as run:
    next(iter(run))
    print(time.perf_counter() - asked, flush=True)
