"""Lays out the unpacked wheel: `wheel.py <compiled module> <folder of data.sh> <licence> <platform tag> <folder>`. Prints its folder.

What `maturin build` would pack, of the module that build.sh has compiled with the others: maturin compiles by itself, and would
compile the library once more.
"""

import shutil
import sys
import tomllib
from pathlib import Path

SOURCE = Path("adgen-py")


def main() -> None:
    module, data, licence, platform, target = Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3], sys.argv[4], Path(sys.argv[5])
    about = tomllib.loads((SOURCE / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    version = tomllib.loads(Path("Cargo.toml").read_text(encoding="utf-8"))["workspace"]["package"]["version"]
    name = about["name"]
    root = target / f"{name}-{version}"
    leave = shutil.ignore_patterns("__pycache__", "*.so", "bundle")
    shutil.copytree(SOURCE / "python" / name, root / name, ignore=leave)
    shutil.copyfile(module, root / name / "_adgen.abi3.so")
    shutil.copytree(data, root / name / "bundle", ignore=shutil.ignore_patterns(".gathered", "licenses"))

    info = root / f"{name}-{version}.dist-info"
    shutil.copytree(data / "licenses", info / "licenses")
    texts = sorted(path.relative_to(info / "licenses").as_posix() for path in (info / "licenses").rglob("*") if path.is_file())
    head = [
        # 2.4 is the first with licences as expressions.
        "Metadata-Version: 2.4",
        f"Name: {name}",
        f"Version: {version}",
        f"Summary: {about['description']}",
        *(f"Author: {author['name']}" for author in about["authors"]),
        # Of the whole: the project's own is that of its sources.
        f"License-Expression: {licence}",
        *(f"License-File: {text}" for text in texts),
        *(f"Classifier: {classifier}" for classifier in about["classifiers"]),
        f"Requires-Python: {about['requires-python']}",
        *(f"Requires-Dist: {needed}" for needed in about.get("dependencies", [])),
    ]
    for extra, packages in about.get("optional-dependencies", {}).items():
        head.append(f"Provides-Extra: {extra}")
        for package in packages:
            wanted, _, when = (part.strip() for part in package.partition(";"))
            head.append(f"Requires-Dist: {wanted} ; " + (f"({when}) and " if when else "") + f"extra == '{extra}'")
    head.append("Description-Content-Type: text/markdown")
    readme = (SOURCE / about["readme"]).read_text(encoding="utf-8")
    (info / "METADATA").write_text("\n".join(head) + "\n\n" + readme, encoding="utf-8")
    (info / "WHEEL").write_text(f"Wheel-Version: 1.0\nGenerator: adgen\nRoot-Is-Purelib: false\nTag: cp39-abi3-{platform}\n", encoding="utf-8")
    scripts = "".join(f"{script} = {function}\n" for script, function in about["scripts"].items())
    (info / "entry_points.txt").write_text(f"[console_scripts]\n{scripts}", encoding="utf-8")
    print(root)


main()
