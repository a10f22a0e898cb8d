"""Replies are attached where the policy allows it."""

import pytest

from service.comments.model import Author, Comment, Entry, Event, State
from service.comments.placement import Place, below


def at(*path: str) -> Comment:
    *above, own = path
    entry = Entry(Event.SUBMITTED, State.QUEUED, "w", 1, text="a")
    return Comment("bao", own, "t", Author("A"), (entry,), above[-1] if above else None, tuple(above))


@pytest.mark.parametrize(
    ("parent", "depth", "place"),
    [
        (at("a"), 3, Place("a", ("a",))),
        (at("a", "b"), 3, Place("b", ("a", "b"))),
        (at("a", "b", "c"), 3, Place("c", ("a", "b", "c"))),
        (at("a", "b", "c", "d"), 3, Place("c", ("a", "b", "c"))),
        (at("a", "b", "c", "d"), 1, Place("a", ("a",))),
    ],
)
def test_a_reply_goes_as_deep_as_allowed(parent: Comment, depth: int, place: Place) -> None:
    assert below(parent, depth) == place
