"""Makes the golden masks: rembg's own, with u2netp, on three of the shipped photos.

    pip install "rembg[cpu]==2.0.86"
    U2NET_HOME=<folder with u2netp.onnx> python tests/golden/rembg/make.py

The library's raw mask must equal these (mean absolute difference at most 1/255). Run it again when a photo changes.
"""

from pathlib import Path

from PIL import Image
from rembg import new_session, remove

HERE = Path(__file__).resolve().parent
PHOTOS = HERE.parents[2] / "examples" / "assets"

session = new_session("u2netp")
for name in ("bottle_busy", "box_studio", "can_busy"):
    with Image.open(PHOTOS / f"{name}.jpg") as photo:
        remove(photo, session=session, only_mask=True).save(HERE / f"{name}.png", optimize=True)
