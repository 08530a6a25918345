"""What the core tells goes to the logger ``adgen``."""

from __future__ import annotations

import logging

from ._adgen import log_to

logger = logging.getLogger("adgen")


def follow(level: "int | str | None" = None) -> None:
    """Sends what adgen tells of runs, artifacts, calls and degradations to the logger ``adgen``, from ``level`` on; by default
    from the level on that the logger has. Neither keys nor prompts are among it."""
    if isinstance(level, str):
        level = logging.getLevelName(level.upper())
    if level is None:
        level = logger.getEffectiveLevel()
    if not isinstance(level, int):
        raise ValueError(f"there is no level {level!r}")
    log_to(logger, min(max(level, 0), 254))
