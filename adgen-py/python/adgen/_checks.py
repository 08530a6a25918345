"""Arguments of verbs: one of another type, or out of its range, is told in Python's words before anything is asked."""

from __future__ import annotations

import math
import operator
from typing import Any, Callable, Dict, Tuple

from ._errors import InvalidConfig


def _is_number(value: Any) -> bool:
    if isinstance(value, bool):
        return False
    if isinstance(value, (int, float)):
        return True
    # NumPy's and their like; a program without them does without the module.
    import numbers

    return isinstance(value, numbers.Real)


def _is_whole(value: Any) -> bool:
    return not isinstance(value, bool) and (isinstance(value, int) or hasattr(value, "__index__"))


_KINDS: Dict[str, Tuple[Callable[[Any], bool], str]] = {
    "text": (lambda value: isinstance(value, str), "a str"),
    "flag": (lambda value: isinstance(value, bool), "a bool"),
    "number": (_is_number, "a number"),
    "whole": (_is_whole, "an int"),
}


def needed(verb: str, kind: str, **given: Any) -> None:
    """Raises ``TypeError`` where an argument is of another kind: text, flag, number or whole."""
    is_one, words = _KINDS[kind]
    for name, value in given.items():
        if not is_one(value):
            raise TypeError(f"{name} of {verb} must be {words}, not {type(value).__name__}")


def optional(verb: str, kind: str, **given: Any) -> None:
    """The same for what may be ``None``."""
    needed(verb, kind, **{name: value for name, value in given.items() if value is not None})


def count(verb: str, least: int, **given: Any) -> Dict[str, int]:
    """Whole numbers, ``least`` or more, as ``int``; what is ``None`` is left out.

    Raises ``TypeError`` for what is none, ``InvalidConfig`` for one that is too small.
    """
    given = {name: value for name, value in given.items() if value is not None}
    needed(verb, "whole", **given)
    counted = {name: operator.index(value) for name, value in given.items()}
    for name, value in counted.items():
        if value < least:
            raise InvalidConfig(f"{name} of {verb} is {value}: {least} or more is allowed")
    return counted


def seconds(verb: str, **given: Any) -> Dict[str, float]:
    """Seconds, 0 or more, as ``float``; what is ``None`` is left out.

    Raises as ``count`` does.
    """
    given = {name: value for name, value in given.items() if value is not None}
    needed(verb, "number", **given)
    for name, value in given.items():
        if not math.isfinite(value) or value < 0:
            raise InvalidConfig(f"{name} of {verb} is {value}: a number of seconds, 0 or more, is allowed")
    return {name: float(value) for name, value in given.items()}
