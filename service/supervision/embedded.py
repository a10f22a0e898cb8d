"""The embedded server among the other processes: started without blocking them, and again when it dies."""

import asyncio
import contextlib

import structlog

from service.supervision.children import cancelled, ended, waits
from service.supervision.errors import StartRefused
from service.supervision.valkey import EmbeddedValkey

_log = structlog.get_logger()


class Kept:
    """A server that is kept running until it is stopped."""

    def __init__(self, server: EmbeddedValkey) -> None:
        self._server = server
        self._keeping: asyncio.Task[None] | None = None
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
        self._keeping = asyncio.create_task(self._keep())

    async def stop(self, within_s: float) -> None:
        """Stop it, everybody who used it having ended."""
        if self._keeping is not None:
            await cancelled(self._keeping)
        await asyncio.to_thread(self._server.stop, within_s)

    async def _keep(self) -> None:
        while True:
            await ended(self._server.pidfd)
            _log.warning("the embedded server ended; it is started again")
            for wait_s in waits():
                try:
                    await asyncio.shield(asyncio.to_thread(self._server.serve))
                    break
                except (StartRefused, OSError) as error:
                    _log.error("the embedded server does not start", why=str(error), again_in_s=wait_s)
                    await asyncio.sleep(wait_s)
