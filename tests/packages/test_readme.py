"""The first programs that a reader sees, as they are printed in the project's README and in those that the packages carry."""

from __future__ import annotations

import email
import re
import tarfile
import zipfile
from pathlib import Path

from ads import PHOTO
from machine import ROOT, Machine


def blocks(language: str, text: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)


def made(machine: Machine, folder: str) -> list[Path]:
    """The videos of a folder's storage."""
    return sorted(machine.path(f"{folder}/storage").glob("projects/*/final_video.mp4"))


def readme_of(wheel: Path) -> str:
    with zipfile.ZipFile(wheel) as archive:
        name = next(name for name in archive.namelist() if name.endswith(".dist-info/METADATA"))
        return email.message_from_bytes(archive.read(name)).get_payload(decode=True).decode("utf-8")


def run_all(machine: Machine, programs: list[str], folder: str, name: str, interpreter: str) -> None:
    """Runs each in a folder of its own beside a photo; one that makes an ad leaves it there."""
    for number, program in enumerate(programs):
        own = f"{folder}-{number}"
        machine.put(PHOTO, f"{own}/cup.jpg")
        machine.write(f"{own}/{name}", program)
        machine.run("sh", "-c", f"cd {own} && {interpreter} {name}")
        assert made(machine, own) or "generate(" not in program, f"no ad came of\n{program}"


def test_the_programs_of_python(python: Machine, wheel: Path) -> None:
    first = blocks("python", (ROOT / "README.md").read_text(encoding="utf-8"))
    own = blocks("python", readme_of(wheel))
    assert first and own, "a README without a program"
    run_all(python, [*first, *own], "/srv/readme-python", "first.py", "/opt/venv/bin/python")


def test_the_programs_of_node(node: Machine, tarballs: list[Path]) -> None:
    with tarfile.open(tarballs[0]) as archive:
        own = blocks("js", archive.extractfile("package/README.md").read().decode("utf-8"))
    first = blocks("js", (ROOT / "README.md").read_text(encoding="utf-8"))
    assert own, "a README without a program"
    # Below the folder with node_modules.
    run_all(node, [*first, *own], "/opt/node/readme", "first.mjs", "node")
