"""Which build of the packages is tried, by the variable ADGEN_PACKAGES: `gpl`, with x264, or `lgpl`, where OpenH264 takes its place."""

from __future__ import annotations

import os

from machine import ROOT

KIND = os.environ.get("ADGEN_PACKAGES", "gpl")
assert KIND in ("gpl", "lgpl"), f"ADGEN_PACKAGES is {KIND!r}; gpl and lgpl are known"
IS_GPL = KIND == "gpl"
DIST = ROOT / ("dist" if IS_GPL else "dist/lgpl")
# The command of the same build, which no package brings along as a program.
COMMAND = ROOT / f"target/packages/command-{KIND}/adgen"
LICENCE = f"(MIT OR Apache-2.0) AND {'GPL-2.0-or-later AND ' if IS_GPL else ''}LGPL-2.1-or-later"
# What `output.encoder` calls the one that the build has, and the one that it has not.
ENCODER, OTHER_ENCODER = ("x264", "openh264") if IS_GPL else ("openh264", "x264")
