"""The embedded server among the other processes: started without blocking them, and again when it dies.

While its disk has no room it only reads: what is published is still shown, and nothing is taken in that could
not be kept. It goes on by itself.
"""

import asyncio
import contextlib
import itertools
from collections.abc import Callable, Iterator

import structlog

from service.supervision import space
from service.supervision.errors import StartRefused
from service.supervision.restarting import cancelled, ended, keep, waits
from service.supervision.valkey import EmbeddedValkey

LONGEST_WAIT_S = 2.0
"""Between two starts of a server that keeps dying; short, since nothing works without it. One that lived for
so long did not die of its start."""

LOOK_S = 0.2
"""How often to look whether the disk has room."""

_log = structlog.get_logger()


class KeptServer:
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
        try:
            await self._undisturbed(self._server.start)
        except asyncio.CancelledError:
            await asyncio.to_thread(self._server.stop)
            raise
        keeping = keep(self._lived, self._began, _pauses, settled_s=LONGEST_WAIT_S)
        self._keeping = [asyncio.create_task(keeping), asyncio.create_task(self._watch_the_disk())]

    @property
    def rests(self) -> bool:
        """Whether it only reads: its disk has no room."""
        return self._server.rests

    async def stop(self, within_s: float) -> None:
        """Stop it, everybody who used it having ended."""
        for task in self._keeping:
            await cancelled(task)
        await asyncio.to_thread(self._server.stop, within_s)

    async def _lived(self) -> None:
        await ended(self._server.pidfd)
        _log.warning("the embedded server ended; it is started again")

    async def _began(self, _: float) -> bool:
        try:
            await self._undisturbed(self._server.serve)
        except (StartRefused, OSError) as error:
            _log.error("the embedded server does not start", why=str(error))
            return False
        return True

    async def _undisturbed(self, begin: Callable[[], None]) -> None:
        """Have it begin; being cancelled, see that come to an end, so that nobody stops it meanwhile."""
        beginning = asyncio.create_task(asyncio.to_thread(begin))
        try:
            await asyncio.shield(beginning)
        except asyncio.CancelledError:
            self._server.give_up()  # it may be reading a large file
            with contextlib.suppress(StartRefused, OSError):
                await beginning
            raise

    async def _watch_the_disk(self) -> None:
        told = False
        while True:
            with contextlib.suppress(OSError):  # it is starting, and begins as the disk is by then
                short = space.is_short(self._server.folder, already=told)
                if short != told:
                    _tell(short, str(self._server.folder))
                    told = short
                if short != self._server.rests:
                    await asyncio.to_thread(self._server.rest, short)
            await asyncio.sleep(LOOK_S)


def _pauses() -> Iterator[float]:
    """One that served well is started again at once."""
    return itertools.chain([0.0], waits(LONGEST_WAIT_S))


def _tell(short: bool, folder: str) -> None:
    if short:
        _log.error("the disk is full; nothing is taken in until there is room", folder=folder)
    else:
        _log.info("the disk has room again; comments are taken in", folder=folder)
