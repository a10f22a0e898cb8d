"""What one step of a comment adds to its site's statistics; what is kept of them is the store's affair.

A step counts on the day on which it happened. What a decision said of the checks is taken back when the
decision is undone; everything else counts what happened, taken back or not.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from service.comments.durations import COARSE, bucket_of
from service.comments.lifecycle import DECISIONS
from service.comments.model import READERS_WORDS, Comment, Entry, Event, State, present_after

DECIDED = tuple(event.value for event in (*sorted(DECISIONS), Event.UNDONE))
"""What statistics count as a moderator's decision."""

_CLOSING = (Event.APPROVED, Event.REJECTED)
_OUTCOMES = (State.PENDING, State.PUBLISHED, State.REJECTED)


@dataclass(frozen=True, slots=True)
class Count:
    """One figure that grows.

    Attributes:
        at: when it happened, unix ms.
        what: the figure: `received`, `decided` (approvals and rejections), or a kind and what it is of:
            `state`, `code`, `decision` (event, moderator), `wait` and, coarse,
            `waited` (see `durations`), `agreement` (said, code).
        by: how much it grows, -1 where something is taken back.
    """

    at: int
    what: tuple[str, ...]
    by: int = 1


def counts(comment: Comment, version: int) -> Iterator[Count]:
    """What the step that made a version adds.

    >>> from service.comments.model import Author
    >>> sent = Entry(Event.SUBMITTED, State.QUEUED, "web", 0)
    >>> judged = Entry(Event.JUDGED, State.PENDING, "worker", 9)
    >>> comment = Comment("bao", "1", "t", Author("An"), (sent, judged))
    >>> [":".join(count.what) for count in counts(comment, 2)]
    ['state:pending']
    """
    log = comment.log[:version]
    entry, before = log[-1], present_after(log[:-1])
    if entry.event is Event.SUBMITTED:
        yield Count(entry.at, ("received",))
    if entry.to in _OUTCOMES and entry.to is not before.state:
        yield Count(entry.at, ("state", entry.to.value))
    for code in dict.fromkeys(finding.code for finding in entry.findings if finding.action != "ignore"):
        yield Count(entry.at, ("code", code))
    if entry.event in DECIDED:
        yield Count(entry.at, ("decision", entry.event.value, entry.by))
    if entry.event in _CLOSING:
        yield Count(entry.at, ("decided",))
    waited = waited_ms(log)
    if waited is not None:
        yield Count(entry.at, ("wait", str(bucket_of(waited))))
        yield Count(entry.at, ("waited", str(bucket_of(waited) // COARSE)))
    yield from _agreement(log)


def waited_ms(log: Sequence[Entry]) -> int | None:
    """How long the reader's text waited for a moderator, ms, if this is the first decision on it."""
    entry = log[-1]
    if entry.event not in _CLOSING or log[-2].to is not State.PENDING:
        return None
    for earlier in reversed(log[:-1]):
        if earlier.event in _CLOSING:
            return None
        if earlier.event in READERS_WORDS:
            return max(0, entry.at - earlier.at)
    return None


def judged_after_ms(log: Sequence[Entry]) -> int | None:
    """How long the reader's text waited for its verdict, if the latest step is one."""
    if log[-1].event is not Event.JUDGED:
        return None
    sent = next(entry for entry in reversed(log) if entry.event in READERS_WORDS)
    return max(0, log[-1].at - sent.at)


def _agreement(log: Sequence[Entry]) -> Iterator[Count]:
    """What a decision says of the checks, or an undo takes back."""
    if log[-1].event is Event.UNDONE:
        for count in _opinion(log[:-1]):
            yield Count(count.at, count.what, -1)
    else:
        yield from _opinion(log)


def _opinion(log: Sequence[Entry]) -> Iterator[Count]:
    """A flagged comment that is rejected upholds its flags, one approved as it is overrules them; a check's
    rejection is overruled by whoever reopens it."""
    entry, before = log[-1], present_after(log[:-1])
    said, action = "overruled", "flag"
    if entry.event is Event.REJECTED and before.state is State.PENDING:
        said = "upheld"
    elif entry.event is Event.REOPENED and before.by_check:
        action = "reject"
    elif entry.event is not Event.APPROVED or entry.text is not None or before.edited:
        return
    for code in dict.fromkeys(finding.code for finding in before.findings if finding.action == action):
        yield Count(entry.at, ("agreement", said, code))
