"""What the outgoing client meets in tests: bare servers on loopback, and names that a test answers for."""

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Sequence
from typing import Any

import pytest

from service.outgoing.client import Failed, OutgoingClient

LOOPBACK = (socket.AF_INET, "127.0.0.1")

PUBLIC = (socket.AF_INET, "1.1.1.1")


class Names:
    """A resolver that a test answers for: each look-up of a name takes the next of its answers."""

    def __init__(self, *answers: Iterable[tuple[int, str]]) -> None:
        self._answers = [list(answer) for answer in answers]
        self.asked: list[str] = []

    def __call__(self, host: str) -> Sequence[tuple[int, str]]:
        self.asked.append(host)
        return self._answers.pop(0) if len(self._answers) > 1 else self._answers[0]


@contextlib.asynccontextmanager
async def calling(**options: Any) -> AsyncIterator[OutgoingClient]:
    client = OutgoingClient(**options)
    yield client
    await client.close()


Serve = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


@contextlib.asynccontextmanager
async def serving(serve: Serve) -> AsyncIterator[int]:
    """A bare server on loopback; gives its port."""
    tasks: set[asyncio.Task[Any]] = set()

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        tasks.add(task)
        with contextlib.suppress(ConnectionError, asyncio.CancelledError):
            await serve(reader, writer)
        writer.close()

    server = await asyncio.start_server(handle, "127.0.0.1", 0)
    yield server.sockets[0].getsockname()[1]
    server.close()
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


def answering(answer: bytes, seen: list[bytes]) -> Serve:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        seen.append(await reader.readuntil(b"\r\n\r\n"))
        writer.write(answer)
        await writer.drain()

    return serve


async def failure(client: OutgoingClient, url: str) -> str:
    with pytest.raises(Failed) as failed:
        await client.post(url, {}, b"{}")
    return failed.value.code
