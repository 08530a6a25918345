"""Writes the licences of all crates that are linked into the packages: `notices.py <target file>`, on standard input the lines
of `cargo tree --prefix none --format '{p}|{l}'`. Each text stands there once, below the crates that it is of."""

import json
import re
import subprocess
import sys
from pathlib import Path

NAMES = re.compile(r"^(licen[cs]e|copying|copyright|notice|unlicense|ofl)", re.IGNORECASE)


def texts(folder: Path) -> list[str]:
    found = sorted(path for path in folder.iterdir() if NAMES.match(path.name))
    files = [file for path in found for file in ([path] if path.is_file() else sorted(path.iterdir()))]
    return [file.read_text(encoding="utf-8", errors="replace").strip() for file in files if file.suffix not in (".html", ".rs")]


def main() -> None:
    linked = {}
    for line in sys.stdin.read().splitlines():
        if line.strip():
            name, _, licence = line.replace(" (*)", "").rpartition("|")
            crate, version = name.split(" ")[:2]
            linked[(crate, version.lstrip("v"))] = licence
    about = json.loads(subprocess.run(["cargo", "metadata", "--format-version", "1", "--offline"], check=True, capture_output=True).stdout)
    folders = {(package["name"], package["version"]): Path(package["manifest_path"]).parent for package in about["packages"]
               if package["source"] is not None}
    whose: dict[str, list[str]] = {}
    without = []
    for crate, licence in sorted(linked.items()):
        folder = folders.get(crate)
        if folder is None:
            continue
        if not licence:
            sys.exit(f"notices: {crate[0]} {crate[1]} names no licence")
        title = f"{crate[0]} {crate[1]} ({licence})"
        found = texts(folder)
        if not found:
            without.append(title)
        for text in found:
            whose.setdefault(text, []).append(title)
    with open(sys.argv[1], "w", encoding="utf-8") as target:
        target.write("Rust crates that are linked into this package, with the licences that they carry.\n")
        if without:
            target.write("\nThese name their licence and carry no text of it:\n" + "".join(f"  {title}\n" for title in without))
        for text, titles in whose.items():
            target.write("\n" + "=" * 100 + "\n" + "\n".join(titles) + "\n\n" + text + "\n")
    if len(linked) < 50:
        sys.exit(f"notices: only {len(linked)} crates were found")


main()
