"""How each process keeps an eye on the store's memory, so that intake stops before it is full."""

import asyncio
import contextlib
from collections.abc import AsyncIterator

from aiohttp import web

from service.api.services import SERVICES
from service.errors import Unavailable

LOOK_S = 0.5
"""How often: in that time nobody takes in as much as is left."""


async def watching_memory(app: web.Application) -> AsyncIterator[None]:
    """Look at the store's memory while the application runs."""
    store = app[SERVICES].store

    async def look() -> None:
        while True:
            with contextlib.suppress(Unavailable):
                await store.memory.look()
            await asyncio.sleep(LOOK_S)

    looking = asyncio.create_task(look())
    yield
    looking.cancel()
    await asyncio.wait([looking])
