"""Trying an implementation of a contract: ``testkit.video(provider, request).expect_passed()`` in a test of yours.

A suite makes real jobs: against a paid service it costs what three small jobs cost, or two plans.
"""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING, Any, Dict, List, NamedTuple, Optional, Sequence, Union

from . import _adgen, _convert
from ._providers import adapted
from ._run import attended

if TYPE_CHECKING:
    from . import types
    from .provider import AudioProvider, BackgroundRemover, Planner, VideoProvider

__all__ = ["Check", "Report", "audio", "planner", "remover", "video"]


class Check(NamedTuple):
    """One rule of a contract, and what came of it."""

    name: str
    """The rule, such as ``cancel_of_a_finished_job``."""
    verdict: str
    """``passed``, ``failed`` or ``skipped``."""
    why: Optional[str]
    """How it is broken, or why it could not be tried."""


class Report(NamedTuple):
    """What the checks of one implementation gave."""

    subject: str
    checks: List[Check]
    text: str
    """For people: a line for each check."""

    @property
    def is_passed(self) -> bool:
        """Whether no rule is broken."""
        return not self.failures

    @property
    def failures(self) -> List[Check]:
        """The rules that are broken."""
        return [check for check in self.checks if check.verdict == "failed"]

    def expect_passed(self) -> None:
        """Raises ``AssertionError`` with the whole report where a rule is broken."""
        assert self.is_passed, f"{len(self.failures)} rules are broken\n{self.text}"

    def __str__(self) -> str:
        return self.text


def video(provider: VideoProvider, request: types.VideoRequest, **case: Any) -> Report:
    """Tries a video provider with a request that it can meet (``types.VideoRequest``), a small one: it is made up to three times.

    ``case`` may have ``folder``, ``limit_s`` (60), ``secrets`` that must not be seen in any error, ``done_at_once`` for one whose
    ``start`` returns the finished work, ``refuses_images``.
    """
    return _try("video", provider, {"request": request, **case})


def audio(provider: AudioProvider, request: types.AudioRequest, **case: Any) -> Report:
    """Tries an audio provider in the way of ``video``."""
    return _try("audio", provider, {"request": request, **case})


def planner(provider: Planner, request: types.PlanRequest, **case: Any) -> Report:
    """Tries a planner with a request (``types.PlanRequest``)."""
    return _try("planner", provider, {"request": request, **case})


def remover(
    provider: BackgroundRemover,
    photo: Any,
    *,
    limit_s: float = 60.0,
    secrets: Sequence[str] = (),
) -> Report:
    """Tries a background remover with a photo (``provider.Photo`` or a picture of Pillow's) that shows a product."""
    if hasattr(photo, "convert"):
        rgb = photo.convert("RGB")
        width, height, pixels = rgb.width, rgb.height, rgb.tobytes()
    else:
        width, height, pixels = photo
    if len(pixels) != width * height * 3:
        raise ValueError(f"a photo of {width}x{height} has {width * height * 3} bytes, not {len(pixels)}")
    case = {"limit_s": limit_s, "secrets": list(secrets)}
    return _try("remover", provider, case, (width, height, bytes(pixels)))


def _try(role: str, provider: Any, case: Dict[str, Any], photo: Union[None, "tuple[int, int, bytes]"] = None) -> Report:
    if case.get("folder") is not None:
        case["folder"] = os.fsdecode(case["folder"])
    task = _adgen.try_out(_convert.text({"role": role, **case}, _convert.options("the options of the case")), adapted(role, provider), photo)
    attended(task, None)
    told = json.loads(task.result())
    checks = [Check(check["name"], check["verdict"], check.get("why")) for check in told["checks"]]
    return Report(told["subject"], checks, told["text"])
