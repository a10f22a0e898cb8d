"""Where comments of other systems stand here: beneath what they answer, under one id for good."""

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from service.comments.ids import id_hash, id_time_ms, thread_hash
from service.comments.model import Comment
from service.comments.placement import TOP, below
from service.transfer.formats.foreign import (
    ForeignThread,
)
from service.transfer.records import CommentRecord, Remark
from tests.transfer.adopting import LAN, STATES, THREAD, comment, comments, records
from tests.transfer.foreign import adoption, imported_records, seen
from tests.transfer.sites import NOW, opened


async def test_an_answer_may_come_before_what_it_answers(redis_url: str) -> None:
    async with opened(redis_url) as store:
        tally, told = await imported_records(
            store, [THREAD, comment(3, 2), comment(2, 1), comment(1)], adoption()
        )
    assert (tally.restored, tally.threads, told) == (3, 1, [])
    found = seen(redis_url).by_text
    assert found["Ý kiến số 3"].path == (found["Ý kiến số 1"].id, found["Ý kiến số 2"].id)


@settings(deadline=None, max_examples=60)
@given(st.lists(st.integers(0, 30), min_size=1, max_size=25), st.integers(1, 4), st.randoms())
def test_every_place_is_what_intake_would_have_given(parents: list[int], depth: int, order: Any) -> None:
    """Each comment answers an earlier one or none; the file has them in any order."""
    answers = [parent if parent < number else None for number, parent in enumerate(parents)]
    told = [comment(number, parent) for number, parent in enumerate(answers)]
    order.shuffle(told)
    found = {record.log[0].text: record for record in comments(*told, depth=depth)}
    made: list[Comment] = []
    for number, parent in enumerate(answers):
        record = found[f"Ý kiến số {number}"]
        place = TOP if parent is None else below(made[parent], depth)
        assert record.path == place.path
        made.append(Comment("bao", record.id, "4711", LAN, record.log, place.parent_id, place.path))


def test_an_answer_to_what_is_not_in_the_file_is_told_and_stands_at_the_top() -> None:
    remark, top, answer = records(comment(2, 1), comment(3, 2))[1:]
    assert remark == Remark("answers a comment that is not in the file: it is at the top of its thread")
    assert (top.path, answer.path) == ((), (top.id,))


def test_an_answer_to_a_comment_of_another_thread_stands_at_the_top() -> None:
    other = ForeignThread("t2", id="khac")
    found = comments(other, comment(1), comment(2, 1, thread="t2"))
    assert [record.path for record in found] == [(), ()]


def test_comments_that_answer_one_another_in_a_ring_stand_at_the_top() -> None:
    told = records(comment(1, 3), comment(2, 1), comment(3, 2), comment(4, 4))
    assert [record.path for record in told if isinstance(record, CommentRecord)] == [()] * 4
    assert sum(isinstance(record, Remark) for record in told) == 4


def test_what_answers_a_bad_comment_answers_what_that_one_answers() -> None:
    top, answer = comments(comment(1), comment(2, 1, body=" "), comment(3, 2))
    assert answer.path == (top.id,)


async def test_an_import_can_be_repeated(redis_url: str) -> None:
    told = [THREAD, *(comment(number, state=state) for number, state in enumerate(STATES))]
    async with opened(redis_url) as store:
        first, _ = await imported_records(store, told, adoption())
        before = seen(redis_url).all
        again, _ = await imported_records(store, [THREAD, *told[:0:-1]], adoption())
        assert (first.restored, again.restored, again.left) == (4, 0, 4)
    assert seen(redis_url).all == before


def test_an_id_is_of_its_time_and_thread_and_of_what_the_other_system_calls_it() -> None:
    [one] = comments(comment(1))
    assert (id_time_ms(one.id), id_hash(one.id)) == (NOW - 9_999, thread_hash("4711"))
    assert [record.id for record in comments(comment(1), depth=1)] == [one.id]
    [of_another_format] = comments(comment(1), format="khac")
    [of_another_number] = comments(comment(1, id="one"))
    assert len({one.id, of_another_format.id, of_another_number.id}) == 3
