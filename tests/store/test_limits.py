"""Limits count what passed within their time, by the store's clock, and against nobody what they refused."""

from collections.abc import AsyncIterator

import pytest

from service.comments.rates import Rate
from service.errors import RateLimited
from service.store import keys
from service.store.limits import LimitStore
from service.store.wire import Wire

WHO = "author an"


@pytest.fixture
async def wire(redis_url: str) -> AsyncIterator[Wire]:
    made = Wire(redis_url)
    yield made
    await made.close()


@pytest.fixture
def limits(wire: Wire) -> LimitStore:
    return LimitStore(wire)


async def passes(limits: LimitStore, *limited: tuple[str, Rate]) -> bool:
    try:
        await limits.check("bao", limited)
    except RateLimited:
        return False
    return True


async def passed_before(wire: Wire, rate: Rate, *ago_ms: int) -> None:
    """Let some have passed so long ago, the longest first; negative: by a clock that went back since."""
    seconds, micros = await wire.run("TIME")
    now_ms = int(seconds) * 1000 + int(micros) // 1000
    await wire.run("RPUSH", keys.limit("bao", WHO, rate.per_s), *(now_ms - ago for ago in ago_ms))


async def test_no_more_than_the_count_pass_in_any_stretch_of_the_time(limits: LimitStore, wire: Wire) -> None:
    rate = Rate(3, 60)
    await passed_before(wire, rate, 59_000, 30_000, 1_000)
    with pytest.raises(RateLimited) as refused:
        await limits.check("bao", [(WHO, rate)])
    assert refused.value.retry_after_s == 1, "then the first of the three is a minute old"


async def test_what_is_older_than_the_time_no_longer_counts(limits: LimitStore, wire: Wire) -> None:
    rate = Rate(3, 60)
    await passed_before(wire, rate, 60_000, 30_000, 1_000)
    assert [await passes(limits, (WHO, rate)) for _ in range(2)] == [True, False]


async def test_a_clock_that_went_back_refuses_nobody(limits: LimitStore, wire: Wire) -> None:
    rate = Rate(2, 60)
    await passed_before(wire, rate, -3_600_000, -3_600_000)
    assert [await passes(limits, (WHO, rate)) for _ in range(3)] == [True, True, False]


async def test_what_one_limit_refuses_counts_for_none_behind_it(limits: LimitStore) -> None:
    author, site = Rate(5, 60), Rate(20, 60)
    passed = [await passes(limits, ("author spam", author), ("site", site)) for _ in range(100)]
    assert passed.count(True) == 5
    others = [await passes(limits, (f"author {n}", author), ("site", site)) for n in range(16)]
    assert others == [True] * 15 + [False]


async def test_a_changed_count_holds_for_what_passed_before(limits: LimitStore) -> None:
    assert [await passes(limits, (WHO, Rate(4, 60))) for _ in range(4)] == [True] * 4
    assert not await passes(limits, (WHO, Rate(2, 60)))
    assert [await passes(limits, (WHO, Rate(5, 60))) for _ in range(2)] == [True, False]


async def test_a_limit_is_forgotten_when_its_time_is_over(limits: LimitStore, wire: Wire) -> None:
    await limits.check("bao", [(WHO, Rate(4, 60))])
    assert 0 < await wire.run("PTTL", keys.limit("bao", WHO, 60)) <= 60_000
