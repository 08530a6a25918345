"""Others in the same process that carry FFmpeg's libraries, too."""

from __future__ import annotations

import pytest
from ads import project
from index import wheels
from machine import Machine

PEERS = ["av==16.0.1", "opencv-python-headless==4.12.0.88"]


@pytest.fixture(scope="module")
def together(python: Machine) -> Machine:
    """The machine with the wheel, and the peers in the same environment."""
    brought = python.put(wheels("3.11", *PEERS), "/opt/peers")
    python.run("/opt/venv/bin/pip", "install", "--no-index", f"--find-links={brought}", "--quiet", *PEERS)
    return python


@pytest.mark.parametrize("order", ["av, cv2, adgen", "adgen, cv2, av"])
def test_an_ad_is_made_in_one_process_with_pyav_and_opencv(together: Machine, order: str) -> None:
    name = "peers-" + order.split(",")[0]
    document = project(together, name)
    script = together.write(f"/srv/{name}/together.py", f"""
import {order}
import numpy
from adgen._adgen import main

def encoded(path):
    # With PyAV's own x264 and FFmpeg, before and after adgen's.
    with av.open(path, 'w') as target:
        stream = target.add_stream('libx264', rate=25)
        stream.width, stream.height, stream.pix_fmt = 320, 240, 'yuv420p'
        for shade in range(25):
            frame = av.VideoFrame.from_ndarray(numpy.full((240, 320, 3), shade * 10, numpy.uint8))
            target.mux(stream.encode(frame))
        target.mux(stream.encode(None))
    with av.open(path) as source:
        assert sum(1 for _ in source.decode(video=0)) == 25

encoded('/srv/{name}/before.mp4')
assert main(['adgen', 'generate', '{document}', '--offline', '--storage', '/srv/{name}/storage']) == 0
encoded('/srv/{name}/after.mp4')
video = '/srv/{name}/storage/projects/{name}/final_video.mp4'
with av.open(video) as film:
    by_av = sum(1 for _ in film.decode(video=0))
film = cv2.VideoCapture(video)
by_cv = 0
while film.read()[0]:
    by_cv += 1
assert by_av == by_cv == 90, (by_av, by_cv)
print('together')
""")
    assert "together" in together.run("/opt/venv/bin/python", script)
