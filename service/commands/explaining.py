"""What `codau check --explain` tells beside a verdict: what each finding saw, and how marks are judged."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from service.commands.output import harmless

if TYPE_CHECKING:
    from service.judging.model import Span


def explained(text: str, findings: list[dict[str, Any]]) -> list[str]:
    """Lines for a person.

    Args:
        text: a valid body, as it was sent.
        findings: as `/v1/check` answers them.
    """
    from service.judging.text import clean

    body = clean(text)
    return [*_saw(body, findings), *_marks(body)]


def _saw(body: str, findings: list[dict[str, Any]]) -> Iterator[str]:
    for finding in findings:
        if finding["spans"]:
            yield f"  {finding['code']} saw: {' | '.join(_quoted(body, span) for span in finding['spans'])}"


def _marks(body: str) -> Iterator[str]:
    from service.judging.checks.diacritics import lacking
    from service.judging.reading import read
    from service.judging.vietnamese.restoration import MOST_RESTORED, restorations

    found = lacking(read(body))
    if not found:
        return
    sure = [f"{_quoted(body, one.span)} {one.probability:.2f}" for one in found]
    yield f"  lacks its marks: {', '.join(sure)}"
    if len(body) <= MOST_RESTORED:
        yield from (f"  {rank}. {harmless(way)}" for rank, way in enumerate(restorations(body), 1))


def _quoted(body: str, span: Span) -> str:
    return harmless(body[slice(*span)])
