"""The same as events.py with asyncio: events_asyncio.py DOCUMENT STORAGE ROUNDS."""

import asyncio
import sys
import time
from pathlib import Path

import adgen
from repeats import Planner, lines, parsed_s, report

document, storage, rounds = Path(sys.argv[1]), sys.argv[2], int(sys.argv[3])


async def main() -> None:
    run = await adgen.AsyncStudio(storage, planner=Planner()).generate(document)
    await run
    texts = lines(storage)
    delivered = []
    for _ in range(rounds):
        count, began = 0, time.perf_counter()
        async for event in run.events():
            count += 1
        delivered.append((count, time.perf_counter() - began, parsed_s(texts)))
    report(texts, delivered)


asyncio.run(main())
