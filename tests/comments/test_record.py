"""What is stored is read back as it was, whatever a comment has lived through."""

import re

from hypothesis import given, settings
from hypothesis import strategies as st

from service.comments import ids, lifecycle, record
from service.comments.model import ActedFinding, Author, Comment, Entry, Event, State
from service.errors import InvalidTransition

NOW = 1_763_900_000_000
words = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
maybe = st.none() | words
findings = st.builds(
    ActedFinding,
    check=words,
    code=st.sampled_from(["link", "spam"]),
    action=st.sampled_from(["flag", "ignore"]),
    score=st.floats(0, 1),
    spans=st.lists(st.tuples(st.integers(0, 9), st.integers(10, 99)), max_size=3).map(tuple),
)
entries = st.builds(
    Entry,
    event=st.sampled_from([e for e in Event if e not in (Event.SUBMITTED, Event.ERASED, Event.UNDONE)]),
    to=st.sampled_from([s for s in State if s is not State.ERASED]),
    by=words,
    at=st.integers(NOW, NOW + 10**9),
    key_id=maybe,
    text=maybe,
    reason=maybe,
    message=maybe,
    note=maybe,
    findings=st.lists(findings, max_size=3).map(tuple),
    suggestion=maybe,
    risk=st.floats(0, 1),
    cluster=maybe,
)
authors = st.builds(Author, name=words, id=maybe, email=maybe, ip=maybe, user_agent=maybe)
first = words.map(lambda text: Entry(Event.SUBMITTED, State.QUEUED, "web", NOW, text=text))
comments = st.builds(
    lambda author, thread, first, log: Comment(
        "bao", "0snc520w023eg000000007", thread, author, (first, *log)
    ),
    authors,
    words,
    first,
    st.lists(entries, max_size=6),
)


@given(comments)
def test_a_record_is_read_back_as_it_was(comment: Comment) -> None:
    read = record.load(comment.site, comment.id, record.dump(comment))
    assert read == comment
    assert read.now == comment.now


@given(comments)
def test_scripts_find_version_and_state_in_front(comment: Comment) -> None:
    stored = record.dump(comment)
    header = re.match(rb"^(\d+) ([a-z]+)\n", stored)
    assert header is not None
    assert (int(header[1]), header[2].decode()) == (comment.version, comment.state) == record.header(stored)


def test_a_record_of_format_1_is_read_as_it_was() -> None:
    stored = (
        b'{"version":2,"state":"pending","thread":"t","author":{"name":"Lan"},'
        b'"log":[["submitted","queued","web",1,{"text":"Hay"}],["judged","pending","worker",2]]}'
    )
    first = Entry(Event.SUBMITTED, State.QUEUED, "web", 1, text="Hay")
    judged = Entry(Event.JUDGED, State.PENDING, "worker", 2)
    assert record.load("bao", "a", stored) == Comment("bao", "a", "t", Author("Lan"), (first, judged))
    assert record.header(stored) == (2, "pending")


def test_a_reply_keeps_its_place() -> None:
    entry = Entry(Event.REPLIED, State.PUBLISHED, "Lan", NOW, text="Cảm ơn bạn")
    reply = Comment("bao", "b", "t", Author("Tòa soạn"), (entry,), "p", ("r", "p"), newsroom=True)
    assert record.load("bao", "b", record.dump(reply)) == reply
    assert reply.root_id == "r"


@given(comments, words)
def test_nothing_of_an_erased_comment_is_left_in_its_record(comment: Comment, secret: str) -> None:
    hidden = f"mật<{secret}>mật"
    told = comment.with_entry(
        Entry(Event.JUDGED, State.PENDING, "worker", NOW, text=hidden, note=hidden, message=hidden)
    )
    erased = lifecycle.erase(told, by="web", at=NOW)
    assert "mật".encode() not in record.document(erased)


@settings(max_examples=300)
@given(st.integers(0, 2**46 - 1), st.integers(0, 2**48 - 1), words)
def test_an_id_carries_its_time_and_its_threads_hash(now_ms: int, chance: int, thread: str) -> None:
    made = ids.new_id(thread, now_ms, chance)
    assert ids.is_id(made)
    assert (ids.id_time_ms(made), ids.id_hash(made)) == (now_ms, ids.thread_hash(thread))


def test_ids_sort_by_time() -> None:
    made = [ids.new_id("t", now_ms, 2**48 - now_ms) for now_ms in range(1_000, 9_000, 37)]
    assert made == sorted(made)


@given(st.lists(st.tuples(st.sampled_from(Event), st.sampled_from(State)), max_size=12))
def test_any_sequence_of_moves_keeps_the_promises_of_every_state(
    asked: list[tuple[Event, State]],
) -> None:
    comment = Comment(
        "bao", "b", "t", Author("A"), (Entry(Event.SUBMITTED, State.QUEUED, "w", NOW, text="a"),)
    )
    for event, to in asked:
        comment = _tried(comment, event, to)
        now = comment.now
        assert (now.published_at is not None) == (now.state is State.PUBLISHED)
        assert now.reason is None or now.state is State.REJECTED
        assert comment.version == len(comment.log)


def _tried(comment: Comment, event: Event, to: State) -> Comment:
    """One step if the table has it, by whoever may take it."""
    at = comment.updated_at + 1
    try:
        if event is Event.UNDONE:
            return lifecycle.undo(comment, by="Lan", key_id="k1", at=at)
        if event is Event.REVISED:
            return lifecycle.revise(comment, "b", by="w", at=at)
        if event is Event.ERASED:
            return lifecycle.erase(comment, by="w", at=at)
        entry = Entry(event, to, "Lan", at, key_id="k1", reason="spam" if to is State.REJECTED else None)
        actor = lifecycle.Actor.WORKER if event is Event.JUDGED else lifecycle.Actor.MODERATOR
        return lifecycle.move(comment, entry, actor)
    except InvalidTransition:
        return comment
