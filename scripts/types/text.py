"""Documentation as text of a given width."""

from __future__ import annotations

import re
import textwrap

WIDTH = 120


def paragraphs(doc: str, width: int) -> list[str]:
    """The lines of a documentation: paragraphs filled to `width`, an empty line between them.

    A method is named as Rust does, `Studio::save`; in the other languages a full stop stands between.
    """
    doc = re.sub(r"`(\w+)::(\w+)`", r"`\1.\2`", doc)
    lines: list[str] = []
    for paragraph in doc.split("\n\n"):
        if lines:
            lines.append("")
        lines.extend(textwrap.wrap(" ".join(paragraph.split()), width, break_long_words=False, break_on_hyphens=False))
    return lines
