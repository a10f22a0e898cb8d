"""The store, for one command: the configured server, a running `codau up`'s, or one for the time being."""

from __future__ import annotations

import asyncio
import contextlib
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import TYPE_CHECKING, TypeVar

from service import settings
from service.commands.errors import Refused

if TYPE_CHECKING:
    from service.settings import Settings
    from service.store.directory import Directory
    from service.store.store import Store
    from service.store.wire import Commands

_STOP_S = 10.0
_T = TypeVar("_T")


def with_directory(action: Callable[[Directory], Awaitable[_T]]) -> _T:
    """What `action` makes of the sites and keys of this installation.

    Raises:
        Refused: they are of another format.
    """
    from service.store.directory import Directory
    from service.store.partitions import Mismatch, compare, written

    async def run() -> _T:
        async with opened(settings.load()) as store:
            found_format, _ = await written(store)
            try:
                compare(found_format, None, 0)  # sites and keys do not depend on partitions
            except Mismatch as mismatch:
                raise Refused(str(mismatch)) from None
            return await action(Directory(store))

    return asyncio.run(run())


def with_store(action: Callable[[Store], Awaitable[_T]]) -> _T:
    """What `action` makes of this installation's store.

    Raises:
        StartRefused: it cannot be used, or its data are not for this installation.
    """

    async def run() -> _T:
        from service.store.store import Store
        from service.supervision.store_check import usable

        chosen = settings.load()
        async with reached(chosen) as url:
            await usable(url, chosen.partitions)
            store = Store(url, chosen.partitions, chosen.replicas)
            try:
                return await action(store)
            finally:
                await store.close()

    return asyncio.run(run())


@contextlib.asynccontextmanager
async def opened(chosen: Settings) -> AsyncIterator[Commands]:
    """What takes commands to the store.

    Raises:
        StartRefused: an embedded server is needed, and does not start.
    """
    from service.store.connection import commands

    async with reached(chosen) as url:
        store = commands(url, chosen.replicas)
        try:
            yield store
        finally:
            await store.close()


@contextlib.asynccontextmanager
async def reached(chosen: Settings) -> AsyncIterator[str]:
    """The address of the store, where it answers for as long as this lasts.

    Raises:
        StartRefused: an embedded server is needed, and does not start.
    """
    _log_to_standard_error()
    async with contextlib.AsyncExitStack() as stack:
        yield chosen.redis_url or await _embedded(chosen, stack)


def _log_to_standard_error() -> None:
    """Standard output is for what was asked: JSON shall stay JSON, whatever there is to warn of."""
    import logging

    import structlog

    structlog.configure(
        wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )


async def _embedded(chosen: Settings, stack: contextlib.AsyncExitStack) -> str:
    from service.supervision.embedded import KeptServer
    from service.supervision.folder import FolderInUse
    from service.supervision.valkey import EmbeddedValkey

    server = KeptServer(EmbeddedValkey(chosen.data_dir, fsync=chosen.fsync))
    with contextlib.suppress(FolderInUse):  # by a `codau up`, whose server we use
        await server.start()
        stack.push_async_callback(server.stop, _STOP_S)
    return server.url
