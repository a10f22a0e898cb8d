"""Texts find the earlier ones that may be like them: those that share a band of their fingerprints."""

import asyncio
import re

import pytest

from service.comments import ids
from service.comments.model import Author, Comment, Entry, Event, State
from service.store.likeness import Candidates
from service.store.store import Store

NOW = 1_763_900_000_000
HOUR_MS = 3_600_000

LOAN = "Cho vay tiền nhanh trong ngày, chỉ cần căn cước, gọi số này nhé"
LOAN_AND_MORE = f"{LOAN} các bạn"
"""It shares three of eight bands with it, the first among them."""

LOAN_AND_YET_MORE = f"{LOAN} các bạn ơi"
"""It shares two with the first, and with the second more; the first band with none."""

OTHER = "Bài viết rất hay và bổ ích, mong tòa soạn có thêm nhiều bài như thế"


def comment(number: int, text: str, at: int = NOW) -> Comment:
    log = (Entry(Event.SUBMITTED, State.QUEUED, "web", at, text=text),)
    return Comment("bao", ids.new_id("a", NOW + number, number), "a", Author("An"), log)


async def enter(store: Store, one: Comment) -> Candidates:
    return await store.likeness.enter(one, window_ms=HOUR_MS)


async def scripts_run(store: Store) -> int:
    told = (await store.commands.run("INFO", "commandstats")).decode()
    found = re.search(r"cmdstat_evalsha:calls=(\d+)", told)
    return int(found[1]) if found else 0


async def test_a_text_finds_those_that_share_a_band_and_first_those_that_share_most(store: Store) -> None:
    texts = [OTHER, LOAN, LOAN_AND_YET_MORE]
    first = [comment(number, text) for number, text in enumerate(texts)]
    for one in first:
        await enter(store, one)
    _, same, more = [one.id for one in first]
    assert (await enter(store, comment(3, LOAN))).ids == [same, more]
    assert (await enter(store, comment(4, OTHER))).ids == [first[0].id]


async def test_only_what_the_first_band_had_is_before(store: Store) -> None:
    one = comment(0, LOAN)
    assert await enter(store, one) == Candidates([], entered=True)
    assert await enter(store, comment(1, LOAN_AND_MORE)) == Candidates([one.id], True, frozenset([one.id]))
    later = await enter(store, comment(2, LOAN_AND_YET_MORE))
    assert one.id in later.ids
    assert (later.entered, later.before) == (True, frozenset())


async def test_of_copies_entered_at_one_moment_each_but_one_has_another_before_it(store: Store) -> None:
    copies = [comment(number, LOAN) for number in range(5)]
    found = await asyncio.gather(*(enter(store, one) for one in copies))
    assert sorted(len(one.before) for one in found) == [0, 1, 2, 3, 4]


async def test_a_text_that_is_entered_again_is_told_what_is_there_and_that_it_was_known(store: Store) -> None:
    one, other = comment(0, LOAN), comment(1, LOAN)
    for entered in (one, other):
        await enter(store, entered)
    assert await enter(store, one) == Candidates([other.id], entered=False)
    assert (await enter(store, comment(2, LOAN))).ids == [other.id, one.id]


async def test_a_text_is_forgotten_after_the_window(store: Store) -> None:
    await enter(store, comment(0, LOAN))
    late = comment(1, LOAN, at=NOW + HOUR_MS)
    assert (await enter(store, late)).ids == []
    assert (await enter(store, comment(2, LOAN, at=NOW + HOUR_MS))).ids == [late.id]


async def test_what_is_too_old_is_dropped_in_whatever_order_it_came(store: Store) -> None:
    newer, older = comment(0, LOAN, at=NOW + 10), comment(1, LOAN, at=NOW)
    for one in (newer, older):
        await enter(store, one)
    assert (await enter(store, comment(2, LOAN, at=NOW + HOUR_MS))).ids == [newer.id]


async def test_of_a_wave_the_latest_are_told(store: Store) -> None:
    wave = [comment(number, LOAN, at=NOW + number) for number in range(14)]
    for one in wave:
        await enter(store, one)
    assert (await enter(store, comment(14, LOAN, at=NOW + 14))).ids == [one.id for one in wave[:3:-1]]


async def test_what_is_taken_out_is_told_no_more(store: Store) -> None:
    one, other = comment(0, LOAN), comment(1, LOAN)
    for entered in (one, other):
        await enter(store, entered)
    await store.likeness.forget(one)
    assert (await enter(store, comment(2, LOAN))).ids == [other.id]
    await store.likeness.forget(one)


@pytest.mark.one_server
async def test_one_server_is_asked_once_of_all_bands_and_of_a_short_text_not_at_all(store: Store) -> None:
    await enter(store, comment(0, LOAN))
    before = await scripts_run(store)
    await enter(store, comment(1, LOAN))
    assert await scripts_run(store) - before == 1
    assert await enter(store, comment(2, "Bài viết rất hay")) == Candidates()
    assert await scripts_run(store) - before == 1
