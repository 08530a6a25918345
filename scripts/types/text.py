"""Documentation as text of a given width."""

from __future__ import annotations

import textwrap

WIDTH = 120


def paragraphs(doc: str, width: int) -> list[str]:
    """The lines of a documentation: paragraphs filled to `width`, an empty line between them."""
    lines: list[str] = []
    for paragraph in doc.split("\n\n"):
        if lines:
            lines.append("")
        lines.extend(textwrap.wrap(" ".join(paragraph.split()), width, break_long_words=False, break_on_hyphens=False))
    return lines
