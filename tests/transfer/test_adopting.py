"""What other comment systems tell becomes comments of ours: places, ids, states, texts."""

from dataclasses import replace

from service.comments.model import Author, State
from service.transfer.formats.foreign import Foreign, ForeignComment, ForeignThread
from tests.transfer.foreign import adoption, imported_records, seen
from tests.transfer.sites import NOW, opened

THREAD = ForeignThread("t1", id="4711", url="https://bao.vn/4711", title="Kẹt xe")
LAN = Author("Lan", email="lan@example.vn", ip="203.0.113.9")


def comment(number: int, answers: int | None = None, **changes: object) -> ForeignComment:
    parent = None if answers is None else str(answers)
    given = ForeignComment(
        str(number), "t1", LAN, f"Ý kiến số {number}", State.PUBLISHED, NOW - 10_000 + number, parent
    )
    return replace(given, **changes)  # type: ignore[arg-type]


async def test_an_answer_may_come_before_what_it_answers(redis_url: str) -> None:
    async with opened(redis_url) as store:
        records: list[Foreign] = [THREAD, comment(3, 2), comment(2, 1), comment(1)]
        tally, told = await imported_records(store, records, adoption())
    assert (tally.restored, tally.threads, told) == (3, 1, [])
    found = seen(redis_url).by_text
    assert found["Ý kiến số 3"].path == (found["Ý kiến số 1"].id, found["Ý kiến số 2"].id)
