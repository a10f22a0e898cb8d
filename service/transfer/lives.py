"""Whether a log could be the life of a comment, by the table of `service.comments.lifecycle`.

What is imported was not watched while it happened, so it is held against the table once, as a whole.
"""

from collections.abc import Sequence

from service.comments.lifecycle import DECISIONS, TRANSITIONS
from service.comments.model import READERS_WORDS, Entry, Event, State


def check(log: Sequence[Entry]) -> None:
    """Raises: ValueError, naming the first entry that cannot be and why."""
    if not log:
        raise ValueError("log: is empty")
    for index in range(len(log)):
        if wrong := _wrong(log, index):
            raise ValueError(f"log.{index}: {wrong}")


def _wrong(log: Sequence[Entry], index: int) -> str | None:
    entry = log[index]
    before = log[index - 1] if index else None
    state = before.to if before else None
    targets, _ = TRANSITIONS.get((state, entry.event), (frozenset[State](), frozenset()))
    if entry.to not in targets or not _undoes(log, index):
        return f"a comment that is {state or 'not there yet'} cannot be {entry.event} to be {entry.to}"
    if before is not None and entry.at < before.at:
        return "is earlier than the entry before it"
    return _wrong_words(entry, erased=log[-1].event is Event.ERASED)


def _undoes(log: Sequence[Entry], index: int) -> bool:
    """Whether an undo follows a decision and leads back to where the comment stood before it."""
    if log[index].event is not Event.UNDONE:
        return True
    return log[index - 1].event in DECISIONS and log[index].to is log[index - 2].to


def _wrong_words(entry: Entry, *, erased: bool) -> str | None:
    """An erased comment has no words left in any entry; any other has the reader's where the reader spoke."""
    if erased:
        words = (entry.text, entry.message, entry.note, entry.suggestion)
        return "an erased comment holds words" if any(words) or entry.findings else None
    return "has no text" if entry.event in READERS_WORDS and entry.text is None else None
