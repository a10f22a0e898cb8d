"""Whether the store can be used at all, asked once before anything is started on it."""

import asyncio
import time

from service.errors import Unavailable
from service.store.connection import commands
from service.store.migrations import bring_forward
from service.store.partitions import Mismatch, Partitions
from service.supervision.errors import StartRefused

PATIENCE_S = 5.0
"""How long to wait for a server that does not answer: it may be starting too."""


async def usable(redis_url: str, partitions: int, *, begins: bool = False) -> None:
    """Write format and partition count into an empty store, or compare them with those of a used one.

    Args:
        begins: whether the service is started: then data of an older format are brought forward. A command
            may run beside a service that still is the older one.

    Raises:
        StartRefused: nobody answers, or the data are not for this installation.
    """
    store = commands(redis_url)
    deadline = time.monotonic() + PATIENCE_S
    try:
        while True:
            try:
                if begins:
                    await bring_forward(store)
                return await Partitions(partitions).check(store)
            except Unavailable as unavailable:
                if time.monotonic() > deadline:
                    raise StartRefused(
                        f"CODAU_REDIS_URL: nothing can be stored there: {unavailable}"
                    ) from None
                await asyncio.sleep(0.1)
    except Mismatch as mismatch:
        raise StartRefused(str(mismatch)) from None
    finally:
        await store.close()
