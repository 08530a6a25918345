"""What a notebook shows of an outcome: the video, and the stills of its scenes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Optional

# What a page takes without becoming slow; a larger video is named, not shown.
_MOST_BYTES = 40_000_000


class OutcomeHtml:
    """Shown as HTML."""

    if TYPE_CHECKING:
        videos: Any
        report: Any
        project_id: Any
        cost_usd: Any

    def _repr_html_(self) -> str:
        import html

        video = self.videos[0]
        data = _read(video.path)
        if data is not None:
            shown = f'<video controls playsinline style="max-height: 480px" src="data:{video.media_type};base64,{_base64(data)}"></video>'
        else:
            shown = f"<p>{html.escape(str(video.path or video.url or video.name))}</p>"
        said = f"{html.escape(self.project_id)}: {len(self.videos)} video{'s' if len(self.videos) > 1 else ''}, ${self.cost_usd:.2f}"
        return f"<div>{shown}<p>{said}</p>{self._stills()}</div>"

    def _stills(self) -> str:
        """The contact sheet of the report, which is a page of its own without scripts."""
        import re

        page = _read(self.report.path)
        if page is None:
            return ""
        found = re.findall(r'<img width="\d+" height="\d+" alt="(Scene [^"]*)" src="(data:image/[a-z]+;base64,[A-Za-z0-9+/=]+)"', page.decode("utf-8"))
        pictures = "".join(f'<img alt="{alt}" title="{alt}" style="height: 180px" src="{source}">' for alt, source in found)
        return f'<div style="display: flex; flex-wrap: wrap; gap: 4px">{pictures}</div>'


def _read(path: Optional[str]) -> Optional[bytes]:
    """A file of this machine, unless it is too large or gone."""
    import os

    try:
        if path is None or os.path.getsize(path) > _MOST_BYTES:
            return None
        with open(path, "rb") as file:
            return file.read()
    except OSError:
        return None


def _base64(data: bytes) -> str:
    import base64

    return base64.b64encode(data).decode("ascii")
