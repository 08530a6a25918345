"""What people bring, on a machine that has nothing of the kind: texts of many scripts, and films and sounds of other programs."""

from __future__ import annotations

import subprocess

import pytest
from ads import adgen, project
from machine import Machine

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
