"""The log that a comment of another system gets: a life that could have been lived here, told by `import`.

The other system tells how a comment stands, not how it came to that. The log therefore says no more than is
needed, all at the time when it was written; and that of what waits is the beginning of that of what was
decided, so that a later export of the other system brings a comment forward, as one of ours does.

=========  =============================================================
pending    submitted, judged to be pending
published  the same, approved
rejected   the same as pending, rejected, with the reason
erased     the same as published, erased; no words, no author
=========  =============================================================

What the newsroom wrote itself begins with `replied`, which publishes it; one that still waits is a reader's.
"""

from service.comments.model import Entry, Event, State

BY = "import"


def log_of(state: State, text: str, at: int, *, reason: str, newsroom: bool) -> tuple[Entry, ...]:
    """The log of a comment that stands in one of the four states.

    Args:
        at: unix ms.
        reason: used where it is rejected.
    """
    words = None if state is State.ERASED else text
    if newsroom and state is not State.PENDING:
        begins = [Entry(Event.REPLIED, State.PUBLISHED, BY, at, text=words)]
    else:
        begins = [
            Entry(Event.SUBMITTED, State.QUEUED, BY, at, text=words),
            Entry(Event.JUDGED, State.PENDING, BY, at),
        ]
    return (*begins, *_decided(state, at, reason, published=newsroom))


def _decided(state: State, at: int, reason: str, *, published: bool) -> tuple[Entry, ...]:
    """The steps after the first ones, which led to pending, or to published."""
    approved = () if published else (Entry(Event.APPROVED, State.PUBLISHED, BY, at),)
    match state:
        case State.PUBLISHED:
            return approved
        case State.REJECTED:
            return (Entry(Event.REJECTED, State.REJECTED, BY, at, reason=reason),)
        case State.ERASED:
            return (*approved, Entry(Event.ERASED, State.ERASED, BY, at))
        case _:
            return ()
