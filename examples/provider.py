"""A video provider in Python: moving stripes, made by a thread as a remote service would make them.

    python examples/provider.py cup.jpg

Needs `pip install adgen numpy av`.
"""

from __future__ import annotations

import itertools
import sys
import threading
from pathlib import Path

import av
import numpy

import adgen
from adgen import provider, testkit, types


class Stripes:
    """Makes clips of moving stripes in the project's colours. A job has a name before it is done, so that it can be found again."""

    info = provider.info("stripes", "stripes-1", "free")
    capability = {"max_duration_s": 60.0}

    def __init__(self) -> None:
        self._jobs: dict[str, Job] = {}
        self._numbers = itertools.count(1)

    def start(self, request: types.VideoRequest, context: provider.Context) -> types.Generation:
        if request["image"] is not None or request["duration_s"] > 60:
            raise adgen.Unsupported("stripes have no picture to begin with, and last a minute at most")
        # The last moment to leave: from here on something is ordered.
        context.check_wanted()
        name = f"job-{next(self._numbers)}"
        self._jobs[name] = Job(request, Path(context.scratch) / f"{name}.mp4")
        return provider.pending(name, check_after=0.05)

    def check(self, job: str, context: provider.Context) -> types.Generation:
        found = self._job(job)
        if found.thread.is_alive():
            return provider.pending(job, check_after=0.05, progress=found.progress)
        if found.stopped.is_set():
            return provider.failed("it was cancelled", kind="cancelled")
        return provider.done(file=found.path)

    def cancel(self, job: str, context: provider.Context) -> types.Cancelled:
        found = self._job(job)
        if not found.thread.is_alive():
            return provider.already_over()
        found.stopped.set()
        found.thread.join()
        return provider.stopped()

    def _job(self, name: str) -> Job:
        if name not in self._jobs:
            raise adgen.NotFound(f"there is no job {name}")
        return self._jobs[name]


class Job:
    """One clip in the making."""

    def __init__(self, request: types.VideoRequest, path: Path) -> None:
        self.path, self.progress, self.stopped = path, 0.0, threading.Event()
        self.thread = threading.Thread(target=self._make, args=(request,), daemon=True)
        self.thread.start()

    def _make(self, request: types.VideoRequest) -> None:
        short = request["short_side"] // 2 * 2
        wide, high = (int(part) for part in request["aspect"].split(":"))
        width, height = (short, short * high // wide // 2 * 2) if wide <= high else (short * wide // high // 2 * 2, short)
        colours = [tuple(int(colour[at : at + 2], 16) for at in (1, 3, 5)) for colour in request["palette"]] or [(40, 60, 90)]
        table = numpy.array(colours, dtype=numpy.uint8)
        across = numpy.arange(width)[None, :] + numpy.arange(height)[:, None]
        frames = round(request["duration_s"] * request["fps"])
        with av.open(str(self.path), "w") as file:
            stream = file.add_stream("libx264", rate=request["fps"], options={"crf": "16"})
            stream.width, stream.height, stream.pix_fmt = width, height, "yuv420p"
            for number in range(frames):
                if self.stopped.is_set():
                    return
                stripes = ((across + number * 2 + request["seed"] % width) // (width // 4)) % len(table)
                for packet in stream.encode(av.VideoFrame.from_ndarray(table[stripes], format="rgb24")):
                    file.mux(packet)
                self.progress = number / frames
            for packet in stream.encode():
                file.mux(packet)


def main() -> None:
    request: types.VideoRequest = {
        "prompt": "stripes", "negative_prompt": None, "image": None, "duration_s": 2.0, "aspect": "9:16", "short_side": 240,
        "fps": 24, "seed": 1, "palette": ["#B5651D", "#2F3E2E"],
    }
    print(testkit.video(Stripes(), request, refuses_images=True))
    if len(sys.argv) > 1:
        studio = adgen.Studio("storage", video=Stripes())
        project = {"id": "stripes", "brief": {"product_name": "Rosso", "duration_s": 6}, "product": {"image": sys.argv[1]}}
        print(studio.generate(project).show().videos[0].path)


if __name__ == "__main__":
    main()
