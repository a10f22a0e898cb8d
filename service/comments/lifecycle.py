"""The life of a comment as one table (contract, section 2): what may happen to it in which state, by whom.

Every change of a comment is made here, on a comment in memory; the store then commits it or finds that it has
changed meanwhile. A pair that is not in the table is an `InvalidTransition` and changes nothing.
"""

from collections.abc import Mapping
from dataclasses import replace
from enum import StrEnum
from types import MappingProxyType

from service.comments.model import NOBODY, Author, Comment, Entry, Event, State
from service.errors import InvalidTransition


class Actor(StrEnum):
    """Who makes a move."""

    WEBSITE = "website"
    WORKER = "worker"
    MODERATOR = "moderator"


UNDO_WITHIN_MS = 60_000
"""How long a moderator can take back a decision (contract, section 2)."""

_Q, _PE, _PU, _R, _E = State.QUEUED, State.PENDING, State.PUBLISHED, State.REJECTED, State.ERASED
_SAME_OR_BEFORE = frozenset({_PE, _PU, _R})

TRANSITIONS: Mapping[tuple[State | None, Event], tuple[frozenset[State], frozenset[Actor]]] = (
    MappingProxyType(
        {
            (None, Event.SUBMITTED): (frozenset({_Q}), frozenset({Actor.WEBSITE})),
            (None, Event.REPLIED): (frozenset({_PU}), frozenset({Actor.MODERATOR})),
            (_Q, Event.JUDGED): (frozenset({_PE, _R, _PU}), frozenset({Actor.WORKER})),
            (_PE, Event.APPROVED): (frozenset({_PU}), frozenset({Actor.MODERATOR})),
            (_PE, Event.REJECTED): (frozenset({_R}), frozenset({Actor.MODERATOR})),
            (_PU, Event.REJECTED): (frozenset({_R}), frozenset({Actor.MODERATOR})),
            (_PE, Event.EDITED): (frozenset({_PE}), frozenset({Actor.MODERATOR})),
            (_PU, Event.EDITED): (frozenset({_PU}), frozenset({Actor.MODERATOR})),
            (_R, Event.REOPENED): (frozenset({_PE}), frozenset({Actor.MODERATOR})),
            (_PE, Event.UNDONE): (_SAME_OR_BEFORE, frozenset({Actor.MODERATOR})),
            (_PU, Event.UNDONE): (_SAME_OR_BEFORE, frozenset({Actor.MODERATOR})),
            (_R, Event.UNDONE): (_SAME_OR_BEFORE, frozenset({Actor.MODERATOR})),
            (_Q, Event.REVISED): (frozenset({_Q}), frozenset({Actor.WEBSITE})),
            (_PE, Event.REVISED): (frozenset({_Q}), frozenset({Actor.WEBSITE})),
            (_R, Event.REVISED): (frozenset({_Q}), frozenset({Actor.WEBSITE})),
            (_PE, Event.FORGOTTEN): (frozenset({_PE}), frozenset({Actor.WORKER})),
            (_PU, Event.FORGOTTEN): (frozenset({_PU}), frozenset({Actor.WORKER})),
            (_R, Event.FORGOTTEN): (frozenset({_R}), frozenset({Actor.WORKER})),
            (_Q, Event.ERASED): (frozenset({_E}), frozenset({Actor.WEBSITE, Actor.WORKER})),
            (_PE, Event.ERASED): (frozenset({_E}), frozenset({Actor.WEBSITE, Actor.WORKER})),
            (_PU, Event.ERASED): (frozenset({_E}), frozenset({Actor.WEBSITE, Actor.WORKER})),
            (_R, Event.ERASED): (frozenset({_E}), frozenset({Actor.WEBSITE, Actor.WORKER})),
        }
    )
)
"""(from, what happens) → (to, by); an undo leads to where the comment stood before the decision.

To the contract's table this adds what its retention of addresses takes: a step that leaves a comment where it
is, so that nobody who read it earlier can write the addresses back, and an export carries that they are gone.
"""

RETENTION = "retention"
"""Who takes out what the policy's retention says: the name in the log."""

DECISIONS = frozenset({Event.APPROVED, Event.REJECTED, Event.EDITED, Event.REOPENED})
"""What a moderator decides, and can take back."""

_REFUSALS = {
    Event.SUBMITTED: "A comment begins once.",
    Event.REPLIED: "A comment begins once.",
    Event.APPROVED: "Only a pending comment can be approved.",
    Event.REJECTED: "Only a pending or published comment can be rejected.",
    Event.EDITED: "Only a pending or published comment can be edited.",
    Event.REOPENED: "Only a rejected comment can be reopened.",
    Event.REVISED: "The reader's text can be changed until a moderator has decided or edited.",
    Event.JUDGED: "Only a queued comment can be judged.",
    Event.UNDONE: "There is no decision of yours to take back.",
    Event.FORGOTTEN: "Only what a worker has judged is looked at by retention.",
    Event.ERASED: "The comment is erased already.",
}


def allowed(state: State | None, event: Event, to: State, actor: Actor) -> bool:
    """Whether the table has this move."""
    targets, actors = TRANSITIONS.get((state, event), (frozenset(), frozenset()))
    return to in targets and actor in actors


def move(comment: Comment, entry: Entry, actor: Actor) -> Comment:
    """Take one step of the table.

    Raises:
        InvalidTransition: the table does not have it.
    """
    if not allowed(comment.state, entry.event, entry.to, actor):
        raise InvalidTransition(_REFUSALS[entry.event], state=comment.state.value)
    return comment.with_entry(entry)


def decide(comment: Comment, entry: Entry) -> Comment:
    """A moderator's decision; for an edit, `entry.to` follows the comment."""
    if entry.event is Event.EDITED:
        entry = entry._replace(to=comment.state)
    return move(comment, entry, Actor.MODERATOR)


def revise(comment: Comment, text: str, *, by: str, at: int) -> Comment:
    """The reader's new text; only before a moderator had a hand in the comment.

    Raises:
        InvalidTransition: a moderator decided (rejected) or edited, or it is published or erased.
    """
    touched = comment.state is State.REJECTED and not comment.now.by_check
    if touched or comment.now.edited:
        raise InvalidTransition(_REFUSALS[Event.REVISED], state=comment.state.value)
    return move(comment, Entry(Event.REVISED, State.QUEUED, by, at, text=text), Actor.WEBSITE)


def undo(comment: Comment, *, by: str, key_id: str, at: int) -> Comment:
    """Take back the decision that is the last thing that happened.

    Raises:
        InvalidTransition: it was no decision, another's, or longer ago than `UNDO_WITHIN_MS`.
    """
    last = comment.log[-1]
    if last.event not in DECISIONS or last.key_id != key_id or at - last.at > UNDO_WITHIN_MS:
        raise InvalidTransition(_REFUSALS[Event.UNDONE], state=comment.state.value)
    before = Comment(comment.site, comment.id, comment.thread, comment.author, comment.log[:-1])
    return move(comment, Entry(Event.UNDONE, before.state, by, at, key_id), Actor.MODERATOR)


def forget(comment: Comment, *, at: int) -> Comment:
    """Take out the e-mail, the address and the user agent; what is shown stays, name and id too."""
    entry = Entry(Event.FORGOTTEN, comment.state, RETENTION, at)
    return replace(move(comment, entry, Actor.WORKER), author=without_addresses(comment.author))


def without_addresses(author: Author) -> Author:
    """What is still known of an author then."""
    return author._replace(email=None, ip=None, user_agent=None)


def erase(comment: Comment, *, by: str, at: int, actor: Actor = Actor.WEBSITE) -> Comment:
    """Leave a tombstone: id, place, times and codes stay; texts, notes and the author go."""
    erased = move(comment, Entry(Event.ERASED, State.ERASED, by, at), actor)
    bare = tuple(_without_words(entry) for entry in erased.log)
    return replace(erased, author=NOBODY, log=bare)


def _without_words(entry: Entry) -> Entry:
    return entry._replace(text=None, message=None, note=None, findings=(), suggestion=None)
