"""A proxy before Valkey or Redis that loses replies: the command goes through, and the line breaks instead.

`cut` runs it in an event loop that is there, `cutting` in a thread of its own for what waits without one.
"""

import asyncio
import contextlib
import random
import tempfile
import threading
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import hiredis

CHUNK = 65_536


@dataclass(slots=True)
class Cutter:
    """What carries commands on, and replies back unless it cuts the line before them.

    Attributes:
        target: path of the server's socket.
        share: of the replies that are lost; those that come together are lost together.
        cuts: how many lines were cut.
        replies, lost: how many came from the server, and how many of them did not arrive whole.
    """

    target: str
    share: float
    chance: random.Random
    cuts: int = 0
    replies: int = 0
    lost: int = 0
    _lines: set["asyncio.Task[None]"] = field(default_factory=set)

    def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Carry one line, until one end closes it or it is cut."""
        line = asyncio.create_task(self._line(reader, writer))
        self._lines.add(line)
        line.add_done_callback(self._lines.discard)

    async def _line(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        back, on = await asyncio.open_unix_connection(self.target)
        ways = {asyncio.create_task(_carry(reader, on)), asyncio.create_task(self._bring(back, writer))}
        try:
            await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for way in ways:
                way.cancel()
            await asyncio.gather(*ways, return_exceptions=True)
            for end in (on, writer):
                end.close()
                with contextlib.suppress(OSError):
                    await end.wait_closed()

    async def _bring(self, back: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        replies = hiredis.Reader()
        while data := await back.read(CHUNK):
            whole = _count(replies, data)
            self.replies += whole
            if whole and self.chance.random() < self.share:
                self.cuts += 1
                self.lost += whole
                writer.write(data[: self.chance.randrange(len(data)) if whole == 1 else 0])
                break
            writer.write(data)

    async def close(self) -> None:
        """End every line."""
        for line in list(self._lines):
            line.cancel()
        await asyncio.gather(*self._lines, return_exceptions=True)


def _count(replies: Any, data: bytes) -> int:
    """How many replies are whole with these bytes."""
    replies.feed(data)
    count = 0
    while replies.gets() is not False:
        count += 1
    return count


async def _carry(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while data := await reader.read(CHUNK):
        writer.write(data)


@contextlib.asynccontextmanager
async def cut(redis_url: str, path: str, *, share: float, seed: int = 7) -> AsyncIterator[Cutter]:
    """Listen at `path` for those who would speak to the server at a `unix://` address."""
    cutter = Cutter(redis_url.removeprefix("unix://"), share, random.Random(seed))  # noqa: S311 - seeded
    server = await asyncio.start_unix_server(cutter.serve, path)
    try:
        yield cutter
    finally:
        server.close()
        await cutter.close()


@dataclass(slots=True)
class Cutting:
    """Makes of a server's address that of a proxy, for `stack.apart`; `cutter` counts meanwhile."""

    share: float
    seed: int
    cutter: Cutter | None = None

    @contextlib.contextmanager
    def __call__(self, redis_url: str) -> Iterator[str]:
        """A proxy in a thread of its own, until the block ends."""
        ready, told = threading.Event(), _Told()
        with tempfile.TemporaryDirectory() as folder:
            path = str(Path(folder) / "s")

            async def listen() -> None:
                told.loop, told.stop = asyncio.get_running_loop(), asyncio.Event()
                async with cut(redis_url, path, share=self.share, seed=self.seed) as self.cutter:
                    ready.set()
                    await told.stop.wait()

            thread = threading.Thread(target=asyncio.run, args=(listen(),), daemon=True)
            thread.start()
            ready.wait()
            try:
                yield f"unix://{path}"
            finally:
                told.end()
                thread.join()


@dataclass(slots=True)
class _Told:
    """How a thread's loop is told to end."""

    loop: asyncio.AbstractEventLoop | None = None
    stop: asyncio.Event | None = None

    def end(self) -> None:
        if self.loop is not None and self.stop is not None:
            self.loop.call_soon_threadsafe(self.stop.set)
