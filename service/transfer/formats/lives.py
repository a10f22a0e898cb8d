"""The log that a comment of another system gets: a life that could have been lived here, told by `import`.

The other system tells how a comment stands, not how it came to that. Every log is the beginning of one and
the same life, all of it at the time when the comment was written:

    submitted, judged to be **pending**, approved to be **published**, **rejected**, **erased**

So a later export of the other system brings a comment forward, as one of ours does: what waited is published,
what was taken down there is taken down here, what was deleted is erased. It never leads back. What the
newsroom wrote begins with `replied`, which publishes it; while it waits it is a reader's.
"""

from service.comments.model import Entry, Event, State

BY = "import"


def log_of(state: State, text: str, at: int, *, reason: str, newsroom: bool) -> tuple[Entry, ...]:
    """The log of a comment that stands in one of the four states.

    Args:
        text: no word of it stays of what is erased.
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
            Entry(Event.APPROVED, State.PUBLISHED, BY, at),
        ]
    life = [
        *begins,
        Entry(Event.REJECTED, State.REJECTED, BY, at, reason=reason),
        Entry(Event.ERASED, State.ERASED, BY, at),
    ]
    return tuple(life[: next(n for n, entry in enumerate(life, 1) if entry.to is state)])
