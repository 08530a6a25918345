"""The same as first.py with asyncio: first_asyncio.py DOCUMENT STORAGE."""

import asyncio
import sys
import time
from pathlib import Path

import adgen


async def main() -> None:
    studio = adgen.AsyncStudio(sys.argv[2])
    asked = time.perf_counter()
    async with studio.generate(Path(sys.argv[1]), offline=True) as run:
        await run.events().__anext__()
        print(time.perf_counter() - asked, flush=True)


asyncio.run(main())
