"""Comments as another system tells them, and what becomes of them here."""

from dataclasses import replace
from typing import Any

from service.comments.model import Author, State
from service.transfer.formats.adopting import adopted
from service.transfer.formats.foreign import (
    Foreign,
    ForeignComment,
    ForeignThread,
    NumberedForeign,
)
from service.transfer.records import Bad, CommentRecord
from tests.transfer.foreign import adoption
from tests.transfer.sites import NOW

THREAD = ForeignThread("t1", id="4711", url="https://bao.vn/xe/4711", title="Kẹt xe")
LAN = Author("Lan", email="lan@example.vn", ip="203.0.113.9")
STATES = (State.PENDING, State.PUBLISHED, State.REJECTED, State.ERASED)


def comment(number: int, answers: int | None = None, **changes: Any) -> ForeignComment:
    parent = None if answers is None else str(answers)
    written = NOW - 10_000 + number
    return replace(
        ForeignComment(str(number), "t1", LAN, f"Ý kiến số {number}", State.PUBLISHED, written, parent),
        **changes,
    )


def records(*given: Foreign, **into: Any) -> list[Any]:
    """Our records of a file, each on a line of its own, without the site."""
    numbered = (NumberedForeign(line, record) for line, record in enumerate([THREAD, *given], 1))
    _, *rest = sorted(adopted(numbered, adoption(**into)), key=lambda one: one.line)
    return [one.record for one in rest]


def comments(*given: Foreign, **into: Any) -> list[CommentRecord]:
    return [record for record in records(*given, **into) if isinstance(record, CommentRecord)]


def reasons(*given: Foreign, **into: Any) -> list[str]:
    return [record.reason for record in records(*given, **into) if isinstance(record, Bad)]
