"""The packages on older and newer Debian than the one that they are built on, and where a library is missing that they need."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from ads import PHOTO, findings, project, state_of, wrong
from index import wheels
from machine import Machine

# What each suite has of Python: the first is the oldest that the wheel is for.
PYTHONS = {"bullseye": "3.9", "trixie": "3.13"}
# The oldest that `adgen[pydantic]` is for.
PYDANTIC = "pydantic==2.11.0"
PYTHON_AD = """
import importlib, json, pkgutil
import adgen
# All of it is for this Python, and only what says so needs another package.
for module in pkgutil.iter_modules(adgen.__path__):
    try:
        importlib.import_module(f"adgen.{module.name}")
    except ImportError as error:
        assert module.name in ("models", "_models") and "adgen[pydantic]" in str(error), (module.name, error)
run = adgen.Studio("storage").generate({
    "id": "rosso",
    "brief": {"product_name": "Rosso", "duration_s": 3},
    "product": {"image": "cup.jpg"},
    "output": {"short_side": 240, "quality": "draft"},
    "policy": {"fallback": "deny"},
})
seen = [event.type for event in run]
outcome = run.result()
assert isinstance(outcome, adgen.types.Outcome) and outcome.state.status == "COMPLETED", outcome
print(json.dumps({"events": seen, "video": outcome.videos[0].path}))
"""
MODELS = """
from adgen.models import AdProject, Brief, Product
project = AdProject(id="rosso", brief=Brief(product_name="Rosso"), product=Product(image="cup.jpg"))
assert AdProject.model_validate_json(project.model_dump_json()) == project
try:
    AdProject.model_validate({"id": "rosso"})
except ValueError as error:
    assert "brief" in str(error), error
else:
    raise SystemExit("a document without a brief passed")
"""
NODE_AD = """
import { Studio } from 'adgen';
const run = await new Studio({ storage: 'storage' }).generate({
  id: 'rosso',
  brief: { product_name: 'Rosso', duration_s: 3 },
  product: { image: 'cup.jpg' },
  output: { short_side: 240, quality: 'draft' },
  policy: { fallback: 'deny' },
});
const events = [];
for await (const event of run) events.push(event.type);
console.log(JSON.stringify({ events, video: (await run.result()).videos[0].path }));
"""


@pytest.fixture(scope="module")
def machines(wheel: Path, tarballs: list[Path], tmp_path_factory: pytest.TempPathFactory) -> dict[str, Machine]:
    """Those of other Debians, with both packages."""
    made = {}
    for suite, python in PYTHONS.items():
        machine = made[suite] = Machine.fresh(suite, tmp_path_factory.mktemp(suite) / "machine")
        machine.lend_node()
        machine.install_wheel(wheel)
        machine.install_tarballs(tarballs)
        assert machine.run("/opt/venv/bin/python", "--version").startswith(f"Python {python}.")
    return made


@pytest.fixture(params=PYTHONS)
def suite(request: pytest.FixtureRequest) -> str:
    return request.param


@pytest.fixture
def elsewhere(machines: dict[str, Machine], suite: str) -> Machine:
    return machines[suite]


def has_made_an_ad(machine: Machine, said: str) -> None:
    told = json.loads(said.splitlines()[-1])
    assert told["events"][0] == "run_started" and told["events"][-1] == "run_finished", told["events"]
    assert machine.path(told["video"]).stat().st_size > 10_000


def test_the_doctor_finds_everything(elsewhere: Machine) -> None:
    for command in ["/opt/venv/bin/adgen", "/opt/node/node_modules/.bin/adgen"]:
        found = findings(elsewhere.run(command, "doctor", "--json"))
        assert not wrong(found), wrong(found)


def test_python_makes_an_ad_without_pydantic(elsewhere: Machine) -> None:
    elsewhere.put(PHOTO, "/srv/python/cup.jpg")
    elsewhere.write("/srv/python/ad.py", PYTHON_AD)
    has_made_an_ad(elsewhere, elsewhere.run("sh", "-c", "cd /srv/python && /opt/venv/bin/python -W error ad.py"))


def test_the_extra_brings_models_for_pydantic(machines: dict[str, Machine], wheel: Path, suite: str) -> None:
    machine = machines[suite]
    brought = machine.put(wheels(PYTHONS[suite], PYDANTIC), "/opt/pydantic")
    machine.run("python3", "-m", "venv", "/opt/venv-models")
    machine.run("/opt/venv-models/bin/pip", "install", "--no-index", f"--find-links={brought}", "--quiet", f"/opt/{wheel.name}[pydantic]")
    machine.run("/opt/venv-models/bin/python", "-W", "error", "-c", MODELS)


def test_node_makes_an_ad(elsewhere: Machine) -> None:
    elsewhere.put(PHOTO, "/opt/node/cup.jpg")
    elsewhere.write("/opt/node/ad.mjs", NODE_AD)
    has_made_an_ad(elsewhere, elsewhere.run("sh", "-c", "cd /opt/node && node ad.mjs"))


def test_pip_refuses_the_wheel_for_a_free_threaded_python(machines: dict[str, Machine], wheel: Path) -> None:
    # Debian has no such Python. Its pip is asked for one by the name of the interface, which is what it goes by.
    install = ["/opt/venv/bin/pip", "install", "--no-index", "--no-deps", "--only-binary=:all:", "--implementation=cp",
               "--python-version=3.13", "--platform=manylinux_2_28_x86_64", f"/opt/{wheel.name}"]
    machines["trixie"].run(*install, "--abi=cp313", "--target=/opt/usual")
    said = machines["trixie"].run(*install, "--abi=cp313t", "--target=/opt/free-threaded", code=1)
    assert "is not a supported wheel on this platform" in said, said


@pytest.fixture(scope="module")
def without_cpp(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Machine:
    """A machine on which nothing is of C++, with the wheel."""
    made = Machine.fresh("bookworm", tmp_path_factory.mktemp("without-cpp") / "machine")
    for library in made.path("/usr/lib").rglob("libstdc++.so*"):
        library.unlink()
    made.install_wheel(wheel)
    return made


def test_without_libstdcpp_the_cut_out_alone_is_humbler_and_says_why(without_cpp: Machine) -> None:
    found = findings(without_cpp.run("/opt/venv/bin/adgen", "doctor", "--json"))
    assert set(wrong(found)) == {"ONNX Runtime"}, wrong(found)
    assert found["ONNX Runtime"]["state"] == "lacking" and "libstdc++.so.6" in found["ONNX Runtime"]["detail"], found["ONNX Runtime"]
    document = project(without_cpp, "humbler", policy={"fallback": "allow"})
    without_cpp.run("/opt/venv/bin/adgen", "generate", document, "--offline", "--storage", "/srv/storage")
    causes = [degradation["cause"] for degradation in state_of(without_cpp, "/srv/storage", "humbler")["degradations"]]
    assert len(causes) == 1 and "libstdc++.so.6" in json.dumps(causes), causes
