"""Clients that go away in the middle: nothing of them is left, and nobody gets what was meant for them."""

import asyncio
import contextlib
import random
import socket
import struct
from typing import Any

from service.api.stream import STREAMS
from tests.api.calls import GOOD, JSON, comment_of, dumped, post
from tests.running import Running

AT_ONCE, EACH = 16, 4
WITHIN_S = 20.0
RESET = struct.pack("ii", 1, 0)  # SO_LINGER: on, 0 s
PATHS = (
    "/v1/events",
    "/v1/queue",
    "/v1/threads/doi-song%2F1/comments",
    "/openapi.json",
    "/readyz",
    "/metrics",
)


def requests(service: Running) -> list[bytes]:
    key = (service.moderator.key or "").encode()
    reading = [
        b"GET %b HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer %b\r\n\r\n" % (path.encode(), key)
        for path in PATHS
    ]
    sent = dumped(comment_of(GOOD))
    writing = [post(service.website, sent, JSON, wait) for wait in (b"Prefer: wait=1", b"X-A: b")]
    return [*reading, *writing * 3]


async def go(port: int, request: bytes, chance: random.Random) -> None:
    """Send some of it, perhaps read a little, and go."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    how = chance.randrange(3)
    writer.write(request[: chance.randrange(len(request))] if how == 0 else request)
    if how == 1:
        await reader.read(1)
    if chance.random() < 0.5:
        bound: socket.socket = writer.get_extra_info("socket")
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
    await asyncio.sleep(chance.random() * 0.01)
    writer.transport.abort()


async def test_nothing_is_left_of_them_and_no_answer_goes_astray(idle_service: Running) -> None:
    server: Any = idle_service.website.http.server
    server.app[STREAMS].heartbeat_s = 0.1  # only a stream that sends sees that nobody is there
    before = len(asyncio.all_tasks())
    stop = asyncio.Event()

    async def come_and_go(seed: int) -> None:
        chance = random.Random(seed)
        for _ in range(EACH):
            with contextlib.suppress(OSError):
                await go(server.port, chance.choice(requests(idle_service)), chance)

    async def stay(number: int) -> int:
        count = 0
        while not stop.is_set():
            count += 1
            name, body = f"hoi-{number}-{count}", f"{GOOD} {number} {count}"
            answer = await idle_service.website(
                "POST", "/v1/comments", json=comment_of(body), headers={"X-Request-ID": name}
            )
            assert (answer.status, answer.headers["X-Request-ID"], answer.json["body"]) == (202, name, body)
        return count

    staying = [asyncio.create_task(stay(number)) for number in range(3)]
    await asyncio.gather(*map(come_and_go, range(AT_ONCE)))
    stop.set()
    assert min(await asyncio.gather(*staying)) > 3
    await idle_service.website.http.session.close()
    async with asyncio.timeout(WITHIN_S):
        while server.runner.server.connections or len(asyncio.all_tasks()) > before:  # noqa: ASYNC110
            await asyncio.sleep(0.02)
