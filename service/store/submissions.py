"""A comment that is submitted, and what `_submit.lua` is told of it: keys and arguments, in its order.

Nothing is sent from here; `comments` does that, and `intake` past limits.
"""

from typing import NamedTuple

from service.comments import record
from service.comments.arrival import Arrival
from service.comments.model import Comment, State
from service.errors import IdempotencyConflict, InvalidParent, InvalidRequest, ThreadClosed
from service.store import keys
from service.store.partitions import Partitions
from service.store.scripts import Refused
from service.store.wire import Argument

IDEMPOTENCY_KEPT_MS = 25 * 3_600_000
"""How long an Idempotency-Key is remembered: for the 24 h of the contract (section 3), and an hour more, so
that what was just sent may be repeated though the server's clock jumps ahead by a day."""

EVENTS_KEPT_MS = 72 * 3_600_000
"""How long followers can be behind; the live stream promises 24 h."""


class Submission(NamedTuple):
    """What `submit` needs beside the comment itself.

    Attributes:
        comment: whole, or as it has just come.
        idempotency_key, digest: of the request; None without a key.
        answers: id of the comment that the reader answered, or ""; the parent in the tree may stand above it.
        length: code points of the body; `shortest` and `longest` are the site's bounds.
        waiter: channel to tell of the verdict, or "".
    """

    comment: Comment | Arrival
    length: int
    shortest: int
    longest: int
    answers: str = ""
    idempotency_key: str | None = None
    digest: str = ""
    title: str = ""
    url: str = ""
    waiter: str = ""


def submit_keys(partitions: Partitions, submission: Submission) -> list[str]:
    """The keys that `_submit.lua` names."""
    comment = submission.comment
    p, site, thread = partitions.of_thread(comment.thread), comment.site, comment.thread
    return [
        keys.comment(p, site, comment.id),
        keys.repeat(p, site, thread, submission.idempotency_key or ""),
        keys.comment(p, site, submission.answers or comment.id),
        keys.thread(p, site, thread),
        keys.listed(p, site, State.QUEUED),
        keys.queue(p),
        keys.events(p),
    ]


def submit_arguments(submission: Submission) -> list[Argument]:
    """The arguments that `_submit.lua` names."""
    comment = submission.comment
    return [
        comment.record() if isinstance(comment, Arrival) else record.dump(comment),
        comment.site,
        comment.id,
        comment.created_at,
        submission.waiter,
        submission.digest,
        IDEMPOTENCY_KEPT_MS,
        "1" if submission.answers else "",
        submission.length,
        submission.shortest,
        submission.longest,
        submission.title,
        submission.url,
        EVENTS_KEPT_MS,
    ]


def refusal(refused: Refused) -> Exception:
    """What a caller is told of a comment that `_submit.lua` did not take in."""
    if refused.code == "invalid_length":
        shortest, longest = refused.detail.split()
        return InvalidRequest([("body", f"must have {shortest} to {longest} characters")])
    problems = {
        "idempotency_conflict": IdempotencyConflict,
        "thread_closed": ThreadClosed,
        "invalid_parent": InvalidParent,
    }
    return problems[refused.code]()
