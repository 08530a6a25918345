"""The packages of dist/, and the empty machine with both installed."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest
from machine import ROOT, Machine

DIST = ROOT / "dist"
# Peers that carry FFmpeg's libraries, or others of the same kind, into the same process.
PEERS = ["av==16.0.1", "opencv-python-headless==4.12.0.88"]


def one(pattern: str) -> Path:
    found = sorted(DIST.glob(pattern))
    assert len(found) == 1, f"dist/{pattern}: {found}; run `make wheel npm` in an empty dist/"
    return found[0]


@pytest.fixture(scope="session")
def wheel() -> Path:
    return one("adgen-*.whl")


@pytest.fixture(scope="session")
def tarballs() -> list[Path]:
    platform = one("adgen-linux-x64-gnu-*.tgz")
    return [next(path for path in DIST.glob("adgen-*.tgz") if path != platform), platform]


@pytest.fixture(scope="session")
def machine(tmp_path_factory: pytest.TempPathFactory) -> Machine:
    assert os.geteuid() == 0, "making a machine needs root"
    made = Machine.fresh(tmp_path_factory.mktemp("packages") / "machine")
    node = shutil.which("node")
    npm = shutil.which("npm")
    assert node and npm, "Node is missing"
    made.mounts[Path(node).resolve()] = "/usr/bin/node"
    made.mounts[Path(npm).resolve().parents[1]] = "/usr/lib/npm"
    for name in ["npm", "npx"]:
        os.symlink(f"/usr/lib/npm/bin/{name}-cli.js", made.path(f"/usr/bin/{name}"))
    return made


@pytest.fixture(scope="session")
def python(machine: Machine, wheel: Path) -> Machine:
    """The machine with the wheel in a fresh environment, /opt/venv."""
    package = machine.put(wheel, f"/opt/{wheel.name}")
    machine.run("python3", "-m", "venv", "/opt/venv")
    machine.run("/opt/venv/bin/pip", "install", "--no-index", "--quiet", package)
    return machine


@pytest.fixture(scope="session")
def node(machine: Machine, tarballs: list[Path]) -> Machine:
    """The machine with the npm packages in an empty folder, /opt/node."""
    packages = [machine.put(path, f"/opt/{path.name}") for path in tarballs]
    machine.write("/opt/node/package.json", '{"private": true}')
    machine.run("sh", "-c", f"cd /opt/node && npm install --offline --no-audit --no-fund --silent {' '.join(packages)}")
    return machine


@pytest.fixture(scope="session")
def command(python: Machine) -> Machine:
    """The machine with the command of the same build, /opt/adgen, which is told where the wheel has ONNX Runtime and the model."""
    python.put(ROOT / "target/x86_64-unknown-linux-gnu/packages/adgen", "/opt/adgen")
    return python


@pytest.fixture(scope="session")
def peers() -> Path:
    """The wheels of the peers, from this machine's index."""
    folder = ROOT / "target/packages/peers"
    folder.mkdir(parents=True, exist_ok=True)
    pip = [str(ROOT / ".venv/bin/python"), "-m", "pip", "download", "--quiet", "--disable-pip-version-check"]
    tags = ["manylinux_2_28_x86_64", "manylinux2014_x86_64"]
    subprocess.run([*pip, "--only-binary=:all:", "--implementation", "cp", "--python-version", "311",
                    *(f"--platform={tag}" for tag in tags), "--dest", str(folder), *PEERS], check=True)
    return folder
