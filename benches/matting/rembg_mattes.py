"""rembg's own mattes of some photos with u2netp: python rembg_mattes.py OUT PHOTO...

Writes OUT/<name>.raw.png (its mask) and OUT/<name>.closed.png (the alpha of its alpha matting), and prints one JSON object a
photo with the seconds that each took. U2NET_HOME names the folder with the model.
"""

import json
import sys
import time
from pathlib import Path

from PIL import Image
from rembg import new_session, remove

out = Path(sys.argv[1])
session = new_session("u2netp")
warm = False
for path in map(Path, sys.argv[2:]):
    with Image.open(path) as photo:
        photo.load()
        if not warm:
            # The first call of each kind compiles and allocates.
            remove(photo, session=session, only_mask=True)
            remove(photo.resize((64, 64)), session=session, alpha_matting=True)
            warm = True
        began = time.perf_counter()
        mask = remove(photo, session=session, only_mask=True)
        raw_s = time.perf_counter() - began
        began = time.perf_counter()
        cut = remove(photo, session=session, alpha_matting=True)
        closed_s = time.perf_counter() - began
    mask.convert("L").save(out / f"{path.stem}.raw.png")
    cut.getchannel("A").save(out / f"{path.stem}.closed.png")
    print(json.dumps({"name": path.stem, "raw_s": raw_s, "closed_s": closed_s}), flush=True)
