"""A server that only pretends to be one: it answers as a test says."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

Answer = Callable[[bytes], Awaitable[bytes]]
"""What a pretended server makes of the bytes that it reads."""


class Pretended:
    """A server on a socket that answers as the test says; it reads `at_most` so many bytes at once.

    Attributes:
        stays: whether it keeps the line after its first answer.
    """

    def __init__(self, answer: Answer, at_most: int) -> None:
        self._answer = answer
        self._at_most = at_most
        self._lines: set[asyncio.Task[None]] = set()
        self.connections = 0
        self.stays = True

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._lines.add(task)
        self.connections += 1
        try:
            while data := await reader.read(self._at_most):
                writer.write(await self._answer(data))
                if not self.stays:
                    break
        finally:
            writer.close()
            with contextlib.suppress(OSError):
                await writer.wait_closed()

    async def close(self) -> None:
        for line in self._lines:
            line.cancel()
        await asyncio.gather(*self._lines, return_exceptions=True)


@contextlib.asynccontextmanager
async def pretended(path: Path, answer: Answer, *, at_most: int = 65_536) -> AsyncIterator[Pretended]:
    made = Pretended(answer, at_most)
    server = await asyncio.start_unix_server(made.serve, path)
    try:
        yield made
    finally:
        server.close()
        await made.close()
