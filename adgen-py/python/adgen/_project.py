"""The document of an ad: what is wrong with it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from . import _adgen


@dataclass(frozen=True)
class Problem:
    """One thing that is wrong with a document."""

    path: str
    """Where: ``scenes[2].duration_s``; empty for the document as a whole."""

    message: str
    """What: it names the value and what is allowed."""

    def __str__(self) -> str:
        return f"{self.path}: {self.message}" if self.path else self.message


def validate(project: str | dict[str, Any]) -> list[Problem]:
    """Every problem of a project at once; an empty list where it is sound.

    ``project`` is the document as JSON text, or as the ``dict`` that :func:`json.loads` makes of it. Whatever the
    text holds is answered with problems, not with an exception.

    Raises ``TypeError`` for any other type, and whatever :func:`json.dumps` raises for a ``dict`` that is no JSON
    (``TypeError`` for a value of a foreign type, ``ValueError`` for one that holds itself).
    """
    return [Problem(path, message) for path, message in _adgen.validate(_text(project))]


def _text(project: str | dict[str, Any]) -> str:
    if isinstance(project, str):
        return project
    if isinstance(project, dict):
        return json.dumps(project)
    raise TypeError(f"project must be a str of JSON or a dict, not {type(project).__name__}")
