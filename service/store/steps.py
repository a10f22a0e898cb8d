"""A step of a comment, and what `commit.lua` is told of it: keys and arguments, in the order of its header.

Nothing is sent from here; `comments` does that.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from service.comments import record
from service.comments.ids import id_time_ms
from service.comments.model import TAKING_OUT, Comment, Event, State
from service.store import keys
from service.store.places import places
from service.store.scripts import Part
from service.store.wire import Argument


@dataclass(frozen=True, slots=True)
class Step:
    """A comment as it was read (None: new), and as it shall be.

    Attributes:
        silent: whether followers are told nothing of it, since it did not happen now: an import.
        root_place: where the one at the top stands if it is no longer published, unix ms; by default where
            it stood when it came.
        answers: id of the comment that a new one answers, which must still be published; or "".
        key_id: of whoever acts, whom another's claim on the comment stops; "" where no claim does.
    """

    before: Comment | None
    after: Comment
    queue_entry: str = ""
    waiter: str = ""
    silent: bool = False
    root_place: int | None = None
    answers: str = ""
    key_id: str = ""


def commit_part(p: int, steps: Sequence[Step]) -> Part:
    """What `commit.lua` is told of some steps of one partition."""
    names, arguments = [keys.queue(p), keys.events(p), keys.erased(p)], list[Argument]([len(steps)])
    for step in steps:
        after = places(p, step.after)
        before = places(p, step.before) if step.before else {}
        left = [key for key in before if key not in after]
        moved = {key: score for key, score in after.items() if before.get(key) != score}
        names += [*_keys(p, step), *left, *moved]
        arguments += [*_arguments(step, len(left), len(moved)), *moved.values()]
    return Part(names, arguments)


def _keys(p: int, step: Step) -> list[str]:
    after = step.after
    site, root = after.site, after.root_id
    return [
        keys.comment(p, site, after.id),
        keys.comment(p, site, root),
        keys.comment(p, site, step.answers or after.id),
        keys.claim(p, site, after.id),
        keys.thread(p, site, after.thread),
        keys.top(p, site, after.thread),
        keys.replies(p, site, root),
    ]


def _arguments(step: Step, left: int, stands: int) -> list[Argument]:
    before, after = step.before, step.after
    same = before is not None and before.now == after.now  # then its thread has no other page than before
    return [
        before.version if before else 0,
        record.dump(after),
        after.site,
        after.id,
        after.root_id,
        "1" if after.state is State.QUEUED else "",
        "" if step.silent else _event_type(after),
        "1" if before is not None and before.state is State.PUBLISHED and not same else "",
        "" if same else after.now.published_at or "",
        step.root_place or id_time_ms(after.root_id),
        step.queue_entry,
        step.waiter,
        left,
        stands,
        "1" if step.answers else "",
        step.key_id,
        "1" if _takes_out(before, after) else "",
    ]


def _takes_out(before: Comment | None, after: Comment) -> bool:
    """Whether less is kept of a comment than was before; an import may take several steps at once."""
    return before is not None and any(entry.event in TAKING_OUT for entry in after.log[before.version :])


def _event_type(comment: Comment) -> str:
    """The type of the event that a comment's latest entry is to its followers."""
    return "comment.updated" if comment.log[-1].event is Event.EDITED else f"comment.{comment.state}"
