"""Where replicas are to have what is acknowledged: it is, and nothing is acknowledged that they have not."""

import asyncio
from collections.abc import AsyncIterator, Iterator

import pytest

from service.errors import Unavailable
from service.store import copies
from service.store.connection import commands
from service.store.copies import changing
from service.store.wire import Commands, ReplyError
from tests.api.calls import comment_of, refused
from tests.running import running
from tests.store.servers import Node, copied, in_step, until


@pytest.fixture(scope="module")
def nodes(tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[Node]]:
    """A primary and its replica."""
    with copied(tmp_path_factory.mktemp("copied")) as made:
        yield made


@pytest.fixture
def url(nodes: list[Node]) -> str:
    nodes[0].ask("FLUSHALL")
    return f"redis://127.0.0.1:{nodes[0].port}"


@pytest.fixture
async def store(url: str) -> AsyncIterator[Commands]:
    made = commands(url, replicas=1)
    yield made
    await made.close()


@pytest.fixture
def hanging(nodes: list[Node], monkeypatch: pytest.MonkeyPatch) -> Iterator[Node]:
    """The replica, which does not answer; that is soon found out."""
    with monkeypatch.context() as impatient:
        impatient.setattr(copies, "LIMIT_MS", 100)
        nodes[1].stop()
        yield nodes[1]
        nodes[1].go_on()


async def test_what_is_answered_is_on_the_replica(store: Commands, nodes: list[Node]) -> None:
    assert await asyncio.gather(*(store.run("INCR", "{a}") for _ in range(50))) == list(range(1, 51))
    assert nodes[1].ask("GET", "{a}") == b"50"


async def test_one_confirmation_serves_a_whole_turn(store: Commands, nodes: list[Node]) -> None:
    await store.run("SET", "{a}", "1")
    before = nodes[0].told("commandstats")["cmdstat_waitaof"]["calls"]
    await asyncio.gather(*(store.run("SET", "{a}", number) for number in range(50)))
    assert nodes[0].told("commandstats")["cmdstat_waitaof"]["calls"] == before + 1


async def test_what_no_replica_has_is_not_acknowledged_and_reads_go_on(
    store: Commands, hanging: Node
) -> None:
    with pytest.raises(Unavailable, match="0 of 1 replicas"):
        await store.run("SET", "{a}", "1")
    assert await store.run("GET", "{a}") == b"1"


async def test_a_repeat_that_finds_its_work_done_is_not_acknowledged_either(
    store: Commands, url: str, hanging: Node
) -> None:
    plain = commands(url)
    await plain.run("SET", "{a}", "1")  # by another process, which is not told that it was copied
    with pytest.raises(Unavailable):
        await store.run("SETNX", "{a}", "1")
    with changing():
        with pytest.raises(Unavailable):
            await store.run("GET", "{a}")
        with pytest.raises(Unavailable):
            await store.ask("GET", "{a}")
    await plain.close()


@pytest.mark.usefixtures("hanging")
async def test_what_is_asked_of_the_server_itself_waits_for_no_replica(store: Commands) -> None:
    with changing():
        assert await store.run("PING") == b"PONG"


async def test_a_refusal_is_told_at_once(store: Commands, hanging: Node) -> None:
    with pytest.raises(ReplyError, match="WRONGTYPE"):
        async with asyncio.timeout(5):
            await asyncio.gather(store.run("LPUSH", "{b}", "1"), store.run("INCR", "{b}"))


async def test_what_comes_while_replicas_are_slow_waits_for_two_turns_at_most(
    store: Commands, nodes: list[Node], hanging: Node
) -> None:
    before = nodes[0].told("commandstats")["cmdstat_set"]["calls"]
    begun = []
    for number in range(20):
        begun.append(asyncio.ensure_future(store.run("SET", "{a}", number)))
        await asyncio.sleep(0.01)
    outcomes = await asyncio.gather(*begun, return_exceptions=True)
    assert {type(outcome) for outcome in outcomes} == {Unavailable}
    assert nodes[0].told("commandstats")["cmdstat_waitaof"]["calls"] <= before + 2


async def test_a_full_memory_stops_no_confirmation(store: Commands, nodes: list[Node]) -> None:
    nodes[0].ask("CONFIG", "SET", "maxmemory", 1)
    try:
        assert await store.run(
            "EVAL", "#!lua flags=allow-oom\nreturn redis.call('set', KEYS[1], 1)", 1, "{a}"
        )
    finally:
        nodes[0].ask("CONFIG", "SET", "maxmemory", 0)


async def test_a_comment_is_answered_503_until_the_replica_has_it_and_made_once(
    url: str, nodes: list[Node], hanging: Node, monkeypatch: pytest.MonkeyPatch
) -> None:
    hanging.go_on()
    async with running(url, validating=False, replicas=1) as service:
        document, key = comment_of(), {"Idempotency-Key": "k-1"}
        hanging.stop()
        first = await service.website("POST", "/v1/comments", json=document, headers=key)
        refused(first, 503, "unavailable")
        assert first.headers["Retry-After"] == "1"
        again = await service.website("POST", "/v1/comments", json=document, headers=key)
        assert again.status == 503, "it is there, but no replica has it"
        assert (await service.nobody("GET", "/readyz")).status == 503
        assert (await service.moderator("GET", "/v1/queue")).status == 200, "reading goes on"
        hanging.go_on()
        monkeypatch.setattr(copies, "LIMIT_MS", 5_000)
        until(lambda: in_step(nodes[0], [hanging]), "the replica did not go on")
        last = await service.website("POST", "/v1/comments", json=document, headers=key)
        assert last.status == 202
        assert (await service.nobody("GET", "/readyz")).json["queue"]["length"] == 1
