"""Short ads in a machine, made in each of the three ways to the command."""

from __future__ import annotations

import json

from machine import ROOT, Machine

PHOTO = ROOT / "examples/assets/bottle_studio.jpg"
SITE = "/opt/venv/lib/python3.11/site-packages"
# How each language calls the command, with what the one of Rust has to be told.
WAYS = {
    "python": (["/opt/venv/bin/adgen"], {}),
    "node": (["/opt/node/node_modules/.bin/adgen"], {}),
    "rust": (["/opt/adgen"], {"ORT_DYLIB_PATH": f"{SITE}/adgen/bundle/runtime/libonnxruntime.so",
                              "ADGEN_MODELS_DIR": f"{SITE}/adgen/bundle/models"}),
}


def adgen(machine: Machine, way: str, *arguments: str, code: int = 0) -> str:
    command, env = WAYS[way]
    return machine.run(*command, *arguments, env=env, code=code)


def project(machine: Machine, name: str, **document: object) -> str:
    """A short ad's document in the machine."""
    folder = f"/srv/{name}"
    if not machine.path(f"{folder}/photo.jpg").exists():
        machine.put(PHOTO, f"{folder}/photo.jpg")
    brief = {"product_name": "Rosso", "duration_s": 3, **document.pop("brief", {})}
    output = {"short_side": 240, "quality": "draft", **document.pop("output", {})}
    least = {"id": name, "brief": brief, "product": {"image": "photo.jpg"}, "output": output, "policy": {"fallback": "deny"}, **document}
    return machine.write(f"{folder}/project.json", json.dumps(least, ensure_ascii=False))


def state_of(machine: Machine, storage: str, name: str) -> dict:
    """What a storage in the machine says of a project."""
    return json.loads(machine.path(f"{storage}/projects/{name}/state.json").read_text(encoding="utf-8"))


def findings(said: str) -> dict[str, dict]:
    """What `adgen doctor --json` has found, by what was looked at."""
    return {finding["what"]: finding for finding in json.loads(said)}


def wrong(found: dict[str, dict]) -> dict[str, dict]:
    """Those that are not as they should be; services without keys are."""
    return {what: finding for what, finding in found.items() if finding["state"] not in ("good", "off")}
