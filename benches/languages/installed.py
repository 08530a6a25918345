"""What is measured, where run.sh has installed it, and how its programs are called."""

from __future__ import annotations

import os
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PROGRAMS = Path(__file__).resolve().parent / "programs"


def _named(name: str) -> Path:
    value = os.environ.get(name)
    if not value:
        raise SystemExit(f"{name} is not set: benches/languages/run.sh installs what is measured, and calls this")
    return Path(value)


def files() -> list[Path]:
    """The wheel, npm's main package, and that of the platform."""
    return [Path(path) for path in str(_named("ADGEN_BENCH_FILES")).split(":")]


def python(*arguments: str) -> list[str]:
    """Python of the environment that has the wheel."""
    return [str(_named("ADGEN_BENCH_PYTHON")), *arguments]


def python_program(name: str, *arguments: str) -> list[str]:
    """One of the programs in Python."""
    return python("-B", str(PROGRAMS / name), *arguments)


def node_folder() -> Path:
    """The folder that has npm's packages."""
    return _named("ADGEN_BENCH_NODE")


def node_program(name: str, *arguments: str) -> list[str]:
    """One of the programs in JavaScript."""
    return ["node", str(node_folder() / name), *arguments]


def command(*arguments: str) -> list[str]:
    """The command of the same build."""
    return [str(_named("ADGEN_BENCH_COMMAND")), *arguments]


def command_environment() -> dict[str, str]:
    """What the command has to be told, so that it uses the files which the packages bring along."""
    bundle = _named("ADGEN_BENCH_BUNDLE")
    return {"ORT_DYLIB_PATH": str(bundle / "runtime/libonnxruntime.so"), "ADGEN_MODELS_DIR": str(bundle / "models")}
