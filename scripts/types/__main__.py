"""Writes the types of the other languages from schema/adgen.schema.json: `python3 scripts/types [--into FOLDER]`.

Standard library alone, so that it runs wherever the project is built. FOLDER stands for the project's own, below which the
files have their usual places.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from bundle import load
from models import models
from python import python
from typescript import typescript

ROOT = Path(__file__).resolve().parents[2]
FILES = {
    "adgen-node/types.d.ts": typescript,
    "adgen-py/python/adgen/models.py": models,
    "adgen-py/python/adgen/types.py": python,
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--into", type=Path, default=ROOT, metavar="FOLDER")
    into: Path = parser.parse_args().into
    bundle = load(ROOT / "schema/adgen.schema.json")
    for name, write in FILES.items():
        target = into / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(write(bundle), encoding="utf-8")


if __name__ == "__main__":
    main()
