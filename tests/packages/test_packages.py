"""Both packages on a machine that has nothing else."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pytest
from ads import PHOTO, WAYS, adgen, findings, project, state_of, wrong
from kind import ENCODER, IS_GPL, OTHER_ENCODER
from machine import ROOT, Machine


def digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def test_the_machine_has_nothing_of_what_the_packages_bring(machine: Machine) -> None:
    for program in ["ffmpeg", "ffprobe", "cc", "gcc", "clang", "fc-list"]:
        assert not any((machine.path(folder) / program).exists() for folder in ["/usr/bin", "/usr/local/bin"]), program
    for pattern in ["libav*.so*", "libx264*", "libopenh264*", "libonnxruntime*", "*.ttf", "*.otf", "*.ttc", "*.onnx"]:
        assert not list(machine.path("/usr").rglob(pattern)), pattern


@pytest.mark.parametrize("way", ["python", "node"])
def test_the_doctor_finds_everything_in_the_package(python: Machine, node: Machine, way: str) -> None:
    found = findings(adgen(python, way, "doctor", "--json"))
    assert not wrong(found), wrong(found)
    assert {what for what, finding in found.items() if finding["state"] == "off"} == {"OPENAI_API_KEY", "REPLICATE_API_TOKEN"}
    for what in ["ONNX Runtime", "model"]:
        assert "/bundle/" in found[what]["detail"], found[what]
    assert "of this package" in found["fonts"]["detail"]
    for codec in ["aac (encoder)", "libmp3lame (encoder)", "av1", "vp9", "hevc", "prores", "opus", "flac"]:
        assert codec in found["codecs"]["detail"] and "without" not in found["codecs"]["detail"], found["codecs"]
    # One of the two is in it, and the other named with its reason.
    assert found["encoders"]["detail"].startswith(f"{ENCODER}, of which {ENCODER} is the choice of `auto`; without {OTHER_ENCODER} ("), found["encoders"]
    assert ("GPL" in found["FFmpeg"]["detail"].replace("LGPL", "")) == IS_GPL, found["FFmpeg"]


def test_the_ad_of_the_demo_has_the_same_bytes_in_every_language(command: Machine, node: Machine) -> None:
    script = (ROOT / "scripts/demo.sh").read_text(encoding="utf-8")
    words = script[script.index("adgen new"):script.index("--force")].replace("\\\n", " ")
    photo = command.put(PHOTO, "/srv/examples/assets/bottle_studio.jpg")
    made: dict[str, dict[str, str]] = {}
    for way, (program, env) in WAYS.items():
        new = words.replace("adgen new", f"cd /srv && {' '.join(program)} new") + f" --force -o {way}.json"
        command.run("sh", "-c", new, env=env)
        adgen(command, way, "generate", f"/srv/{way}.json", "--offline", "--storage", f"/srv/storage-{way}")
        folder = next(command.path(f"/srv/storage-{way}/projects").iterdir())
        state = json.loads((folder / "state.json").read_text(encoding="utf-8"))
        assert state["degradations"] == [], state["degradations"]
        # x264 signs its pictures.
        assert (b"x264 - core" in (folder / "final_video.mp4").read_bytes()) == IS_GPL
        made[way] = {name: digest(folder / name) for name in ["final_video.mp4", "product_masked.png", "poster.jpg"]}
    assert photo and made["python"] == made["rust"], made
    assert made["node"] == made["rust"], made


def test_an_encoder_that_the_build_has_not_is_refused_or_replaced(python: Machine) -> None:
    refused = project(python, "refused", output={"encoder": OTHER_ENCODER})
    said = adgen(python, "python", "generate", refused, "--offline", "--storage", "/srv/encoders", code=1)
    assert f"the encoder {OTHER_ENCODER} cannot be used here" in said, said
    replaced = project(python, "replaced", output={"encoder": OTHER_ENCODER}, policy={"fallback": "allow"})
    adgen(python, "python", "generate", replaced, "--offline", "--storage", "/srv/encoders")
    (degradation,) = state_of(python, "/srv/encoders", "replaced")["degradations"]
    assert degradation["fallback"] == f"video encoded by {ENCODER}" and OTHER_ENCODER in degradation["cause"]["message"], degradation


def test_python_has_the_command_in_two_ways(python: Machine) -> None:
    # The script by its path alone, as pipx and uvx call it; and the module.
    said = [python.run("/opt/venv/bin/adgen", "--version"), python.run("/opt/venv/bin/python", "-m", "adgen", "--version")]
    assert said[0] == said[1] == f"adgen {version()}\n", said


def test_node_loads_it_both_ways_and_has_the_command(node: Machine) -> None:
    required = node.run("sh", "-c", "cd /opt/node && node -p \"require('adgen').version()\"")
    imported = node.run("sh", "-c", "cd /opt/node && node --input-type=module -e \"import { version } from 'adgen'; console.log(version())\"")
    called = node.run("sh", "-c", "cd /opt/node && npx --offline adgen --version")
    assert (required.strip(), imported.strip(), called.split()[-1]) == (version(),) * 3


def version() -> str:
    return json.loads((ROOT / "adgen-node/package.json").read_text(encoding="utf-8"))["version"]


def test_loading_starts_no_thread(python: Machine, node: Machine) -> None:
    python.run("/opt/venv/bin/python", "-c", """
import os, threading
import adgen
assert threading.active_count() == 1, threading.enumerate()
assert len(os.listdir('/proc/self/task')) == 1, os.listdir('/proc/self/task')
""")
    node.run("sh", "-c", """cd /opt/node && exec node -e "
const threads = () => require('node:fs').readdirSync('/proc/self/task').length;
const before = threads();
require('adgen');
require('node:assert').equal(threads(), before);
" """)


@pytest.mark.parametrize("way", ["python", "node"])
def test_ctrl_c_ends_a_run_in_an_orderly_way(python: Machine, node: Machine, way: str) -> None:
    document = project(python, f"stop-{way}", brief={"duration_s": 60}, output={"short_side": 1080, "quality": "high"})
    program = WAYS[way][0]
    storage = f"/srv/stop-{way}/storage"
    # Once the run says that it is at work; from a process of its own, for a shell's background has SIGINT ignored.
    script = python.write("/srv/interrupt.py", """
import signal, subprocess, sys, time
ran = subprocess.Popen(sys.argv[1:], stderr=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
for line in ran.stdout:
    if '"stage_started"' in line or '"artifact' in line:
        break
time.sleep(0.5)
ran.send_signal(signal.SIGINT)
out, err = ran.communicate(timeout=60)
print(err)
sys.exit(ran.returncode)
""")
    said = python.run("python3", script, *program, "generate", document, "--offline", "--storage", storage, "--json", code=130)
    assert "Traceback" not in said and "KeyboardInterrupt" not in said, said
    state = state_of(python, storage, f"stop-{way}")
    assert state["status"] == "CANCELLED", state["status"]
