"""The life of a comment, cell by cell, against the contract's table written out once more."""

from itertools import product

import pytest

from service.comments import lifecycle
from service.comments.lifecycle import Actor, allowed
from service.comments.model import Author, Comment, Entry, Event, State
from service.errors import InvalidTransition

CONTRACT = """
    -          submitted  queued     website
    queued     judged     pending    worker
    queued     judged     rejected   worker
    queued     judged     published  worker
    pending    approved   published  moderator
    pending    rejected   rejected   moderator
    published  rejected   rejected   moderator
    pending    edited     pending    moderator
    published  edited     published  moderator
    rejected   reopened   pending    moderator
    pending    undone     pending    moderator
    pending    undone     rejected   moderator
    pending    undone     published  moderator
    published  undone     pending    moderator
    published  undone     published  moderator
    published  undone     rejected   moderator
    rejected   undone     pending    moderator
    rejected   undone     published  moderator
    rejected   undone     rejected   moderator
    queued     revised    queued     website
    pending    revised    queued     website
    rejected   revised    queued     website
    -          replied    published  moderator
    pending    forgotten  pending    worker
    published  forgotten  published  worker
    rejected   forgotten  rejected   worker
    queued     erased     erased     website
    pending    erased     erased     website
    published  erased     erased     website
    rejected   erased     erased     website
    queued     erased     erased     worker
    pending    erased     erased     worker
    published  erased     erased     worker
    rejected   erased     erased     worker
"""
MOVES = {tuple(line.split()) for line in CONTRACT.strip().splitlines()}

NOW = 1_763_900_000_000
READER = Author("Minh Anh", id="u-1", email="a@example.vn", ip="203.0.113.9", user_agent="Trình duyệt")


@pytest.mark.parametrize(("before", "event"), list(product([None, *State], Event)))
def test_each_cell_of_the_table_is_the_contracts(before: State | None, event: Event) -> None:
    for after, actor in product(State, Actor):
        written = (before or "-", event, after, actor) in MOVES
        assert allowed(before, event, after, actor) == written


def test_the_table_has_no_move_that_the_test_forgot() -> None:
    counted = sum(len(after) * len(actors) for after, actors in lifecycle.TRANSITIONS.values())
    assert counted == len(MOVES)


def comment(*log: Entry) -> Comment:
    first = Entry(Event.SUBMITTED, State.QUEUED, "web", NOW, text="Bài viết hay quá!")
    return Comment("bao", "0snc520w023eg000000007", "t", READER, (first, *log))


def judged(state: State, reason: str | None = None) -> Entry:
    return Entry(Event.JUDGED, state, "worker", NOW + 1, reason=reason, suggestion="Bài", risk=0.2)


def decided(event: Event, state: State, at: int = NOW + 2, **said: str) -> Entry:
    return Entry(event, state, "Lan", at, key_id="k1", **said)


PENDING = judged(State.PENDING)
APPROVED = decided(Event.APPROVED, State.PUBLISHED)
REJECTED = decided(Event.REJECTED, State.REJECTED, reason="spam", message="Không đăng.")


def test_a_forbidden_move_says_why_and_changes_nothing() -> None:
    published = comment(PENDING, APPROVED)
    with pytest.raises(InvalidTransition, match="Only a pending comment"):
        lifecycle.decide(published, APPROVED)
    assert published.version == 3


def test_an_edit_leaves_the_comment_where_it_is() -> None:
    edit = decided(Event.EDITED, State.PENDING, text="Bài viết hay!")
    for stands in (comment(PENDING), comment(PENDING, APPROVED)):
        edited = lifecycle.decide(stands, edit)
        assert edited.state is stands.state
        assert (edited.body, edited.original_body) == ("Bài viết hay!", "Bài viết hay quá!")
        assert edited.now.published_at == stands.now.published_at


def test_a_rejection_carries_its_reason_until_it_is_reopened() -> None:
    rejected = comment(PENDING, APPROVED, REJECTED)
    assert (rejected.now.reason, rejected.now.message) == ("spam", "Không đăng.")
    assert rejected.now.published_at is None
    reopened = lifecycle.decide(rejected, decided(Event.REOPENED, State.PENDING))
    assert (reopened.state, reopened.now.reason, reopened.now.message) == (State.PENDING, None, None)


def test_a_revision_drops_the_old_findings_and_is_no_edit() -> None:
    rejected = comment(judged(State.REJECTED, "missing_diacritics"))
    revised = lifecycle.revise(rejected, "Bài viết rất hay!", by="web", at=NOW + 2)
    assert revised.state is State.QUEUED
    assert (revised.body, revised.now.edited, revised.original_body) == ("Bài viết rất hay!", False, None)
    assert (revised.now.findings, revised.now.suggestion, revised.now.reason) == ((), None, None)


@pytest.mark.parametrize(
    "log",
    [
        pytest.param((PENDING, REJECTED), id="a moderator rejected it"),
        pytest.param((PENDING, APPROVED), id="it is published"),
        pytest.param(
            (PENDING, decided(Event.EDITED, State.PENDING, text="Hay!")), id="a moderator edited it"
        ),
    ],
)
def test_a_reader_cannot_revise_what_a_moderator_had_a_hand_in(log: tuple[Entry, ...]) -> None:
    with pytest.raises(InvalidTransition):
        lifecycle.revise(comment(*log), "Mới", by="web", at=NOW + 9)


def test_an_undo_restores_state_text_reason_and_time_of_publication() -> None:
    edited = decided(Event.EDITED, State.PUBLISHED, NOW + 3, text="Hay!")
    before = comment(PENDING, APPROVED)
    for last in (edited, decided(Event.REJECTED, State.REJECTED, NOW + 3, reason="spam")):
        undone = lifecycle.undo(before.with_entry(last), by="Lan", key_id="k1", at=NOW + 4)
        assert undone.now == before.now
        assert undone.version == 5


@pytest.mark.parametrize(
    ("key_id", "at"),
    [("k2", NOW + 4), ("k1", NOW + 2 + lifecycle.UNDO_WITHIN_MS + 1)],
    ids=["another's", "late"],
)
def test_an_undo_that_is_anothers_or_late_is_refused(key_id: str, at: int) -> None:
    with pytest.raises(InvalidTransition):
        lifecycle.undo(comment(PENDING, APPROVED), by="Lan", key_id=key_id, at=at)


def test_an_undo_is_possible_once() -> None:
    undone = lifecycle.undo(comment(PENDING, APPROVED), by="Lan", key_id="k1", at=NOW + 3)
    with pytest.raises(InvalidTransition):
        lifecycle.undo(undone, by="Lan", key_id="k1", at=NOW + 4)


def test_erasing_leaves_place_times_and_codes_but_no_words() -> None:
    noted = decided(Event.REJECTED, State.REJECTED, reason="other", message="Xin lỗi", note="Anh Tư hỏi")
    erased = lifecycle.erase(comment(PENDING, noted), by="web", at=NOW + 5)
    assert erased.body is None
    assert erased.author == Author("")
    for entry in erased.log:
        assert (entry.text, entry.note, entry.message, entry.suggestion, entry.findings) == (None,) * 4 + (
            (),
        )
    assert [entry.event for entry in erased.log] == ["submitted", "judged", "rejected", "erased"]
    with pytest.raises(InvalidTransition):
        lifecycle.erase(erased, by="web", at=NOW + 6)
