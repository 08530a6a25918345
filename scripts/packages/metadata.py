"""Sets the licence of the whole wheel: `metadata.py <dist-info folder> <SPDX expression>`. The project's own is that of its sources."""

import sys
from pathlib import Path


def main() -> None:
    info, licence = Path(sys.argv[1]), sys.argv[2]
    path = info / "METADATA"
    head, _, body = path.read_text(encoding="utf-8").partition("\n\n")
    lines = [line for line in head.splitlines() if not line.startswith(("License", "Metadata-Version:"))]
    folder = info / "licenses"
    files = sorted(file.relative_to(folder).as_posix() for file in folder.rglob("*") if file.is_file())
    # 2.4 is the first version with both fields.
    lines = ["Metadata-Version: 2.4", *lines, f"License-Expression: {licence}", *(f"License-File: {file}" for file in files)]
    path.write_text("\n".join(lines) + "\n\n" + body, encoding="utf-8")


main()
