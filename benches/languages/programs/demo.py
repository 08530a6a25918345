"""Makes an ad offline, and hears of all that happens: demo.py DOCUMENT STORAGE."""

import sys
from pathlib import Path

import adgen

run = adgen.Studio(sys.argv[2]).generate(Path(sys.argv[1]), offline=True)
for event in run:
    print(event.type, event.progress)
print(run.result().videos[0].path)
