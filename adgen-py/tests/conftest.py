"""What the tests share: a photo, small documents, a studio, and the emulated services."""

from __future__ import annotations

import json
import os
import shutil
import struct
import subprocess
import sys
import zlib
from pathlib import Path

import pytest

import adgen

ROOT = Path(__file__).resolve().parents[2]


def png(width: int, height: int) -> bytes:
    """A photo that is cut out already, so that no model is asked: a red box on nothing."""
    inside = (width // 4, width - width // 4), (height // 6, height - height // 6)
    rows = bytearray()
    for y in range(height):
        rows.append(0)
        for x in range(width):
            is_box = inside[0][0] <= x < inside[0][1] and inside[1][0] <= y < inside[1][1]
            rows += bytes((200, 40, 30 + y % 60, 255)) if is_box else b"\0\0\0\0"
    chunks = [(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 6, 0, 0, 0)), (b"IDAT", zlib.compress(bytes(rows))), (b"IEND", b"")]
    made = b"\x89PNG\r\n\x1a\n"
    for kind, data in chunks:
        made += struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
    return made


PHOTO = png(300, 400)


def document(id: str = "least", **more) -> dict:
    """The least work that still gives a video: one scene, no music, 240 pixels wide."""
    return {
        "id": id,
        "brief": {"product_name": "Amara Oil", "duration_s": 3, "mood": "warm"},
        "product": {"image": "product.png"},
        "scenes": [
            {
                "id": "only",
                "role": "hook",
                "duration_s": 3,
                "caption": "Melts in",
                "background": {"generate": {"prompt": f"soft light on a plain wall, {id}"}},
            }
        ],
        "audio": {"music": None},
        "output": {"short_side": 240, "fps": 24, "quality": "draft"},
        "seed": 7,
        **more,
    }


def script(folder: Path, text: str, name: str = "program.py") -> Path:
    """A program of its own in `folder`, beside a photo, with what the tests share at hand."""
    path = folder / name
    path.write_text(f"import sys\nsys.path.insert(0, {str(Path(__file__).parent)!r})\nfrom conftest import PHOTO, document\n" + text)
    (folder / "product.png").write_bytes(PHOTO)
    return path


def run_script(folder: Path, text: str, timeout: float = 120, **more) -> subprocess.CompletedProcess:
    """Runs such a program in `folder`."""
    command = [sys.executable, str(script(folder, text))]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=timeout, **more)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with the photo."""
    (tmp_path / "product.png").write_bytes(PHOTO)
    return tmp_path


@pytest.fixture
def studio(folder: Path) -> adgen.Studio:
    return adgen.Studio(folder / "storage")


class Emulator:
    """The emulated services, in a process of their own."""

    def __init__(self, script: dict) -> None:
        program = Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target")) / "debug/adgen-emulator"
        assert program.is_file(), f"{program} is not there: `make test` builds it"
        self._process = subprocess.Popen([str(program), json.dumps(script)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.environment = json.loads(self._process.stdout.readline())

    def predictions(self) -> list:
        """Every prediction that was ordered."""
        self._process.stdin.write("journal\n")
        self._process.stdin.flush()
        return json.loads(self._process.stdout.readline())

    def stop(self) -> None:
        self._process.stdin.close()
        self._process.wait(timeout=10)


@pytest.fixture
def services(monkeypatch):
    """Starts the emulated services; their keys are in the environment then."""
    started = []

    def start(**script) -> Emulator:
        emulator = Emulator({"latency_s": [0.05], "audio_latency_s": [0.05], "start_s": 0.0, **script})
        started.append(emulator)
        for name, value in emulator.environment.items():
            monkeypatch.setenv(name, value)
        return emulator

    yield start
    for emulator in started:
        emulator.stop()


@pytest.fixture(scope="session")
def redis_server(tmp_path_factory):
    """A Redis of the tests' own; gives its port."""
    import socket
    import time

    import redis

    assert shutil.which("redis-server"), "redis-server is not there: `make setup` installs it"
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    folder = tmp_path_factory.mktemp("redis")
    command = ["redis-server", "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no", "--dir", str(folder)]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    client = redis.Redis(port=port)
    for _ in range(100):
        try:
            client.ping()
            break
        except redis.ConnectionError:
            time.sleep(0.05)
    yield port
    process.terminate()
    process.wait(timeout=10)
