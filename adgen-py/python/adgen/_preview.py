"""A frame of an ad."""

from __future__ import annotations

import os
from typing import NamedTuple, Union


class PreviewImage(NamedTuple):
    """One frame of an ad; a notebook shows it."""

    png: bytes
    """The picture."""
    width: int
    """In pixels."""
    height: int
    """In pixels."""
    is_final: bool
    """Whether the colours of the texts are surely those of the finished video."""

    def save(self, path: Union[str, os.PathLike[str]]) -> None:
        """Writes the picture to a file."""
        with open(path, "wb") as file:
            file.write(self.png)

    def _repr_png_(self) -> bytes:
        return self.png

    def __repr__(self) -> str:
        return f"PreviewImage({self.width}x{self.height}, {len(self.png)} bytes, is_final={self.is_final})"
