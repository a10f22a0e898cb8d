"""What a comment is: who wrote what where, and the log of all that happened to it.

The log is the record. State, body, findings, reason and times are what the log says, read by
`present_after`, so that history, undo and the present cannot disagree. Nothing here knows HTTP or Redis.

What there is much of is a `NamedTuple`: an approval makes a dozen, and a frozen dataclass takes four times as
long to make.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from typing import NamedTuple

from service.judging.text import visible


class State(StrEnum):
    """Where a comment stands in its life (contract, section 2)."""

    QUEUED = "queued"
    PENDING = "pending"
    PUBLISHED = "published"
    REJECTED = "rejected"
    ERASED = "erased"


class Event(StrEnum):
    """What can happen to a comment."""

    SUBMITTED = "submitted"
    JUDGED = "judged"
    APPROVED = "approved"
    REJECTED = "rejected"
    EDITED = "edited"
    REOPENED = "reopened"
    UNDONE = "undone"
    REVISED = "revised"
    REPLIED = "replied"
    FORGOTTEN = "forgotten"
    ERASED = "erased"


TAKING_OUT = frozenset({Event.FORGOTTEN, Event.ERASED})
"""The events after which less is kept: the addresses of who wrote it are gone, or all but its place."""

READERS_WORDS = frozenset({Event.SUBMITTED, Event.REVISED, Event.REPLIED})
"""The events whose text is the writer's own; any other text is a moderator's edit."""


class ActedFinding(NamedTuple):
    """A finding and what the policy made of it (`reject`, `flag` or `ignore`)."""

    check: str
    code: str
    action: str
    score: float
    spans: tuple[tuple[int, int], ...] = ()


class Author(NamedTuple):
    """Who wrote it, as the website says; all but the name may be unknown."""

    name: str
    id: str | None = None
    email: str | None = None
    ip: str | None = None
    user_agent: str | None = None

    @property
    def addressed(self) -> bool:
        """Whether anything is known that retention takes out: what only moderators see."""
        return any((self.email, self.ip, self.user_agent))


NOBODY = Author(name="")
"""The author of an erased comment."""


class Entry(NamedTuple):
    """One step in a comment's life; the n-th entry made version n.

    Attributes:
        by: name of the key, or `worker`.
        at: unix ms.
        key_id: the moderator's key, since names may repeat; None for anybody else.
        text: what the comment says from now on, as its writer typed it (NFC, hidden characters included).
        message: what the reader is told of a rejection, where the moderator wrote it.
        findings, suggestion, risk: of a verdict.
        cluster: of a verdict: the id of the first of the near-duplicates it was found to belong to.
    """

    event: Event
    to: State
    by: str
    at: int
    key_id: str | None = None
    text: str | None = None
    reason: str | None = None
    message: str | None = None
    note: str | None = None
    findings: tuple[ActedFinding, ...] = ()
    suggestion: str | None = None
    risk: float = 0.0
    cluster: str | None = None


class Present(NamedTuple):
    """How a comment stands after some entry of its log.

    Attributes:
        text: what it says, by whoever wrote that last.
        submitted: the reader's latest revision, written at `submitted_at` (unix ms).
        published_at: unix ms, None unless it is published.
        placed_at: unix ms of the latest publication, kept after it was taken down: its place in the thread.
        by_check: whether the state is a verdict's, not yet a moderator's.
    """

    state: State = State.QUEUED
    text: str = ""
    submitted: str = ""
    submitted_at: int = 0
    edited: bool = False
    findings: tuple[ActedFinding, ...] = ()
    suggestion: str | None = None
    risk: float = 0.0
    cluster: str | None = None
    reason: str | None = None
    message: str | None = None
    published_at: int | None = None
    placed_at: int | None = None
    by_check: bool = False


def present_after(log: Sequence[Entry]) -> Present:
    """Read a log from its first entry to its last."""
    before = now = Present()
    for entry in log:
        before, now = now, before if entry.event is Event.UNDONE else _step(now, entry)
    return now


def _step(was: Present, entry: Entry) -> Present:
    """What one entry, other than an undo, makes of a was."""
    if entry.event is Event.ERASED:
        return Present(state=State.ERASED, placed_at=was.placed_at)
    if entry.event is Event.FORGOTTEN:
        return was
    text = was.text if entry.text is None else entry.text
    readers = entry.event in READERS_WORDS
    judged = entry.event is Event.JUDGED
    published_at = None
    if entry.to is State.PUBLISHED:
        published_at = entry.at if was.published_at is None else was.published_at
    return Present(
        state=entry.to,
        text=text,
        submitted=text if readers else was.submitted,
        submitted_at=entry.at if readers else was.submitted_at,
        edited=False if readers else was.edited or entry.text is not None,
        findings=entry.findings if judged or readers else was.findings,
        suggestion=entry.suggestion if judged or readers else was.suggestion,
        risk=entry.risk if judged or readers else was.risk,
        cluster=entry.cluster if judged or readers else was.cluster,
        reason=_of_rejection(entry, was.reason, entry.reason),
        message=_of_rejection(entry, was.message, entry.message),
        published_at=published_at,
        placed_at=published_at or was.placed_at,
        by_check=judged,
    )


def _of_rejection(entry: Entry, before: str | None, now: str | None) -> str | None:
    """Reason and message belong to a rejection alone, and come with the step that rejects."""
    if entry.to is not State.REJECTED:
        return None
    return now if entry.event in (Event.REJECTED, Event.JUDGED) else before


@dataclass(frozen=True)
class Comment:
    """One comment of one site.

    Attributes:
        parent_id: the published comment it was attached to, or None at the top of the thread.
        path: ids of its ancestors, the one at the top of the thread first.
        newsroom: whether a moderator wrote it in the newsroom's name.
    """

    site: str
    id: str
    thread: str
    author: Author
    log: tuple[Entry, ...]
    parent_id: str | None = None
    path: tuple[str, ...] = ()
    newsroom: bool = False

    @cached_property
    def now(self) -> Present:
        """How it stands."""
        return present_after(self.log)

    @property
    def version(self) -> int:
        return len(self.log)

    @property
    def state(self) -> State:
        return self.log[-1].to

    @property
    def created_at(self) -> int:
        return self.log[0].at

    @property
    def updated_at(self) -> int:
        return self.log[-1].at

    @property
    def settled_at(self) -> int:
        """When it came to stand as it does; that addresses were forgotten since makes no difference."""
        return next(entry.at for entry in reversed(self.log) if entry.event is not Event.FORGOTTEN)

    @property
    def root_id(self) -> str:
        """The comment at the top of the thread below which this one stands; itself when it is at the top."""
        return self.path[0] if self.path else self.id

    @property
    def cluster(self) -> str:
        """What near-duplicates share across authors and threads; alone it is a cluster of one."""
        return self.now.cluster or self.id

    @cached_property
    def body(self) -> str | None:
        """What is shown: nothing that hides; None once erased."""
        if self.state is State.ERASED:
            return None
        return self.now.text if self.now.edited else visible(self.now.text)

    @cached_property
    def original_body(self) -> str | None:
        """The reader's words as they were before a moderator edited them; None where nobody did."""
        return visible(self.now.submitted) if self.now.edited else None

    def with_entry(self, entry: Entry) -> "Comment":
        """The comment one step later; how it stands then is known from how it stood, but for an undo."""
        later = Comment(
            self.site,
            self.id,
            self.thread,
            self.author,
            (*self.log, entry),
            self.parent_id,
            self.path,
            self.newsroom,
        )
        if entry.event is not Event.UNDONE:
            later.__dict__["now"] = _step(self.now, entry)
        return later
