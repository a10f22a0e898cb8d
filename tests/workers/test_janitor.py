"""What a policy says is to be kept no longer goes, once, whoever dies meanwhile; everything else stays."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from typing import Any

import pytest
from structlog.testing import capture_logs

from service.comments import ids, lifecycle
from service.comments.authors import author_key
from service.comments.lifecycle import Actor
from service.comments.model import Author, Comment, Entry, Event, State
from service.comments.policy import Policy
from service.store import keys
from service.store.ordered import Order
from service.store.retention import BATCH, seen
from service.store.steps import Step
from service.store.store import Store
from tests.running import Running
from tests.store.looking import assert_consistent, connected, everything
from workers.janitor import SWEEP_EVERY_MS, Janitor, Taken

NOW = 1_795_323_600_000  # 2026-11-22 12:00 in Vietnam
DAY = 86_400_000
READER = Author("Minh Anh", "u-1", "a@thu.example", "203.0.113.9", "Trình duyệt")
BY_MAIL = Author("Bác Ba", email="ba@thu.example")
BY_ADDRESS = Author("Khách", ip="203.0.113.10")
TO = {
    State.PENDING: (),
    State.PUBLISHED: (Entry(Event.APPROVED, State.PUBLISHED, "Lan", 0, "k1", note="ổn"),),
    State.REJECTED: (Entry(Event.REJECTED, State.REJECTED, "Lan", 0, "k1", reason="spam"),),
}


@pytest.fixture
async def store(redis_url: str) -> AsyncIterator[Store]:
    opened = Store(redis_url, 16)
    await opened.open()
    for site in ("bao", "khac"):
        await opened.directory.put_site(site, "Báo Ví Dụ", now_ms=NOW)
    yield opened
    await opened.close()


async def keeping(store: Store, site: str = "bao", **retention: int) -> None:
    await store.directory.put_policy(site, lambda before: before.patched({"retention": retention}))


def janitor(store: Store, now: int = NOW) -> Janitor:
    return Janitor(store, lambda: now)


async def lived(
    store: Store,
    number: int,
    *states: State,
    author: Author = READER,
    came: float = 0,
    settled: float | None = None,
    site: str = "bao",
) -> Comment:
    """A comment that came so many days ago, and went through these states, into the last one so many ago."""
    start, end = round(NOW - came * DAY), round(NOW - (came if settled is None else settled) * DAY)
    thread = f"bai/{number % 40}"
    log = [Entry(Event.SUBMITTED, State.QUEUED, "web", start, text=f"Ý kiến số {number}")]
    if states:
        log.append(Entry(Event.JUDGED, State.PENDING, "worker", start, suggestion="Gợi ý"))
    for state in states:
        log += [Entry(e.event, e.to, e.by, end, e.key_id, note=e.note, reason=e.reason) for e in TO[state]]
    comment_id = ids.new_id(thread, start, number)
    before = None
    for steps in range(1, len(log) + 1):
        after = Comment(site, comment_id, thread, author, tuple(log[:steps]))
        assert await store.comments.commit(Step(before, after, silent=True, queue_entry="0-1"))
        before = after
    assert before is not None
    return before


async def now_of(store: Store, comments: Sequence[Comment]) -> list[Comment]:
    return [await store.comments.get(comment.site, comment.id) for comment in comments]


async def _on() -> bool:
    return True


def events(url: str) -> list[str]:
    with connected(url) as client:
        streams = [client.xrange(keys.events(p)) for p in range(16)]
    return [fields[b"e"].decode() for stream in streams for _, fields in stream]


async def test_what_was_rejected_long_ago_is_erased_and_told_of(store: Store) -> None:
    old = [await lived(store, number, State.REJECTED, came=95, settled=91) for number in range(3)]
    kept = [
        await lived(store, 10, State.REJECTED, came=95, settled=89),
        await lived(store, 11, State.PENDING, came=200),
        await lived(store, 12, State.PUBLISHED, came=200),
        await lived(store, 13, came=200),
    ]
    assert await janitor(store).drain() == Taken(erased=3)
    for before, after in zip(old, await now_of(store, old), strict=True):
        assert (after.state, after.author.name, after.body) == (State.ERASED, "", None)
        assert (after.log[-1].by, after.log[-1].at) == ("retention", NOW)
        assert (after.thread, after.created_at) == (before.thread, before.created_at)
        assert not any(entry.text or entry.note or entry.suggestion for entry in after.log)
    assert await now_of(store, kept) == kept
    assert sorted(events(store.url)) == sorted(f"comment.erased bao {one.id} 4" for one in old)
    assert_consistent(everything(store.url))


async def test_the_time_is_counted_from_the_last_rejection(store: Store) -> None:
    again = await lived(store, 1, State.REJECTED, came=200)
    reopened = lifecycle.decide(again, Entry(Event.REOPENED, State.PENDING, "Lan", NOW - 9 * DAY, "k1"))
    refused = lifecycle.decide(reopened, Entry(Event.REJECTED, State.REJECTED, "Lan", NOW - 8 * DAY, "k1"))
    assert await store.comments.commit(Step(again, reopened))
    assert await store.comments.commit(Step(reopened, refused))
    assert await janitor(store).drain() == Taken()
    assert (await janitor(store, NOW + 83 * DAY).drain()).erased == 1


async def test_each_site_has_its_own_times_and_a_change_holds_from_the_next_sweep_on(store: Store) -> None:
    ours = await lived(store, 1, State.REJECTED, came=20)
    theirs = await lived(store, 2, State.REJECTED, came=20, site="khac")
    await keeping(store, "khac", rejected_days=19)
    assert (await janitor(store).drain()).erased == 1
    assert [one.state for one in await now_of(store, [ours, theirs])] == [State.REJECTED, State.ERASED]
    await keeping(store, "bao", rejected_days=1)
    assert (await janitor(store).drain()).erased == 1


@pytest.mark.parametrize("state", list(TO))
async def test_addresses_are_taken_out_and_all_else_stays(store: Store, state: State) -> None:
    await keeping(store, rejected_days=3_650)
    before = await lived(store, 1, state, came=366)
    young = await lived(store, 2, state, came=364)
    assert await janitor(store).drain() == Taken(forgotten=1)
    after, unchanged = await now_of(store, [before, young])
    assert after.author == Author("Minh Anh", "u-1")
    assert after.now == before.now
    assert after.log == (*before.log, Entry(Event.FORGOTTEN, state, "retention", NOW))
    assert unchanged == young
    assert events(store.url) == []
    assert_consistent(everything(store.url))
    assert await janitor(store).drain() == Taken()


async def test_who_was_known_by_an_address_alone_is_known_no_longer(store: Store) -> None:
    for number, author in enumerate((BY_MAIL, BY_ADDRESS)):
        key = author_key("bao", author)
        assert key is not None
        await lived(store, number, State.PUBLISHED, author=author, came=366)
        await lived(store, number + 40, State.PUBLISHED, author=author, came=3)
        await janitor(store).drain()
        listed = await store.lists.by_author("bao", key, 10, None)
        assert listed.total == 1
        record = (await store.authors.records("bao", [key], now_ms=NOW))[key]
        assert record.published == 1


async def test_a_comment_of_whom_nothing_is_known_but_name_and_id_is_left_alone(store: Store) -> None:
    comment = await lived(store, 1, State.PUBLISHED, author=Author("Minh Anh", "u-1"), came=400)
    assert await janitor(store).drain() == Taken()
    assert await now_of(store, [comment]) == [comment]


async def test_taking_out_addresses_puts_off_no_erasure(store: Store) -> None:
    await keeping(store, address_days=10)
    await lived(store, 1, State.REJECTED, came=89)
    assert await janitor(store).drain() == Taken(forgotten=1)
    assert await janitor(store, NOW + 2 * DAY).drain() == Taken(erased=1)


async def test_who_read_the_comment_before_cannot_write_its_addresses_back(store: Store) -> None:
    before = await lived(store, 1, State.PENDING, came=366)
    await janitor(store).drain()
    approval = Entry(Event.APPROVED, State.PUBLISHED, "Lan", NOW, "k1")
    assert not await store.comments.commit(Step(before, lifecycle.decide(before, approval)))
    [stands] = await now_of(store, [before])
    assert await store.comments.commit(Step(stands, lifecycle.decide(stands, approval)))
    assert (await now_of(store, [before]))[0].author == Author("Minh Anh", "u-1")


async def test_what_was_decided_just_now_can_still_be_undone(store: Store) -> None:
    decided = await lived(store, 1, State.PUBLISHED, came=366, settled=0)
    assert await janitor(store).drain() == Taken()
    lifecycle.undo(decided, by="Lan", key_id="k1", at=NOW + 1)
    assert await janitor(store, NOW + 61_000).drain() == Taken(forgotten=1)


async def test_a_sweep_that_ends_in_the_middle_is_completed_by_the_next(store: Store) -> None:
    comments = [await lived(store, 40 * number, State.REJECTED, came=400) for number in range(BATCH + 20)]
    asked = 0

    async def go_on() -> bool:
        nonlocal asked
        asked += 1
        return False

    await janitor(store).turn(go_on)
    states = [one.state for one in await now_of(store, comments)]
    assert (states.count(State.ERASED), asked) == (BATCH, 1)
    assert (await seen(store.commands)).swept is None
    assert await janitor(store).drain() == Taken(erased=20)
    assert_consistent(everything(store.url))


async def test_several_at_the_same_time_do_everything_once(store: Store) -> None:
    await keeping(store, "khac", rejected_days=3_650)
    gone = [await lived(store, number, State.REJECTED, came=400) for number in range(30)]
    bare = [await lived(store, number, State.REJECTED, came=400, site="khac") for number in range(30)]
    done = await asyncio.gather(*(janitor(store).drain() for _ in range(3)))
    assert [sum(one.erased for one in done), sum(one.forgotten for one in done)] == [30, 30]
    assert {one.version for one in await now_of(store, [*gone, *bare])} == {4}
    assert len(events(store.url)) == 30


async def test_who_is_first_wins_and_everything_stays_in_step(store: Store) -> None:
    """Moderators reopen, websites erase, and addresses go, while rejected comments are swept away."""
    await keeping(store, rejected_days=1, address_days=1)
    comments = [await lived(store, number, State.REJECTED, came=2) for number in range(60)]
    reopening = Entry(Event.REOPENED, State.PENDING, "Lan", NOW, "k1")

    async def reopen(comment: Comment) -> bool:
        return await store.comments.commit(Step(comment, lifecycle.decide(comment, reopening)))

    async def erase(comment: Comment) -> bool:
        return await store.erasure.erase(comment, by="web", actor=Actor.WEBSITE, now_ms=NOW)

    reopened, erased, *swept = await asyncio.gather(
        asyncio.gather(*map(reopen, comments[::3])),
        asyncio.gather(*map(erase, comments[1::3])),
        *(janitor(store).drain() for _ in range(2)),
    )
    states = [one.state for one in await now_of(store, comments)]
    assert states.count(State.PENDING) == sum(reopened)
    assert states.count(State.ERASED) == sum(erased) + sum(one.erased for one in swept) == 60 - sum(reopened)
    assert_consistent(everything(store.url))
    assert await janitor(store, NOW + DAY).drain() == Taken(forgotten=sum(reopened))


async def test_a_comment_that_cannot_be_read_stops_neither_other_sites_nor_the_loop(store: Store) -> None:
    broken = await lived(store, 1, State.REJECTED, came=400)
    p = store.partitions.of_comment(broken.id)
    await store.commands.run("SET", keys.comment(p, "bao", broken.id), "")
    theirs = await lived(store, 2, State.REJECTED, came=400, site="khac")
    sweeping = janitor(store)
    with capture_logs() as told:
        for _ in range(2):
            await sweeping.turn(_on)
    assert [line["event"] for line in told] == ["sweep_failed", "swept"], "once in an hour"
    assert (await now_of(store, [theirs]))[0].state is State.ERASED
    assert (await seen(store.commands)).swept is None


async def test_one_sweeps_while_others_stand_by(store: Store) -> None:
    hold = store.retention.hold
    assert [await hold("a"), await hold("b"), await hold("a")] == [True, False, True]


async def test_it_sweeps_when_it_starts_and_every_hour(store: Store) -> None:
    for after, swept in ((0, NOW), (SWEEP_EVERY_MS - 1, NOW), (SWEEP_EVERY_MS, NOW + SWEEP_EVERY_MS)):
        await janitor(store, NOW + after).turn(_on)
        assert (await seen(store.commands)).swept == swept


async def test_told_to_stop_it_ends(store: Store) -> None:
    comment = await lived(store, 1, State.REJECTED, came=400)
    stop = asyncio.Event()
    running = asyncio.create_task(janitor(store).run(stop))
    async with asyncio.timeout(60):
        while (await seen(store.commands)).swept is None:  # noqa: ASYNC110 - the store tells nobody
            await asyncio.sleep(0.005)
        stop.set()
        await running
    assert (await now_of(store, [comment]))[0].state is State.ERASED


async def test_readers_of_a_thread_notice_nothing_when_addresses_go(service: Running) -> None:
    sent: Any = await service.publish("Đường này kẹt xe cả ngày.", author={"name": "An", "ip": "203.0.113.9"})
    path = "/v1/threads/doi-song%2F1/comments"
    before = await service.website("GET", path)
    later = (await service.store.comments.get("bao", sent["id"])).created_at + 366 * DAY
    assert (await janitor(service.store, later).drain()).forgotten == 1
    after = await service.website("GET", path)
    assert (after.text, after.headers["ETag"]) == (before.text, before.headers["ETag"])
    told = (await service.moderator("GET", f"/v1/comments/{sent['id']}")).json
    assert (told["author"]["ip"], told["author"]["key"], told["author"]["name"]) == (None, None, "An")
    entries = (await service.moderator("GET", f"/v1/comments/{sent['id']}/history")).json["entries"]
    assert [entries[-1][name] for name in ("event", "to", "by")] == ["forgotten", "published", "retention"]


def test_the_times_are_those_of_the_contract() -> None:
    assert Policy().retention.model_dump() == {"rejected_days": 90, "address_days": 365}


async def test_the_listing_of_what_was_rejected_keeps_its_order(store: Store) -> None:
    await keeping(store, address_days=10)
    for number, settled in enumerate((30, 20, 5)):
        await lived(store, number, State.REJECTED, came=31, settled=settled)
    before = await store.lists.by_time("bao", State.REJECTED, Order.NEWEST, 10, None)
    assert await janitor(store).drain() == Taken(forgotten=3)
    assert await store.lists.by_time("bao", State.REJECTED, Order.NEWEST, 10, None) == before
