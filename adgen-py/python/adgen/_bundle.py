"""What the wheel brings along beside the module: ONNX Runtime, the model, fonts.

A build of a checkout has no such folder, and uses what the machine has.
"""

import os

from . import _adgen


def name_bundle() -> None:
    """Tells the library where it lies; called once, before anything is looked for."""
    folder = os.path.join(os.path.dirname(os.path.abspath(__file__)), "bundle")
    if os.path.isdir(folder):
        _adgen.set_bundle(folder)
