"""Packages of others, brought from this machine's index beforehand: the machines have no network."""

from __future__ import annotations

import subprocess
from pathlib import Path

from machine import ROOT


def wheels(python: str, *packages: str) -> Path:
    """A folder with the wheels of these packages, named with their versions, and of what they need, for that version of Python."""
    folder = ROOT / f"target/packages/wheels-{python}-{packages[0]}"
    done = folder / ".done"
    if not done.is_file() or done.read_text() != " ".join(packages):
        pip = [str(ROOT / ".venv/bin/python"), "-m", "pip", "download", "--quiet", "--disable-pip-version-check"]
        platforms = [f"--platform={tag}" for tag in ["manylinux_2_28_x86_64", "manylinux_2_17_x86_64", "manylinux2014_x86_64"]]
        subprocess.run([*pip, "--only-binary=:all:", "--implementation=cp", f"--python-version={python}", *platforms,
                        "--dest", str(folder), *packages], check=True)
        done.write_text(" ".join(packages))
    return folder
