"""The hot path with servers that stall or step down: callers learn it soon, and it finds its way."""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import uvloop

from service.errors import Unavailable
from service.store import session, wire
from service.store.connection import again_if_interrupted
from service.store.wire import Argument, Interrupted, Wire
from service.supervision.valkey import EmbeddedValkey
from tests.store.pretended import pretended

pytestmark = pytest.mark.one_server

A_PING = b"*1\r\n$4\r\nPING\r\n"


@pytest.fixture
def socket_path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """In a folder of its own: a socket's path may have about 100 characters."""
    return tmp_path_factory.mktemp("s") / "s"


async def silent(_: bytes) -> bytes:
    await asyncio.Event().wait()
    return b""


async def test_all_who_wait_for_a_connection_share_one_attempt_and_its_failure(
    socket_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(wire, "_CONNECT_TIMEOUT_S", 0.1)
    async with pretended(socket_path, silent) as server:
        line = Wire(f"unix://{socket_path}")
        outcomes = await asyncio.gather(*(line.run("PING") for _ in range(15)), return_exceptions=True)
        assert {type(outcome) for outcome in outcomes} == {Unavailable}
        assert server.connections == 1
        await line.close()


async def test_one_who_goes_away_leaves_the_others_their_connection(redis_url: str) -> None:
    line = Wire(redis_url)
    gone = asyncio.create_task(line.run("PING"))
    stays = asyncio.create_task(line.run("PING"))
    await asyncio.sleep(0)  # both wait for the connection
    gone.cancel()
    assert await stays == b"PONG"
    await line.close()


def lead(address: Path, redis_url: str) -> None:
    """Let an address lead to a server, and no longer to the one before."""
    address.unlink(missing_ok=True)
    address.symlink_to(redis_url.removeprefix("unix://"))


@contextlib.asynccontextmanager
async def stepped_down(redis_url: str) -> AsyncIterator[None]:
    """Make the server a replica, as a failover leaves the old primary."""
    other = Wire(redis_url)
    await other.run("REPLICAOF", "127.0.0.1", "1")
    try:
        yield
    finally:
        await other.run("REPLICAOF", "NO", "ONE")
        await other.close()


async def test_after_a_failover_the_next_command_goes_where_the_address_leads_now(
    redis_url: str, socket_path: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    lead(socket_path, redis_url)
    line = Wire(f"unix://{socket_path}")
    await line.run("SET", "before", "1")
    with EmbeddedValkey(tmp_path_factory.mktemp("new")) as new_primary:
        async with stepped_down(redis_url):
            lead(socket_path, new_primary.url)
            refused = asyncio.create_task(line.run("SET", "after", "1"))
            assert await line.run("GET", "before") == b"1", "what the old one took is answered by it"
            with pytest.raises(Unavailable, match="READONLY"):
                await refused
            assert await line.run("SET", "after", "1") == b"OK"
    await line.close()


@pytest.fixture
def soon_silent(monkeypatch: pytest.MonkeyPatch) -> None:
    """Silence is found out after 0.1 s."""
    monkeypatch.setattr(session, "_LOOK_EVERY_S", 0.02)
    monkeypatch.setattr(session, "_SILENT_LOOKS", 5)


@pytest.mark.usefixtures("soon_silent")
async def test_a_server_that_answers_slowly_but_steadily_is_not_taken_for_dead(socket_path: Path) -> None:
    async def one_a_turn(data: bytes) -> bytes:
        await asyncio.sleep(0.03)
        return b"+PONG\r\n"

    async with pretended(socket_path, one_a_turn, at_most=len(A_PING)):
        line = Wire(f"unix://{socket_path}")
        answers = await asyncio.gather(*(line.run("PING") for _ in range(20)))
        assert answers == [b"PONG"] * 20, "the last one waited for 0.6 s"
        await line.close()


@pytest.mark.usefixtures("soon_silent")
def test_a_busy_process_does_not_take_unread_replies_for_silence(redis_url: str) -> None:
    async def busy() -> None:
        line = Wire(redis_url)
        await line.run("PING")
        reply = asyncio.create_task(line.run("PING"))
        await asyncio.sleep(0)
        await asyncio.sleep(0)  # it is sent
        time.sleep(0.3)  # noqa: ASYNC251 - what this process does when it judges long texts
        assert await reply == b"PONG"
        await line.close()

    uvloop.run(busy())  # as in production: it looks at the clock before it looks at the sockets


@pytest.mark.usefixtures("soon_silent")
async def test_a_server_that_falls_silent_is_given_up(socket_path: Path) -> None:
    heard: list[bytes] = []

    async def once(data: bytes) -> bytes:
        heard.append(data)
        return b"+PONG\r\n" if len(heard) == 1 else await silent(data)

    async with pretended(socket_path, once):
        line = Wire(f"unix://{socket_path}")
        with pytest.raises(Interrupted):
            await line.run("GET", "x")
        await line.close()


class Counting:
    """`Commands` that count what is asked of them, and say when it is asked again."""

    one_server = True

    def __init__(self, redis_url: str) -> None:
        self._wire = Wire(redis_url)
        self.asked = 0
        self.again = asyncio.Event()

    async def run(self, *command: Argument) -> Any:
        self.asked += 1
        if self.asked > 1:
            self.again.set()
        return await self._wire.run(*command)

    def ask(self, *command: Argument) -> "asyncio.Future[Any]":
        return asyncio.ensure_future(self.run(*command))

    async def close(self) -> None:
        await self._wire.close()


@pytest.mark.parametrize("refusal", ["OOM", "READONLY", "NOREPLICAS", "MISCONF"])
async def test_what_the_server_refuses_is_not_asked_again(refusal: str, socket_path: Path) -> None:
    async def refuse(data: bytes) -> bytes:
        return b"+PONG\r\n" if data == A_PING else f"-{refusal} not now\r\n".encode()

    async with pretended(socket_path, refuse):
        line = Counting(f"unix://{socket_path}")
        with pytest.raises(Unavailable, match=refusal):
            await again_if_interrupted(line, "SET", "k", "1")
        assert line.asked == 1
        await line.close()


async def test_a_server_that_does_not_answer_is_not_asked_again(
    socket_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(wire, "_CONNECT_TIMEOUT_S", 0.1)
    async with pretended(socket_path, silent):
        line = Counting(f"unix://{socket_path}")
        with pytest.raises(Unavailable):
            await again_if_interrupted(line, "GET", "k")
        assert line.asked == 1
        await line.close()


async def test_a_server_that_comes_back_or_has_read_its_data_is_found(socket_path: Path) -> None:
    line = Counting(f"unix://{socket_path}")
    answer = asyncio.create_task(again_if_interrupted(line, "PING"))
    await line.again.wait()  # nobody listens
    refusals = iter([b"-LOADING still reading\r\n"])

    async def reading(_: bytes) -> bytes:
        return next(refusals, b"+PONG\r\n")

    async with pretended(socket_path, reading):
        assert await answer == b"PONG"
        await line.close()


async def test_a_server_that_greets_and_goes_keeps_nobody_waiting(socket_path: Path) -> None:
    async def greet(_: bytes) -> bytes:
        return b"+PONG\r\n"

    async with pretended(socket_path, greet) as server, asyncio.timeout(60):
        server.stays = False
        line = Wire(f"unix://{socket_path}")
        for _ in range(20):
            with pytest.raises(Unavailable):
                await line.run("GET", "k")
        await line.close()
