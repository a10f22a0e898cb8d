"""Who sends or reads too slowly, or not at all, is sent away; who is merely slow is served."""

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, field

import pytest
import structlog
import uvloop
from aiohttp.test_utils import TestServer

from service.api.connections import Patience, unsent
from service.api.server import Runner
from service.app import create_app
from service.settings import Settings
from tests.running import ADMIN_KEY

PATIENCE = Patience(idle_s=0.6, request_s=0.4, linger_s=0.1, taken_s=0.4, look_s=0.05)
SURELY_S = 8.0
"""Longer than all of these, shorter than what a server takes that does not know them."""

GET = b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n"
LARGE = b"GET /openapi.json HTTP/1.1\r\nHost: x\r\n\r\n"
POST = b"POST /v1/sites/bao/keys HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
KEY = b"Authorization: Bearer " + ADMIN_KEY.encode() + b"\r\n"
BODY = POST + KEY + b"Content-Length: 99\r\n\r\n"

SLOW = {
    "nothing": b"",
    "half a line": b"GET /hea",
    "half a head": POST,
    "half a body": BODY + b"{",
    "half a body that is refused before": POST + b"Content-Length: 99\r\n\r\n{",
    "half a chunk": POST + KEY + b"Transfer-Encoding: chunked\r\n\r\n5\r\n{",
    "a body nobody asked for": GET.replace(b"\r\n\r\n", b"\r\nContent-Length: 9\r\n\r\n"),
    "a request and no more": GET,
    "a request and half a head": GET + b"GET /hea",
    "a request and half a body": GET + BODY + b"{",
}


class Server(TestServer):
    patience = PATIENCE

    async def _make_runner(self, **options: object) -> Runner:
        return Runner(self.app, patience=self.patience, most=20, **options)


class FewHeads(Server):
    """Waits long, and holds little."""

    patience = Patience(idle_s=60, look_s=0.05, heads_bytes=100_000)


@dataclass(frozen=True, slots=True)
class Impatient:
    """A server that waits for nobody long."""

    server: Server
    made: list[asyncio.StreamWriter] = field(default_factory=list)

    async def connect(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        """A connection, which is closed in the end."""
        reader, writer = await asyncio.open_connection("127.0.0.1", self.server.port)
        self.made.append(writer)
        return reader, writer

    @property
    def connections(self) -> int:
        return len(self.server.runner.server.connections)

    async def until(self, connections: int) -> None:
        async with asyncio.timeout(SURELY_S):
            while self.connections != connections:  # noqa: ASYNC110  it is the other side
                await asyncio.sleep(0.01)


@pytest.fixture
async def impatient(redis_url: str, request: pytest.FixtureRequest) -> AsyncIterator[Impatient]:
    settings = Settings(redis_url=redis_url, admin_key=ADMIN_KEY)  # type: ignore[arg-type]
    async with getattr(request, "param", Server)(create_app(settings)) as server:
        yield (impatient := Impatient(server))
        for one in impatient.made:
            one.close()
            with contextlib.suppress(OSError):
                await one.wait_closed()


async def test_every_slow_sender_is_sent_away(impatient: Impatient) -> None:
    async def said(sent: bytes) -> bytes:
        reader, writer = await impatient.connect()
        writer.write(sent)
        with contextlib.closing(writer):
            return await asyncio.wait_for(reader.read(), SURELY_S)

    answers = dict(zip(SLOW, await asyncio.gather(*map(said, SLOW.values())), strict=True))
    assert b" 408 " in answers["half a body"]
    assert json.loads(answers["half a body"].partition(b"\r\n\r\n")[2])["code"] == "request_timeout"
    assert b" 408 " in answers["half a chunk"]
    assert b" 408 " in answers["a request and half a body"]
    assert b" 401 " in answers["half a body that is refused before"]
    assert answers["half a head"] == answers["nothing"] == b""
    await impatient.until(0)


async def test_a_byte_now_and_then_does_not_help(impatient: Impatient) -> None:
    async def drip(sent: bytes) -> bytes:
        reader, writer = await impatient.connect()
        writer.write(sent)
        answer = asyncio.create_task(reader.read())
        while not answer.done():
            with contextlib.suppress(ConnectionError):
                writer.write(b" ")
            await asyncio.wait([answer], timeout=0.05)
        writer.close()
        with contextlib.suppress(ConnectionError):  # it wrote on after the end
            return await answer
        return b""

    async with asyncio.timeout(SURELY_S):
        _, body = await asyncio.gather(drip(POST + b"X-A: "), drip(BODY))
    assert body.startswith(b"HTTP/1.1 408 ") or body == b""
    await impatient.until(0)


async def test_a_head_and_a_body_share_one_time(impatient: Impatient) -> None:
    reader, writer = await impatient.connect()
    writer.write(BODY[:30])
    await asyncio.sleep(PATIENCE.request_s * 0.75)
    writer.write(BODY[30:])
    later, other = await impatient.connect()
    other.write(BODY)
    ends = [asyncio.create_task(one.read()) for one in (reader, later)]
    done, _ = await asyncio.wait(ends, timeout=SURELY_S, return_when=asyncio.FIRST_COMPLETED)
    assert done == {ends[0]}
    await asyncio.wait(ends)
    writer.close()
    other.close()


async def test_a_kept_connection_has_its_whole_time_for_each_request(impatient: Impatient) -> None:
    reader, writer = await impatient.connect()
    for _ in range(4):  # together longer than one request may take
        for part in (GET[:9], GET[9:]):
            writer.write(part)
            await asyncio.sleep(PATIENCE.request_s * 0.3)
        assert (await reader.readuntil(b"\r\n\r\n")).startswith(b"HTTP/1.1 200 ")
        await reader.readexactly(15)
    writer.close()


async def test_an_answer_that_nobody_reads_is_thrown_away(impatient: Impatient) -> None:
    _, writer = await impatient.connect()
    writer.transport.pause_reading()
    writer.write(LARGE * 60)  # more than the buffers of both ends hold
    await impatient.until(1)
    await impatient.until(0)
    writer.transport.abort()


async def test_an_answer_that_is_read_slowly_comes_whole(impatient: Impatient) -> None:
    reader, writer = await impatient.connect()
    writer.write(LARGE * 60)
    count, loop = 0, asyncio.get_running_loop()
    began = loop.time()
    while count < 60:
        if loop.time() - began < 2 * PATIENCE.taken_s:
            await asyncio.sleep(0.02)
        count += (await reader.readexactly(32 * 1024)).count(b"HTTP/1.1 200 ")
    writer.close()


@pytest.mark.parametrize("impatient", [FewHeads], indirect=True)
async def test_of_many_large_heads_the_largest_go(impatient: Impatient) -> None:
    small, large = await impatient.connect(), [await impatient.connect() for _ in range(3)]
    small[1].write(GET[:9])
    for _, writer in large:
        writer.write(b"GET /" + b"a" * 500_000)
    ends = await asyncio.wait_for(
        asyncio.gather(*(reader.read() for reader, _ in large), return_exceptions=True), SURELY_S
    )
    assert [end for end in ends if end and not isinstance(end, ConnectionError)] == []
    small[1].write(GET[9:])
    assert (await small[0].readuntil(b"\r\n")).startswith(b"HTTP/1.1 200 ")


async def test_one_connection_too_many_is_told_so_and_the_others_go_on(impatient: Impatient) -> None:
    held = [await impatient.connect() for _ in range(20)]
    await impatient.until(20)
    with structlog.testing.capture_logs() as told:
        reader, _ = await impatient.connect()
        head, _, body = (await asyncio.wait_for(reader.read(), SURELY_S)).partition(b"\r\n\r\n")
        await asyncio.sleep(2 * PATIENCE.look_s)
    assert head.startswith(b"HTTP/1.1 503 ") and b"\r\nRetry-After: 1" in head
    assert json.loads(body)["code"] == "unavailable"
    assert [line["count"] for line in told if line["event"] == "connections_refused"] == [1]
    held[0][1].write(GET)
    assert (await held[0][0].readuntil(b"\r\n")).startswith(b"HTTP/1.1 200 ")


def test_what_a_connection_that_is_closed_did_not_send_is_nothing() -> None:
    """Some are still listed when they are: an error there would keep all others from being looked at."""

    async def left() -> int:
        loop, ended = asyncio.get_running_loop(), asyncio.Event()

        class Other(asyncio.Protocol):
            def connection_lost(self, exc: Exception | None) -> None:
                ended.set()

        async with await loop.create_server(Other, "127.0.0.1", 0) as server:
            address = server.sockets[0].getsockname()
            transport, _ = await loop.create_connection(asyncio.Protocol, *address)
            transport.abort()
            await asyncio.wait_for(ended.wait(), SURELY_S)
            return unsent(transport)

    assert uvloop.run(left()) == 0
