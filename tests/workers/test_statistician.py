"""Every event is counted once: by one statistician or several, and whenever one of them dies."""

import asyncio
import os
import sys
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from service.comments import ids
from service.comments.model import ActedFinding, Author, Comment, Entry, Event, State
from service.errors import Unavailable
from service.store import keys
from service.store.events import EventReader, StoredEvent
from service.store.statistics import HOLD_MS, Counted, day_of
from service.store.steps import Step
from service.store.store import Store
from tests.store.cluster import cluster
from workers.statistician import Statistician

NOON = 1_795_323_600_000  # 2026-11-22 12:00 in Vietnam
DAY = day_of(NOON)
MINUTE = 60_000
LINK = (ActedFinding("link", "link", "flag", 1.0),)


def life(start: int, last: Event = Event.APPROVED, by: str = "Lan") -> tuple[Entry, ...]:
    """A comment with a link that is decided on after five minutes."""
    to = State.PUBLISHED if last is Event.APPROVED else State.REJECTED
    return (
        Entry(Event.SUBMITTED, State.QUEUED, "web", start, text="Mời xem trang của tôi"),
        Entry(Event.JUDGED, State.PENDING, "worker", start + 100, findings=LINK),
        Entry(last, to, by, start + 5 * MINUTE, key_id="k1"),
    )


async def happens(store: Store, number: int, log: tuple[Entry, ...], site: str = "bao") -> None:
    """Store a comment step by step, each with its event."""
    thread, before = f"bai/{number % 40}", None
    comment_id = ids.new_id(thread, log[0].at, number)
    for steps in range(1, len(log) + 1):
        after = Comment(site, comment_id, thread, Author("An"), log[:steps])
        assert await store.comments.commit(Step(before, after))
        before = after


async def happen(store: Store, count: int, start: int = 0) -> None:
    """Comments that are approved by Lan or rejected by Hoa, three events each."""
    for number in range(start, start + count):
        last, by = ((Event.APPROVED, "Lan"), (Event.REJECTED, "Hoa"))[number % 2]
        await happens(store, number, life(NOON, last, by))


@pytest.fixture
async def store(redis_url: str) -> AsyncIterator[Store]:
    opened = Store(redis_url, 16)
    await opened.open()
    yield opened
    await opened.close()


async def figures(store: Store, site: str = "bao") -> dict[str, int]:
    [found] = await store.statistics.days(site, [DAY])
    return {":".join(field): number for field, number in found.items()}


def expected(count: int) -> dict[str, int]:
    """What `happen` comes to."""
    return {
        "received:12": count,
        "decided:12": count,
        "state:pending": count,
        "state:published": count // 2,
        "state:rejected": count // 2,
        "code:link": count,
        "decision:approved:Lan": count // 2,
        "decision:rejected:Hoa": count // 2,
        "wait:132": count,
        "waited:12:33": count,
        "agreement:overruled:link": count // 2,
        "agreement:upheld:link": count // 2,
    }


async def every_event(store: Store) -> dict[int, list[StoredEvent]]:
    """All events, by partition."""
    reader = EventReader(store.url, store.partitions)
    start = (await store.statistics.places())[0]
    try:
        found = [await reader.read(dict.fromkeys(lane, start), 10_000) for lane in reader.lanes]
        return {p: events for some in found for p, events in some.items()}
    finally:
        await reader.close()


async def test_what_happened_is_counted(store: Store) -> None:
    await happen(store, 20)
    await Statistician(store).drain()
    assert await figures(store) == expected(20)


async def test_what_is_counted_is_not_counted_again(store: Store) -> None:
    await happen(store, 20)
    for _ in range(2):
        await Statistician(store).drain()
    await store.commands.run("DEL", keys.READ)  # where it had come to; what the figures hold stays known
    await Statistician(store).drain()
    assert await figures(store) == expected(20)


async def test_batches_that_overlap_in_any_way_count_everything_once(store: Store) -> None:
    await happen(store, 20)
    found, statistician = await every_event(store), Statistician(store)
    for end in (1, 3, 2, 5, 5, 4, 1_000, 7):
        await statistician.count({p: events[:end] for p, events in found.items()})
    assert await figures(store) == expected(20)


async def test_two_that_count_at_the_same_time_count_everything_once(store: Store) -> None:
    await happen(store, 60)
    await asyncio.gather(*(Statistician(store).drain() for _ in range(3)))
    assert await figures(store) == expected(60)


async def test_each_site_has_figures_of_its_own(store: Store) -> None:
    await happens(store, 1, life(NOON), site="bao")
    for number in (2, 3):
        await happens(store, number, life(NOON), site="khac")
    await Statistician(store).drain()
    assert (await figures(store, "bao"))["received:12"] == 1
    assert (await figures(store, "khac"))["received:12"] == 2


async def test_a_day_ends_at_midnight_in_vietnam(store: Store) -> None:
    midnight = NOON + 12 * 60 * MINUTE
    await happens(store, 1, life(midnight - 1))
    await Statistician(store).drain()
    today, tomorrow = await store.statistics.days("bao", [DAY, day_of(midnight)])
    assert today == {("received", "23"): 1}
    assert tomorrow[("decided", "0")] == 1


async def test_a_day_is_kept_for_a_year_and_more_and_no_longer(store: Store) -> None:
    await happen(store, 2)
    await Statistician(store).drain()
    left_s = await store.commands.run("TTL", keys.day("bao", DAY.isoformat()))
    assert 366 * 86_400 < left_s <= 400 * 86_400


async def test_what_was_erased_before_it_was_counted_is_counted_without_its_findings(store: Store) -> None:
    log = life(NOON)
    bare = tuple(Entry(entry.event, entry.to, entry.by, entry.at) for entry in log)
    await happens(store, 1, (*bare, Entry(Event.ERASED, State.ERASED, "web", NOON + 9 * MINUTE)))
    await Statistician(store).drain()
    found = await figures(store)
    assert (found["received:12"], found["decision:approved:Lan"]) == (1, 1)
    assert not any(field.startswith(("code", "agreement")) for field in found)


async def test_it_goes_on_counting_what_happens(store: Store) -> None:
    stop = asyncio.Event()
    counting = asyncio.create_task(Statistician(store).run(stop))
    for number in (1, 2):
        await happens(store, number, life(NOON))
        await until(store, {"received:12": number, "decided:12": number})
    stop.set()
    await counting


async def test_one_counts_while_others_stand_by_and_another_takes_over(store: Store) -> None:
    hold = store.statistics.hold
    assert [await hold("a"), await hold("b"), await hold("a")] == [True, False, True]
    assert 0 < await store.commands.run("PTTL", keys.COUNTING) <= HOLD_MS
    await store.commands.run("DEL", keys.COUNTING)
    assert [await hold("b"), await hold("a")] == [True, False]


async def until(store: Store, wanted: dict[str, int]) -> None:
    """Wait until figures, which others make grow, are at least these."""
    async with asyncio.timeout(60):
        while Counter(wanted) - Counter(await figures(store)):  # noqa: ASYNC110 - other processes tell nothing
            await asyncio.sleep(0.01)


async def started(store: Store) -> asyncio.subprocess.Process:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("CODAU_")}
    return await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "workers", "statistician"),
        env=kept | {"CODAU_REDIS_URL": store.url},
        stderr=asyncio.subprocess.DEVNULL,
    )


async def test_two_processes_one_of_which_is_killed_have_counted_everything_once(store: Store) -> None:
    happening = asyncio.create_task(happen(store, 500))
    one, other = await asyncio.gather(started(store), started(store))
    await until(store, {"received:12": 50})
    one.kill()
    await one.wait()
    await happening
    await until(store, {"decided:12": 500})
    other.terminate()
    assert await other.wait() == 0
    assert await figures(store) == expected(500)


async def test_failing_again_and_again_in_the_middle_it_counts_everything_once(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    await happen(store, 80)
    add, failures = store.statistics.add, 0
    for reach in range(-1, store.partitions.count):

        async def failing(site: str, p: int, events: Sequence[Counted], reach: int = reach) -> int:
            if p > reach:
                raise Unavailable
            return await add(site, p, events)

        monkeypatch.setattr(store.statistics, "add", failing)
        try:
            await Statistician(store).drain()
        except Unavailable:
            failures += 1
    assert failures > 10
    assert await figures(store) == expected(80)


async def test_all_partitions_are_counted_on_a_cluster(tmp_path: Path) -> None:
    with cluster(tmp_path) as url:
        store: Any = Store(url, 16)
        await happen(store, 40)
        await Statistician(store).drain()
        assert await figures(store) == expected(40)
        await store.close()
