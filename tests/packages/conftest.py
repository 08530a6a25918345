"""The packages of one build, and the empty machine with both installed."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from kind import COMMAND, DIST, IS_GPL
from machine import Machine

# What another encoder cannot change is tried once.
collect_ignore = [] if IS_GPL else ["test_machines.py", "test_media.py", "test_readme.py"]


def one(pattern: str) -> Path:
    found = sorted(DIST.glob(pattern))
    assert len(found) == 1, f"{DIST}/{pattern}: {found}; scripts/packages/make.sh makes one of each"
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
    made = Machine.fresh("bookworm", tmp_path_factory.mktemp("packages") / "machine")
    made.lend_node()
    return made


@pytest.fixture(scope="session")
def python(machine: Machine, wheel: Path) -> Machine:
    """The machine with the wheel in a fresh environment, /opt/venv."""
    machine.install_wheel(wheel)
    return machine


@pytest.fixture(scope="session")
def node(machine: Machine, tarballs: list[Path]) -> Machine:
    """The machine with the npm packages in an empty folder, /opt/node."""
    machine.install_tarballs(tarballs)
    return machine


@pytest.fixture(scope="session")
def command(python: Machine) -> Machine:
    """The machine with the command of the same build, /opt/adgen, which is told where the wheel has ONNX Runtime and the model."""
    python.put(COMMAND, "/opt/adgen")
    return python
