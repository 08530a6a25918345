"""Every block of Python in docs/python.md, this package's README and the project's own is run."""

from __future__ import annotations

import re
import subprocess
import sys

import pytest

from conftest import PHOTO, ROOT

BLOCK = re.compile(r"^```python\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def blocks():
    found = []
    for name in ("docs/python.md", "adgen-py/README.md", "README.md"):
        text = (ROOT / name).read_text(encoding="utf-8")
        for number, block in enumerate(BLOCK.findall(text), 1):
            found.append(pytest.param(block, id=f"{name}-{number}"))
    assert len(found) > 8
    return found


# What a reader would do next with what a block has defined.
NEXT = {
    "def make(project: dict) -> dict:": """
import json
project = {"id": "job", "brief": {"product_name": "Rosso", "duration_s": 3}, "product": {"image": "cup.jpg"},
           "output": {"short_side": 240, "quality": "draft"}}
assert json.loads(json.dumps(make(project)))["project_id"] == "job"
""",
    "app = FastAPI()": """
import time
from fastapi.testclient import TestClient
with TestClient(app) as client:
    project = {"id": "served", "brief": {"product_name": "Rosso", "duration_s": 3}, "product": {"image": "cup.jpg"},
               "output": {"short_side": 240, "quality": "draft"}}
    made = client.post("/ads", json=project)
    assert made.status_code == 202 and made.json()["run_id"], made.text
    assert client.post("/ads", json={**project, "seed": -1}).status_code == 422
    assert client.get("/ads/nobody").status_code == 404
    none = client.get("/ads/a b")
    assert none.status_code == 422 and none.json()["code"] == "invalid_project", none.text
    missing = client.post("/ads", json={**project, "id": "missing", "product": {"image": "none.jpg"}})
    assert missing.status_code == 422 and missing.json()["code"] == "invalid_input", missing.text
    assert set(missing.json()) == {"code", "message", "problems"} and os.getcwd() not in missing.text
    while client.get("/ads/served").json()["status"] not in ("COMPLETED", "FAILED", "CANCELLED"):
        time.sleep(0.2)
    assert client.get("/ads/served").json()["status"] == "COMPLETED"
    os.environ["REPLICATE_WEBHOOK_SECRET"] = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
    unsigned = client.post("/webhooks/replicate", content=b"{}")
    assert unsigned.status_code == 422, unsigned.text
    signed = {"webhook-id": "a", "webhook-timestamp": "1", "webhook-signature": "v1,x"}
    assert client.post("/webhooks/replicate", content=b"{}", headers=signed).status_code == 401
""",
}


@pytest.mark.parametrize("block", blocks())
def test_a_block_works(block, tmp_path):
    (tmp_path / "cup.jpg").write_bytes((ROOT / "examples/assets/can_studio.jpg").read_bytes())
    (tmp_path / "product.png").write_bytes(PHOTO)
    (tmp_path / "products.csv").write_text("id,name,mood,photo\none,Rosso,warm,product.png\ntwo,Verde,calm,product.png\n")
    after = "".join(more for start, more in NEXT.items() if start in block)
    done = subprocess.run([sys.executable, "-c", block + after], cwd=tmp_path, capture_output=True, text=True, timeout=240)
    assert done.returncode == 0 and "failed:" not in done.stdout, done.stdout + done.stderr


def test_the_example_provider_keeps_the_contract():
    done = subprocess.run([sys.executable, ROOT / "examples/provider.py"], capture_output=True, text=True, timeout=120)
    assert done.returncode == 0 and "FAILED" not in done.stdout and "passed" in done.stdout, done.stdout + done.stderr
