"""Limits let a burst pass, then one at a time, by the store's clock; what they refuse counts for nothing."""

from collections.abc import AsyncIterator

import pytest

from service.comments.rates import Rate
from service.errors import RateLimited
from service.store import keys
from service.store.connection import commands
from service.store.limits import Left, Limit, LimitStore
from service.store.wire import Commands

WHO = "author an"


@pytest.fixture
async def wire(redis_url: str) -> AsyncIterator[Commands]:
    made = commands(redis_url)
    yield made
    await made.close()


@pytest.fixture
def limits(wire: Commands) -> LimitStore:
    return LimitStore(wire)


def limit(rate: Rate, who: str = WHO) -> Limit:
    return Limit("author", who, rate)


async def left(limits: LimitStore, *limited: Limit) -> list[int] | None:
    """What each still lets pass; None where one refused."""
    try:
        return [one.many for one in await limits.check("bao", limited)]
    except RateLimited:
        return None


async def passes(limits: LimitStore, *limited: Limit) -> bool:
    return await left(limits, *limited) is not None


async def whole_in(wire: Commands, ms: float, who: str = WHO) -> None:
    """Let the whole count be there again in so many ms; negative: some time ago."""
    seconds, micros = await wire.run("TIME")
    at = int(seconds) * 1_000_000 + int(micros) + round(ms * 1000)
    await wire.run("SET", keys.limit("bao", who), at)


async def test_the_whole_count_may_pass_at_once_and_no_more(limits: LimitStore) -> None:
    rate = limit(Rate(7, 3_600))
    assert [await left(limits, rate) for _ in range(9)] == [[6], [5], [4], [3], [2], [1], [0], None, None]


async def test_behind_a_burst_one_passes_each_time_its_share_of_the_time_is_over(
    limits: LimitStore, wire: Commands
) -> None:
    rate = limit(Rate(30, 60))
    await whole_in(wire, 60_000 - 2_000)
    assert [await passes(limits, rate) for _ in range(2)] == [True, False]
    await whole_in(wire, 60_000 - 5_900)
    assert [await passes(limits, rate) for _ in range(3)] == [True, True, False]


async def test_the_wait_that_is_told_is_enough_and_no_second_too_long(
    limits: LimitStore, wire: Commands
) -> None:
    rate = limit(Rate(3, 60))
    for over_ms, told_s in ((20_000, 20), (19_400, 20), (18_900, 19), (900, 1)):
        await whole_in(wire, 40_000 + over_ms)
        with pytest.raises(RateLimited) as refused:
            await limits.check("bao", [rate])
        assert refused.value.retry_after_s == told_s
        assert refused.value.headers["RateLimit"] == f'"author";r=0;t={told_s}'
        await whole_in(wire, 40_000 + over_ms - told_s * 1000)
        assert await passes(limits, rate)


async def test_what_is_left_is_told_with_the_time_until_there_is_more(
    limits: LimitStore, wire: Commands
) -> None:
    rate = limit(Rate(30, 60))
    assert await limits.check("bao", [rate]) == [Left(rate, 29, 2_000)]
    await whole_in(wire, 10_500)
    [told] = await limits.check("bao", [rate])
    assert told.many == 23
    assert 300 < told.more_in_ms <= 500


async def test_what_went_by_long_ago_saves_up_nothing(limits: LimitStore, wire: Commands) -> None:
    await whole_in(wire, -3_600_000)
    assert await left(limits, limit(Rate(3, 60))) == [2]


async def test_a_clock_that_went_back_refuses_nobody(limits: LimitStore, wire: Commands) -> None:
    await whole_in(wire, 3_600_000)
    assert [await passes(limits, limit(Rate(2, 60))) for _ in range(3)] == [True, True, False]


async def test_what_one_limit_refuses_counts_for_none_behind_it(limits: LimitStore) -> None:
    author, site = Rate(5, 60), limit(Rate(20, 3_600), "site")
    passed = [await passes(limits, limit(author, "author spam"), site) for _ in range(100)]
    assert passed.count(True) == 5
    others = [await passes(limits, limit(author, f"author {n}"), site) for n in range(16)]
    assert others == [True] * 15 + [False]


async def test_limits_of_one_site_are_not_those_of_another(limits: LimitStore) -> None:
    rate = limit(Rate(1, 3_600))
    assert [await passes(limits, rate) for _ in range(2)] == [True, False]
    assert await limits.check("khac", [rate])


async def test_a_stricter_rate_holds_for_what_passed_before(limits: LimitStore) -> None:
    assert [await passes(limits, limit(Rate(4, 60))) for _ in range(4)] == [True] * 4
    assert not await passes(limits, limit(Rate(2, 60)))
    assert not await passes(limits, limit(Rate(1, 3_600)))


async def test_a_looser_rate_does_not_make_anybody_wait_by_the_one_before(limits: LimitStore) -> None:
    assert [await passes(limits, limit(Rate(2, 3_600))) for _ in range(3)] == [True, True, False]
    assert await passes(limits, limit(Rate(2, 60)))


async def test_a_limit_keeps_one_number_and_is_forgotten_when_its_time_is_over(
    limits: LimitStore, wire: Commands
) -> None:
    for _ in range(4):
        await limits.check("bao", [limit(Rate(400, 60))])
    name = keys.limit("bao", WHO)
    assert await wire.run("STRLEN", name) == 16
    assert 0 < await wire.run("PTTL", name) <= 600
