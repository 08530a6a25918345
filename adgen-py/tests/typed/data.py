"""Checked, never run: what type checkers make of the data. A comment that ignores an error fails where there is none."""

from __future__ import annotations

from typing import TYPE_CHECKING, Optional

from adgen import types
from adgen.types import AdProject, Estimate, Event, Generation, Outcome, State

if TYPE_CHECKING:
    from typing_extensions import assert_type

project: AdProject = {
    "id": "rosso",
    "brief": {"product_name": "Rosso"},
    "product": {"image": "cup.jpg"},
    "scenes": [{"id": "a", "background": {"generate": {"prompt": "steam"}}}, {"id": "b", "background": {"file": "b.mp4"}}],
    "audio": {"music": None},
    "output": {"aspects": ["9:16", "1:1"]},
}
no_such_shape: types.Output = {"aspects": ["9:17"]}  # type: ignore[list-item]  # pyright: ignore[reportAssignmentType]
nameless: types.Brief = {"language": "en"}  # type: ignore[typeddict-item]  # pyright: ignore[reportAssignmentType]


def tell(event: Event) -> str:
    # Every event can be asked for whatever any of them has.
    assert_type(event.progress, Optional[float])
    assert_type(event.seq, int)
    if event.type == "progress" or event.type == "status_changed":
        assert_type(event.progress, float)
        return f"{event.progress:.1f} %"
    if event.type == "degraded":
        assert_type(event.cause, types.ErrorBody)
        return f"{event.artifact}: {event.fallback}, {event.cause.message}"
    if isinstance(event, types.RunFinishedEvent):
        assert_type(event.error, Optional[types.ErrorBody])
        return event.status
    event.seq = 2  # type: ignore[misc]  # pyright: ignore[reportAttributeAccessIssue]
    return event.message or ""


def look(state: State, outcome: Outcome, estimate: Estimate, report: types.Report) -> None:
    assert_type(state.stages["plan"].status, types.StageStatus)
    assert_type([video.path for video in outcome.videos], "list[Optional[str]]")
    assert_type(estimate.stages[0].provider.name, str)
    assert_type(estimate.total.high_usd, Optional[float])
    for check in report.checks:
        assert_type(check.verdict.why, Optional[str])
        if check.verdict.result == "failed":
            assert_type(check.verdict.why, str)


answers: list[Generation] = [
    {"pending": {"job": "j1", "check_after_ms": 500}},
    {"done": {"content": {"url": "https://example.com/a.mp4"}, "cost_usd": 0.2}},
    {"failed": {"kind": "content_rejected", "message": "no"}},
]
info: types.ProviderInfoDict = {
    "name": "mine",
    "model": "v1",
    "price": {"per": "second", "usd": 0.1, "as_of": "2026-01-01"},
}
config: types.StudioConfig = {"storage": "ads", "max_usd": 2, "assets": {"reach": "own_documents"}}
problem = types.Problem(path="id", message="is required")
incomplete = types.Problem(path="id")  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
