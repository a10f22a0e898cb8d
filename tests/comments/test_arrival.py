"""What is made straight of a comment that has just come is what is made of it as a comment."""

import orjson
from hypothesis import given
from hypothesis import strategies as st

from service.comments import record
from service.comments.arrival import Arrival
from service.comments.model import Author, Comment, Entry, Event, State
from service.comments.views import website_view
from service.judging.text import clean, visible

texts = st.text(max_size=20)
said = st.none() | texts
paths = st.lists(texts, max_size=3).map(tuple)


@given(st.builds(Author, texts, said, said, said, said), texts, texts, paths, st.integers(0, 2**42))
def test_record_and_answer_are_those_of_a_comment_with_one_entry(
    author: Author, thread: str, typed: str, path: tuple[str, ...], at: int
) -> None:
    text, parent = clean(typed), path[-1] if path else None
    came = Arrival("bao", "an-id", thread, author, text, visible(text), "Báo", at, parent, path)
    entry = Entry(Event.SUBMITTED, State.QUEUED, "Báo", at, text=text)
    comment = Comment("bao", "an-id", thread, author, (entry,), parent, path)
    assert record.load("bao", "an-id", came.record()) == comment
    assert record.header(came.record()) == (1, "queued")
    assert orjson.loads(came.answer()) == orjson.loads(orjson.dumps(website_view(comment, "vi")))
