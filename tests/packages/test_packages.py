"""Both packages on a machine that has nothing else."""

from __future__ import annotations

import hashlib
import json
import subprocess
from pathlib import Path

import pytest
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
    least = {"id": name, "brief": brief, "product": {"image": "photo.jpg"},
             "output": {"short_side": 240, "quality": "draft"}, "policy": {"fallback": "deny"}, **document}
    return machine.write(f"{folder}/project.json", json.dumps(least, ensure_ascii=False))


def digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def test_the_machine_has_nothing_of_what_the_packages_bring(machine: Machine) -> None:
    for program in ["ffmpeg", "ffprobe", "cc", "gcc", "clang", "fc-list"]:
        assert not any((machine.path(folder) / program).exists() for folder in ["/usr/bin", "/usr/local/bin"]), program
    for pattern in ["libav*.so*", "libx264*", "libonnxruntime*", "*.ttf", "*.otf", "*.ttc", "*.onnx"]:
        assert not list(machine.path("/usr").rglob(pattern)), pattern


@pytest.mark.parametrize("way", ["python", "node"])
def test_the_doctor_finds_everything_in_the_package(python: Machine, node: Machine, way: str) -> None:
    findings = {finding["what"]: finding for finding in json.loads(adgen(python, way, "doctor", "--json"))}
    wrong = {what: finding for what, finding in findings.items() if finding["state"] not in ("good", "off")}
    assert not wrong, wrong
    assert {what for what, finding in findings.items() if finding["state"] == "off"} == {"OPENAI_API_KEY", "REPLICATE_API_TOKEN"}
    for what in ["ONNX Runtime", "model"]:
        assert "/bundle/" in findings[what]["detail"], findings[what]
    assert "of this package" in findings["fonts"]["detail"]
    for codec in ["libx264 (encoder)", "av1", "vp9", "hevc", "prores", "opus", "flac"]:
        assert codec in findings["codecs"]["detail"] and "without" not in findings["codecs"]["detail"], findings["codecs"]


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
        made[way] = {name: digest(folder / name) for name in ["final_video.mp4", "product_masked.png", "poster.jpg"]}
    assert photo and made["python"] == made["rust"], made
    assert made["node"] == made["rust"], made


def test_node_loads_it_both_ways(node: Machine) -> None:
    version = json.loads((ROOT / "adgen-node/package.json").read_text(encoding="utf-8"))["version"]
    required = node.run("sh", "-c", "cd /opt/node && node -p \"require('adgen').version()\"")
    imported = node.run("sh", "-c", "cd /opt/node && node --input-type=module -e \"import { version } from 'adgen'; console.log(version())\"")
    called = node.run("sh", "-c", "cd /opt/node && npx --offline adgen --version")
    assert (required.strip(), imported.strip(), called.split()[-1]) == (version,) * 3


@pytest.mark.parametrize("way", ["python", "node"])
def test_ctrl_c_ends_a_run_in_an_orderly_way(python: Machine, node: Machine, way: str) -> None:
    document = project(python, f"stop-{way}", brief={"duration_s": 60}, output={"quality": "high"})
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
    state = json.loads(python.path(f"{storage}/projects/stop-{way}/state.json").read_text(encoding="utf-8"))
    assert state["status"] == "CANCELLED", state["status"]


TEXTS = {
    "ar": "زيت نباتي للبشرة", "hy": "Նոր բույր", "bn": "নতুন সুগন্ধ", "hi": "त्वचा के लिए तेल", "am": "አዲስ መዓዛ", "ka": "ახალი სურნელი",
    "gu": "નવી સુગંધ", "pa": "ਨਵੀਂ ਖੁਸ਼ਬੂ", "he": "שמן צמחי לעור", "kn": "ಹೊಸ ಪರಿಮಳ", "km": "ក្លិនថ្មី", "lo": "ກິ່ນໃຫມ່", "ml": "പുതിയ സുഗന്ധം",
    "my": "ရနံ့အသစ်", "si": "නව සුවඳ", "ta": "புதிய மணம்", "te": "కొత్త సువాసన", "th": "น้ำมันบำรุงผิว", "el": "Νέο άρωμα", "ru": "Новый аромат",
    "vi": "Hương thơm mới", "ja": "肌にやさしい植物オイル", "ko": "피부를 위한 식물성 오일", "zh-Hans": "温和的植物护肤油", "zh-Hant": "溫和的植物護膚油",
}


def test_texts_of_many_scripts_are_set_in_the_fonts_of_the_package(python: Machine, command: Machine) -> None:
    # A preview would say less: a run that lacks a letter fails.
    for language, text in TEXTS.items():
        scene = {"id": "only", "role": "hook", "duration_s": 3, "caption": text, "background": {"file": "photo.jpg"}}
        document = project(python, f"text-{language.lower()}", brief={"language": language, "product_name": text}, scenes=[scene], audio={"music": None})
        adgen(python, "python", "generate", document, "--offline", "--storage", "/srv/texts")
    # The command by itself has no such fonts, and the machine has none.
    said = adgen(command, "rust", "generate", "/srv/text-th/project.json", "--offline", "--storage", "/srv/texts-without", code=1)
    assert "font" in said, said


CLIPS = {
    "h264.mp4": ["-c:v", "libx264"], "hevc.mp4": ["-c:v", "libx265", "-tag:v", "hvc1"], "vp8.webm": ["-c:v", "libvpx"],
    "vp9.webm": ["-c:v", "libvpx-vp9"], "av1.mp4": ["-c:v", "libsvtav1", "-preset", "10"], "av1.webm": ["-c:v", "libaom-av1", "-cpu-used", "8"],
    "mpeg4.avi": ["-c:v", "mpeg4"], "mpeg2.ts": ["-c:v", "mpeg2video"], "mpeg1.mpg": ["-c:v", "mpeg1video"], "prores.mov": ["-c:v", "prores_ks"],
    "dnxhr.mov": ["-c:v", "dnxhd", "-profile:v", "dnxhr_lb", "-pix_fmt", "yuv422p"], "mjpeg.mov": ["-c:v", "mjpeg", "-pix_fmt", "yuvj420p"],
    "wmv.wmv": ["-c:v", "wmv2"], "ffv1.mkv": ["-c:v", "ffv1"], "flv.flv": ["-c:v", "flv"], "gif.gif": [], "theora.ogv": ["-c:v", "libtheora"],
    "interlaced.mp4": ["-c:v", "libx264", "-flags", "+ilme+ildct", "-vf", "tinterlace=interleave_top"],
}
SOUNDS = {
    "aac.m4a": ["-c:a", "aac"], "adts.aac": ["-c:a", "aac"], "mp3.mp3": [], "opus.opus": ["-c:a", "libopus"], "vorbis.ogg": ["-c:a", "libvorbis"],
    "flac.flac": [], "pcm.wav": [], "float.wav": ["-c:a", "pcm_f32le"], "alac.m4a": ["-c:a", "alac"], "pcm.aiff": [], "ac3.ac3": [], "wma.wma": ["-c:a", "wmav2"],
    "wavpack.wv": [],
}


@pytest.fixture(scope="session")
def foreign(machine: Machine, tmp_path_factory: pytest.TempPathFactory) -> None:
    """Films and sounds of other programs, made by this machine's FFmpeg."""
    folder = tmp_path_factory.mktemp("foreign")
    ffmpeg = ["ffmpeg", "-hide_banner", "-loglevel", "error", "-y", "-f", "lavfi"]
    for name, codec in CLIPS.items():
        subprocess.run([*ffmpeg, "-i", "testsrc2=size=320x240:rate=25:duration=2", "-pix_fmt", "yuv420p", *codec, str(folder / name)], check=True)
    for name, codec in SOUNDS.items():
        subprocess.run([*ffmpeg, "-i", "sine=frequency=330:duration=4:sample_rate=48000", "-ac", "2", *codec, str(folder / name)], check=True)
    machine.put(folder, "/srv/foreign")


@pytest.mark.parametrize("name", CLIPS)
def test_films_of_other_programs_are_read(python: Machine, foreign: None, name: str) -> None:
    scene = {"id": "only", "role": "hook", "duration_s": 3, "background": {"file": f"../foreign/{name}"}}
    document = project(python, f"film-{name.replace('.', '-')}", scenes=[scene], audio={"music": None})
    adgen(python, "python", "generate", document, "--offline", "--any-path", "--storage", "/srv/films")


@pytest.mark.parametrize("name", SOUNDS)
def test_sounds_of_other_programs_are_read(python: Machine, foreign: None, name: str) -> None:
    scene = {"id": "only", "role": "hook", "duration_s": 3, "background": {"file": "photo.jpg"}}
    document = project(python, f"sound-{name.replace('.', '-')}", scenes=[scene], audio={"music": {"file": f"../foreign/{name}"}})
    adgen(python, "python", "generate", document, "--offline", "--any-path", "--storage", "/srv/sounds")


@pytest.mark.parametrize("order", ["av, cv2, adgen", "adgen, cv2, av"])
def test_an_ad_is_made_in_one_process_with_pyav_and_opencv(python: Machine, peers: Path, order: str) -> None:
    if not python.path("/opt/peers").exists():
        python.put(peers, "/opt/peers")
        python.run("/opt/venv/bin/pip", "install", "--no-index", "--quiet", *(f"/opt/peers/{path.name}" for path in sorted(peers.iterdir())))
    name = "peers-" + order.split(",")[0]
    document = project(python, name)
    script = python.write(f"/srv/{name}/together.py", f"""
import {order}
import numpy
from adgen._adgen import main

def encoded(path):
    # With PyAV's own x264 and FFmpeg, before and after adgen's.
    with av.open(path, 'w') as target:
        stream = target.add_stream('libx264', rate=25)
        stream.width, stream.height, stream.pix_fmt = 320, 240, 'yuv420p'
        for shade in range(25):
            frame = av.VideoFrame.from_ndarray(numpy.full((240, 320, 3), shade * 10, numpy.uint8))
            target.mux(stream.encode(frame))
        target.mux(stream.encode(None))
    with av.open(path) as source:
        assert sum(1 for _ in source.decode(video=0)) == 25

encoded('/srv/{name}/before.mp4')
assert main(['adgen', 'generate', '{document}', '--offline', '--storage', '/srv/{name}/storage']) == 0
encoded('/srv/{name}/after.mp4')
video = '/srv/{name}/storage/projects/{name}/final_video.mp4'
with av.open(video) as film:
    by_av = sum(1 for _ in film.decode(video=0))
film = cv2.VideoCapture(video)
by_cv = 0
while film.read()[0]:
    by_cv += 1
assert by_av == by_cv == 90, (by_av, by_cv)
print('together')
""")
    assert "together" in python.run("/opt/venv/bin/python", script)


def other_pythons() -> dict[str, Path]:
    """Further Pythons of this machine, by version."""
    found = {}
    for minor in [9, 10, 12, 13, 14]:
        try:
            ask = [f"python3.{minor}", "-c", "import sys; print(sys.base_prefix)"]
            prefix = Path(subprocess.run(ask, check=True, capture_output=True, text=True).stdout.strip())
        except (OSError, subprocess.CalledProcessError):
            continue
        if prefix != Path("/usr"):
            found[f"3.{minor}"] = prefix
    return found


def test_every_python_of_this_machine_can_use_the_wheel(machine: Machine, wheel: Path) -> None:
    package = machine.put(wheel, f"/opt/{wheel.name}")
    pythons = other_pythons()
    print(f"further Pythons: {', '.join(pythons) or 'none'}")
    for version, prefix in pythons.items():
        machine.mounts[prefix] = f"/opt/python{version}"
        machine.run(f"/opt/python{version}/bin/python{version}", "-m", "venv", f"/opt/venv{version}")
        machine.run(f"/opt/venv{version}/bin/pip", "install", "--no-index", "--quiet", package)
        said = machine.run(f"/opt/venv{version}/bin/python", "-c", "import adgen; print(adgen.validate({'id': 'demo'}))")
        assert "brief" in said, said
        findings = json.loads(machine.run(f"/opt/venv{version}/bin/adgen", "doctor", "--json"))
        assert all(finding["state"] in ("good", "off") for finding in findings), findings
