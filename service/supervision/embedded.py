"""The embedded server among the other processes: started without blocking them, and again when it dies.

While its disk has no room it only reads: what is published is still shown, and nothing is taken in that could
not be kept. It goes on by itself.
"""

import asyncio
import contextlib
from collections.abc import Iterator

import structlog

from service.supervision import space
from service.supervision.children import cancelled, ended, waits
from service.supervision.errors import StartRefused
from service.supervision.valkey import EmbeddedValkey

LONGEST_WAIT_S = 2.0
"""Between two starts of a server that keeps dying; short, since nothing works without it."""

LOOK_S = 0.2
"""How often to look whether the disk has room."""

_log = structlog.get_logger()


class Kept:
    """A server that is kept running until it is stopped."""

    def __init__(self, server: EmbeddedValkey) -> None:
        self._server = server
        self._keeping: list[asyncio.Task[None]] = []
        self.url = server.url

    async def start(self) -> None:
        """Start it or take it over; being cancelled, leave nothing behind.

        Raises:
            StartRefused: see `EmbeddedValkey.start`.
        """
        starting = asyncio.create_task(asyncio.to_thread(self._server.start))
        try:
            await asyncio.shield(starting)
        except asyncio.CancelledError:
            self._server.give_up()  # it may be reading a large file
            with contextlib.suppress(StartRefused):
                await starting
            await asyncio.to_thread(self._server.stop)
            raise
        self._keeping = [asyncio.create_task(self._keep()), asyncio.create_task(self._watch_the_disk())]

    @property
    def rests(self) -> bool:
        """Whether it only reads: its disk has no room."""
        return self._server.rests

    async def stop(self, within_s: float) -> None:
        """Stop it, everybody who used it having ended."""
        for task in self._keeping:
            await cancelled(task)
        await asyncio.to_thread(self._server.stop, within_s)

    async def _keep(self) -> None:
        loop = asyncio.get_running_loop()
        pauses = waits(LONGEST_WAIT_S)
        while True:
            began = loop.time()
            await ended(self._server.pidfd)
            _log.warning("the embedded server ended; it is started again")
            if loop.time() - began >= LONGEST_WAIT_S:
                pauses = waits(LONGEST_WAIT_S)
            else:
                await asyncio.sleep(next(pauses))
            await self._again(pauses)

    async def _again(self, pauses: Iterator[float]) -> None:
        for wait_s in pauses:
            try:
                await asyncio.shield(asyncio.to_thread(self._server.serve))
            except (StartRefused, OSError) as error:
                _log.error("the embedded server does not start", why=str(error), again_in_s=wait_s)
                await asyncio.sleep(wait_s)
            else:
                return

    async def _watch_the_disk(self) -> None:
        told = False
        while True:
            short = space.is_short(self._server.folder, already=told)
            if short != told:
                _tell(short, str(self._server.folder))
                told = short
            if short != self._server.rests:
                with contextlib.suppress(OSError):  # it is starting; it begins as the disk is by then
                    await asyncio.to_thread(self._server.rest, short)
            await asyncio.sleep(LOOK_S)


def _tell(short: bool, folder: str) -> None:
    if short:
        _log.error("the disk is full; nothing is taken in until there is room", folder=folder)
    else:
        _log.info("the disk has room again; comments are taken in", folder=folder)
