"""The packed files by themselves: size, what they need, what they show, what they say of licences."""

from __future__ import annotations

import json
import re
import subprocess
import tarfile
import zipfile
from pathlib import Path

import pytest
from kind import IS_GPL, LICENCE
from machine import ROOT

MOST_BYTES = 40_000_000
LIBC = {"libc.so.6", "libm.so.6", "libdl.so.2", "libpthread.so.0", "librt.so.1", "ld-linux-x86-64.so.2"}
# ONNX Runtime is a file of its own, as its makers have it: C++, whose library every Python and Node has.
CPP = {"libstdc++.so.6", "libgcc_s.so.1"}
# Words of each licence's text, by its file.
TEXTS = {
    "LICENSE-MIT": "Permission is hereby granted",
    "LICENSE-APACHE": "Apache License",
    "FFmpeg-LGPL-2.1.txt": "LESSER GENERAL PUBLIC LICENSE",
    "LAME-LGPL-2.0.txt": "LIBRARY GENERAL PUBLIC LICENSE",
    "dav1d-BSD-2-Clause.txt": "Redistribution and use",
    "zlib.txt": "as-is",
    "ONNX-Runtime-MIT.txt": "Microsoft",
    "ONNX-Runtime-third-party-notices.txt": "protobuf",
    "Inter-OFL-1.1.txt": "SIL Open Font License",
    "fonts-noto-core-OFL-1.1.txt": "SIL",
    "Rust-crates.txt": "tokio 1.",
    "sources/build.sh": "--enable-libx264",
}
# Those of the build with the GPL alone, and of the one without.
OWN_TEXTS = {True: {"x264-GPL-2.0.txt": "GNU GENERAL PUBLIC LICENSE"}, False: {"OpenH264-BSD-2-Clause.txt": "Redistribution and use"}}


@pytest.fixture(scope="session")
def unpacked(wheel: Path, tarballs: list[Path], tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("unpacked")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(folder / "wheel")
    for name, path in zip(["main", "platform"], tarballs):
        with tarfile.open(path) as archive:
            archive.extractall(folder / name, filter="data")
    return {"wheel": folder / "wheel", "main": folder / "main/package", "platform": folder / "platform/package"}


def modules(unpacked: dict[str, Path]) -> dict[Path, str]:
    """Each compiled module, with the one name that it shows."""
    module = next((unpacked["wheel"] / "adgen").glob("_adgen*.so"))
    return {module: "PyInit__adgen", unpacked["platform"] / "adgen.node": "napi_register_module_v1"}


def said(*command: str) -> str:
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def needed(file: Path) -> set[str]:
    return set(re.findall(r"\(NEEDED\).*\[(.*)\]", said("readelf", "--dynamic", "--wide", str(file))))


def newest_glibc(file: Path) -> tuple[int, ...]:
    versions = re.findall(r"GLIBC_(\d+(?:\.\d+)+)", said("objdump", "-T", str(file)))
    return max(tuple(map(int, version.split("."))) for version in versions)


def test_each_is_small_enough(wheel: Path, tarballs: list[Path]) -> None:
    for path in [wheel, *tarballs]:
        assert path.stat().st_size <= MOST_BYTES, f"{path.name} has {path.stat().st_size} bytes"


def test_a_module_needs_libc_alone_and_shows_one_name(unpacked: dict[str, Path]) -> None:
    for module, name in modules(unpacked).items():
        assert needed(module) <= LIBC, f"{module.name} needs {needed(module)}"
        assert newest_glibc(module) <= (2, 17), f"{module.name}: {newest_glibc(module)}"
        shown = {line.split()[-1].split("@")[0] for line in said("nm", "-D", "--defined-only", str(module)).splitlines()}
        # Node looks for the second by name, too, where it is there.
        assert shown - {"napi_register_wasm_v1"} == {name}, f"{module.name} shows {sorted(shown)[:20]}"


def test_the_runtime_needs_no_more_than_the_tag_of_the_wheel_says(wheel: Path, unpacked: dict[str, Path]) -> None:
    assert wheel.name.endswith("-cp39-abi3-manylinux_2_28_x86_64.whl"), wheel.name
    for package in [unpacked["wheel"] / "adgen", unpacked["platform"]]:
        library = package / "bundle/runtime/libonnxruntime.so"
        assert needed(library) <= LIBC | CPP, needed(library)
        assert newest_glibc(library) <= (2, 28), newest_glibc(library)


def test_no_module_knows_the_machine_that_it_was_built_on(unpacked: dict[str, Path]) -> None:
    for module in modules(unpacked):
        found = [path for path in [str(ROOT), str(Path.home() / ".cargo")] if path.encode() in module.read_bytes()]
        assert not found, f"{module.name} holds {found}"


def test_the_licence_is_that_of_the_whole_and_its_texts_are_there(unpacked: dict[str, Path]) -> None:
    info = next(unpacked["wheel"].glob("*.dist-info"))
    metadata = (info / "METADATA").read_text(encoding="utf-8")
    assert f"\nLicense-Expression: {LICENCE}\n" in metadata
    for name in re.findall(r"^License-File: (.*)$", metadata, re.MULTILINE):
        assert (info / "licenses" / name).is_file(), name
    manifest = json.loads((unpacked["platform"] / "package.json").read_text(encoding="utf-8"))
    assert manifest["license"] == LICENCE
    for folder in [info / "licenses", unpacked["platform"] / "licenses"]:
        sources = (folder / "SOURCES.txt").read_text(encoding="utf-8")
        pins = (ROOT / "scripts/ffmpeg/sources.txt").read_text(encoding="utf-8")
        packages = re.findall(r"^[a-z0-9]+ [0-9].*$", pins, re.MULTILINE)
        assert len(packages) == 5
        for package in packages:
            is_in = IS_GPL or not package.startswith("x264 ")
            assert (f"  {package}\n" in sources) == is_in, f"{package} in {folder}/SOURCES.txt: {not is_in}"
        for name, words in {**TEXTS, **OWN_TEXTS[IS_GPL]}.items():
            assert words.lower() in (folder / name).read_text(encoding="utf-8", errors="replace").lower(), name
        for name in OWN_TEXTS[not IS_GPL]:
            assert not (folder / name).exists(), f"{name} is of the other build"


def test_the_encoder_of_the_build_is_in_it_and_no_other(unpacked: dict[str, Path]) -> None:
    for module in modules(unpacked):
        code = module.read_bytes()
        # What each says of itself; FFmpeg's decoder has words of x264's, too.
        assert (b"http://www.videolan.org/x264.html" in code) == IS_GPL, module.name
        assert (b"[OpenH264]" in code) == (not IS_GPL), module.name


def test_the_wheel_has_the_modules_and_types_of_the_source(unpacked: dict[str, Path]) -> None:
    source = ROOT / "adgen-py/python/adgen"
    wanted = {path.name for pattern in ["*.py", "*.pyi", "py.typed"] for path in source.glob(pattern)}
    assert {"py.typed", "_adgen.pyi", "types.py", "models.py", "provider.py", "testkit.py"} <= wanted
    packed = unpacked["wheel"] / "adgen"
    assert {path.name for path in packed.iterdir()} == wanted | {"_adgen.abi3.so", "bundle"}
    for name in wanted:
        assert (packed / name).read_bytes() == (source / name).read_bytes(), f"{name} is another than when this was packed"


def test_the_main_package_has_the_modules_and_types_that_it_names(unpacked: dict[str, Path]) -> None:
    source, packed = ROOT / "adgen-node", unpacked["main"]
    types = {path.name for path in source.glob("*.d.ts")}
    assert {"index.d.ts", "types.d.ts", "errors.d.ts", "provider.d.ts", "testkit.d.ts"} <= types
    for name in types:
        assert (packed / name).read_bytes() == (source / name).read_bytes(), f"{name} is another than when this was packed"
    manifest = json.loads((packed / "package.json").read_text(encoding="utf-8"))
    exports = [path for entry in manifest["exports"].values() for path in ([entry] if isinstance(entry, str) else entry.values())]
    for path in [manifest["main"], manifest["types"], *manifest["bin"].values(), *exports]:
        assert (packed / path).is_file(), path
    for file in [*packed.rglob("*.js"), *packed.rglob("*.d.ts")]:
        for name in re.findall(r"""(?:require\(|from )['"](\.[^'"]+)['"]""", file.read_text(encoding="utf-8")):
            ends = ["", ".js", ".d.ts"]
            assert any((file.parent / f"{name}{end}").is_file() for end in ends), f"{file.name} needs {name}"


def test_the_main_package_names_the_one_of_its_platform(unpacked: dict[str, Path]) -> None:
    main, platform = (json.loads((unpacked[name] / "package.json").read_text(encoding="utf-8")) for name in ["main", "platform"])
    assert main["optionalDependencies"] == {platform["name"]: main["version"]}
    assert main["version"] == platform["version"]
    assert (platform["os"], platform["cpu"], platform["libc"]) == (["linux"], ["x64"], ["glibc"])
    for pattern in main["files"]:
        assert list(unpacked["main"].glob(pattern)), pattern
    assert not list(unpacked["main"].rglob("*.node")), "an addon of this machine came along"
    assert main["license"] == "MIT OR Apache-2.0"
    for name in ["LICENSE", "LICENSE-MIT", "LICENSE-APACHE"]:
        assert (unpacked["main"] / name).is_file(), f"{name} is not in the main package"
