"""The hot path with servers that stall or step down: callers learn it soon, and it finds its way."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest

from service.errors import Unavailable
from service.store import wire
from service.store.wire import Wire
from service.supervision.valkey import EmbeddedValkey

Answer = Callable[[bytes], Awaitable[bytes]]
"""What a pretended server makes of the bytes that it reads."""


class Pretended:
    """A server on a socket that answers as the test says."""

    def __init__(self, answer: Answer) -> None:
        self._answer = answer
        self._lines: set[asyncio.Task[None]] = set()
        self.connections = 0

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._lines.add(task)
        self.connections += 1
        try:
            while data := await reader.read(65_536):
                writer.write(await self._answer(data))
        finally:
            writer.close()

    async def close(self) -> None:
        for line in self._lines:
            line.cancel()
        await asyncio.gather(*self._lines, return_exceptions=True)


@contextlib.asynccontextmanager
async def pretended(path: Path, answer: Answer) -> AsyncIterator[Pretended]:
    made = Pretended(answer)
    server = await asyncio.start_unix_server(made.serve, path)
    try:
        yield made
    finally:
        server.close()
        await made.close()


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
