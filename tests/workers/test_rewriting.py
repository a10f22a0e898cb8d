"""What was erased leaves the server's own files too, an hour later, whatever happens in between."""

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import redis
from structlog.testing import capture_logs

from service.comments import ids
from service.comments.lifecycle import Actor
from service.comments.model import Author, Comment, Entry, Event, State
from service.store import keys
from service.store.retention import seen
from service.store.steps import Step
from service.store.store import Store
from service.supervision.valkey import EmbeddedValkey
from tests.compressed import readable
from tests.store.cluster import cluster
from workers.janitor import ASK_AGAIN_MS, REWRITE_AFTER_MS, Janitor

NOW = 1_795_323_600_000
SECRET = "Chuyện của xóm Khuông Mẫn"


async def on() -> bool:
    return True


async def until(holds: Callable[[], object]) -> None:
    """Wait for what only the server can bring about."""
    async with asyncio.timeout(60):
        while not holds():  # noqa: ASYNC110 - it tells nobody
            await asyncio.sleep(0.01)


@pytest.fixture
def server(tmp_path: Path) -> Any:
    with EmbeddedValkey(tmp_path) as made, redis.Redis.from_url(made.url) as client:
        client.config_set("rdbcompression", "no")  # else a text in the file could hide from our search
        yield made, client


@pytest.fixture
async def store(server: Any) -> AsyncIterator[Store]:
    opened = Store(server[0].url, 16)
    await opened.open()
    yield opened
    await opened.close()


class Clock:
    """A clock that a test moves, and a janitor that goes by it."""

    def __init__(self, store: Store) -> None:
        self.ms = NOW
        self.store = store
        self.janitor = Janitor(store, lambda: self.ms)

    async def turn(self, *, after: int = 0) -> None:
        self.ms += after
        await self.janitor.turn(on)

    async def until(self, holds: Callable[[Any], bool]) -> None:
        """Turn until the store's state is this: what the server does beside us takes its time."""
        async with asyncio.timeout(60):
            while not holds(await seen(self.store.commands)):
                await self.turn()
                await asyncio.sleep(0.01)


@pytest.fixture
def clock(store: Store) -> Clock:
    return Clock(store)


async def written(store: Store, number: int = 0) -> Comment:
    thread = f"bai/{number}"
    first = Entry(Event.SUBMITTED, State.QUEUED, "web", NOW, text=SECRET)
    comment = Comment("bao", ids.new_id(thread, NOW, number), thread, Author("An"), (first,))
    assert await store.comments.commit(Step(None, comment))
    return comment


async def erased(store: Store, number: int = 0) -> None:
    comment = await written(store, number)
    assert await store.erasure.erase(comment, by="web", actor=Actor.WEBSITE, now_ms=NOW)


def in_files(server: EmbeddedValkey) -> set[str]:
    """The names of the files that hold the text."""
    files = [path for path in server.folder.rglob("*") if path.is_file()]
    return {path.name for path in files if SECRET.encode() in readable(path.read_bytes())}


def rewrites(client: Any) -> int:
    return int(client.info("persistence")["aof_rewrites"])


def _at_rest(client: Any) -> bool:
    return not client.info("persistence")["aof_rewrite_in_progress"]


async def test_an_hour_after_an_erasure_the_text_is_in_no_file(
    server: Any, store: Store, clock: Clock
) -> None:
    await erased(store)
    await clock.turn()
    await clock.turn(after=REWRITE_AFTER_MS - 1)
    assert rewrites(server[1]) == 0
    assert in_files(server[0]) == {"appendonly.aof.1.incr.aof"}
    await clock.turn(after=1)
    await clock.until(lambda now: now.owed is None)
    await until(lambda: not in_files(server[0]))  # the old file is taken away beside other work
    kept = sorted(path.name for path in (server[0].folder / "appendonlydir").iterdir())
    assert kept == ["appendonly.aof.2.base.rdb", "appendonly.aof.2.incr.aof", "appendonly.aof.manifest"]
    await clock.turn(after=REWRITE_AFTER_MS)
    assert rewrites(server[1]) == 1, "once"


async def test_where_nothing_was_erased_nothing_is_rewritten(server: Any, store: Store, clock: Clock) -> None:
    await written(store)
    for _ in range(3):
        await clock.turn(after=REWRITE_AFTER_MS)
    assert (rewrites(server[1]), (await seen(store.commands)).owed) == (0, None)


async def test_an_erasure_during_a_rewrite_is_owed_one_of_its_own(
    server: Any, store: Store, clock: Clock
) -> None:
    await erased(store)
    await clock.turn()
    await clock.turn(after=REWRITE_AFTER_MS)
    await erased(store, 1)
    await clock.until(lambda now: now.owed == NOW + REWRITE_AFTER_MS)
    await clock.turn(after=REWRITE_AFTER_MS)
    await clock.until(lambda now: now.owed is None)
    assert rewrites(server[1]) == 2


async def test_a_rewrite_whose_janitor_died_is_asked_for_again(
    server: Any, store: Store, clock: Clock
) -> None:
    await erased(store)
    await clock.turn()
    await clock.turn(after=REWRITE_AFTER_MS)
    clock.janitor = Janitor(store, lambda: clock.ms)
    await clock.until(lambda now: now.owed is None)
    assert rewrites(server[1]) == 2


async def test_a_rewrite_that_the_server_did_not_finish_does_not_count(server: Any, store: Store) -> None:
    await erased(store)
    asked = await store.rewrites.ask()
    assert asked is not None
    await until(lambda: _at_rest(server[1]))
    [(start, begun)] = asked.begun.values()
    assert await store.rewrites.finished(asked)
    for other in (("another start", begun), (start, begun + 1)):
        assert await store.rewrites.finished(replace(asked, begun={"": other})) is False


async def test_a_server_that_refuses_is_asked_again_later_and_the_log_says_so(
    server: Any, store: Store
) -> None:
    server[1].execute_command("ACL", "SETUSER", "it", "on", ">pw", "~*", "&*", "+@all", "-bgrewriteaof")
    limited = Store(server[0].url.replace("unix://", "unix://it:pw@"), 16)
    clock = Clock(limited)
    await erased(store)
    await clock.turn()
    with capture_logs() as told:
        await clock.turn(after=REWRITE_AFTER_MS)
        await clock.turn(after=ASK_AGAIN_MS - 1)
        assert [line["event"] for line in told] == ["rewrite_refused"]
        await clock.turn(after=1)
    assert [line["event"] for line in told] == ["rewrite_refused"] * 2
    assert "bgrewriteaof" in told[0]["why"]
    assert (await seen(store.commands)).owed == NOW
    await limited.close()


async def test_a_server_without_such_a_file_has_nothing_to_rewrite(
    server: Any, store: Store, clock: Clock
) -> None:
    server[1].config_set("appendonly", "no")
    await erased(store)
    await clock.turn()
    await clock.turn(after=REWRITE_AFTER_MS)
    await clock.until(lambda now: now.owed is None)
    assert rewrites(server[1]) == 0


async def test_what_was_known_of_an_author_is_owed_a_rewrite_too(
    server: Any, store: Store, clock: Clock
) -> None:
    await store.erasure.forget_author("bao", "u-1")
    await clock.turn()
    assert (await seen(store.commands)).owed == NOW


async def test_every_primary_of_a_cluster_rewrites_its_file(tmp_path: Path) -> None:
    with cluster(tmp_path) as url:
        store = Store(url, 16)
        clock = Clock(store)
        with redis.RedisCluster.from_url(url.replace("+cluster", "")) as client:
            nodes = [redis.Redis(port=node.port) for node in client.get_primaries()]
            for node in nodes:
                node.config_set("appendonly", "yes")
            for node in nodes:
                await until(partial(_at_rest, node))
            before = [rewrites(node) for node in nodes]
            await erased(store)
            await clock.turn()
            await clock.turn(after=REWRITE_AFTER_MS)
            await clock.until(lambda now: now.owed is None)
            assert [rewrites(node) for node in nodes] == [count + 1 for count in before]
            assert int(await store.commands.run("HLEN", keys.REWRITTEN)) == 16
            for node in nodes:
                node.close()
        await store.close()
