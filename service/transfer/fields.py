"""The lines of an export as they are checked: one model for each kind, texts by the rules of the API.

A member that no model has is refused: a misspelt one must not be lost in silence.
"""

from datetime import UTC, datetime, timedelta
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator, ConfigDict, Field, TypeAdapter

from service import clock
from service.api.fields import Body, Line, Note, Request, Text, Thread, WebUrl
from service.api.requests import NewAuthor
from service.comments import reasons
from service.comments.authors import Standing
from service.comments.ids import is_id
from service.comments.model import Event, State
from service.comments.policy_sections import CODES, Action, Code
from service.comments.thread_policy import ThreadPolicy

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_END = datetime(2970, 1, 1, tzinfo=UTC)
_MS = timedelta(milliseconds=1)


def unix_ms(written: object) -> int:
    """Read RFC 3339, exactly; a float of seconds would not be.

    Raises:
        ValueError: it is no time since 1970, or has no zone.

    >>> unix_ms("2025-11-23T12:13:20.007Z")
    1763900000007
    """
    if not isinstance(written, str):
        raise ValueError("must be a time, such as 2026-11-22T08:15:30.120Z")
    time = datetime.fromisoformat(written)
    if time.tzinfo is None or not _EPOCH <= time < _END:
        raise ValueError("must have a zone, such as Z, and lie between 1970 and 2970")
    return (time - _EPOCH) // _MS


def _not_ahead(ms: int) -> int:
    """What happened has happened: a later time would hold up every step that comes after."""
    if ms > clock.unix_ms() + 86_400_000:
        raise ValueError("must not lie ahead")
    return ms


def _id(text: str) -> str:
    if not is_id(text):
        raise ValueError("must be the id of a comment")
    return text


def _reason(code: str) -> str:
    if code not in CODES and code not in reasons.MODERATOR_REASONS:
        raise ValueError("must be the code of a finding, or a moderator's reason")
    return code


Time = Annotated[int, BeforeValidator(unix_ms)]
PastTime = Annotated[Time, AfterValidator(_not_ahead)]
Id = Annotated[str, AfterValidator(_id)]
Reason = Annotated[str, AfterValidator(_reason)]
Name = Annotated[Line, Field(min_length=1, max_length=80)]
Title = Annotated[Line, Field(min_length=1, max_length=300)]
Score = Annotated[float, Field(ge=0, le=1)]
Offset = Annotated[int, Field(ge=0)]


class Fields(Request):
    """JSON's own types and no others: "yes" is no boolean, "3" no number."""

    model_config = ConfigDict(strict=True)


class FindingFields(Fields):
    """What a check saw, and what the policy made of it."""

    check: Annotated[Text, Field(max_length=80)]
    code: Code
    action: Action
    score: Score
    spans: tuple[tuple[Offset, Offset], ...] = ()


class EntryFields(Fields):
    """One step in a comment's life."""

    event: Event
    to: State
    by: Name
    at: PastTime
    key_id: Annotated[Text | None, Field(max_length=80)] = None
    text: Body | None = None
    reason: Reason | None = None
    message: Note | None = None
    note: Note | None = None
    findings: tuple[FindingFields, ...] = ()
    suggestion: Text | None = None
    risk: Score = 0.0
    cluster: Id | None = None


class SiteLine(Fields):
    kind: Literal["site"]
    id: Annotated[str, Field(pattern=r"^[a-z0-9-]{1,40}$")]
    name: Name
    created_at: PastTime
    policy: dict[str, Any] = Field(default={})


class ThreadLine(Fields):
    """What a website said of an article; `revision` counts how often."""

    kind: Literal["thread"]
    thread: Thread
    title: Title | None = None
    url: WebUrl | None = None
    open: bool = True
    policy: ThreadPolicy = ThreadPolicy()
    revision: Annotated[int, Field(ge=0, le=2**31)] = 0


class StandingLine(Fields):
    kind: Literal["standing"]
    author: Annotated[Text, Field(min_length=1, max_length=254)]
    standing: Standing
    until: Time | None = None
    note: Note | None = None
    by: Name | None = None


class CommentLine(Fields):
    """A comment as its log; `author` is null once it is erased."""

    kind: Literal["comment"]
    id: Id
    thread: Thread
    author: NewAuthor | None
    path: tuple[Id, ...] = ()
    newsroom: bool = False
    root_place: Time | None = None
    log: tuple[EntryFields, ...]


class EndLine(Fields):
    """The last line: whoever reads it has the whole file."""

    kind: Literal["end"]


AnyLine = SiteLine | ThreadLine | StandingLine | CommentLine | EndLine
LINE: TypeAdapter[AnyLine] = TypeAdapter(Annotated[AnyLine, Field(discriminator="kind")])
