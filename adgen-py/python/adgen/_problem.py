"""One thing that is wrong with a document or with options."""

from __future__ import annotations

from typing import NamedTuple


class Problem(NamedTuple):
    """Where something is wrong, and what."""

    path: str
    """Where: ``scenes[2].duration_s``; empty for the whole."""

    message: str
    """What: it names the value and what is allowed."""

    def __str__(self) -> str:
        return f"{self.path}: {self.message}" if self.path else self.message

    @classmethod
    def parse(cls, line: str) -> Problem:
        """A problem from the line that it is written as."""
        path, found, message = line.partition(": ")
        return cls(path, message) if found and " " not in path else cls("", line)
