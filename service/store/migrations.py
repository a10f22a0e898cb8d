"""Stored data brought forward from an older format, a format at a time, by one process at a time.

Whoever changes what is stored so that an older program could not read it raises `FORMAT`, adds a step here,
and a test that goes it with data of the format before.
"""

import asyncio
import contextlib
import secrets
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping

import structlog

from service.store import keys
from service.store.connection import again_if_interrupted
from service.store.partitions import FORMAT, written
from service.store.turns import hold
from service.store.wire import Commands

HOLD_MS = 15_000
"""After so long in silence whoever was at it is taken for dead, and another goes on."""

_RENEW_S = 5.0
_LOOK_S = 0.1

Step = Callable[[Commands], Awaitable[None]]
"""Brings all data from one format to the next. It may be cut off anywhere, and run again from the start."""


async def _compress_from_now_on(commands: Commands) -> None:
    """Records of format 1 stay, and are read as they are (see `service/comments/record.py`)."""


STEPS: Mapping[int, Step] = {1: _compress_from_now_on}
"""By the format that a step begins with."""

log = structlog.get_logger()


async def bring_forward(commands: Commands, *, steps: Mapping[int, Step] = STEPS, to: int = FORMAT) -> None:
    """Go the steps from the format of the data; where one is missing, they stay as they are.

    No process of an older program may run on the data meanwhile; docs/upgrade.md tells operators so.
    """
    found, _ = await written(commands)
    if found not in steps or found >= to:
        return
    async with _turn(commands):
        while (found := (await written(commands))[0]) in steps and found < to:
            log.info("data_brought_forward", begins=found, ends=found + 1)
            await steps[found](commands)
            await again_if_interrupted(commands, "HSET", keys.META, "format", found + 1)


@contextlib.asynccontextmanager
async def _turn(commands: Commands) -> AsyncIterator[None]:
    """Be the only one at it; whoever comes second waits."""
    who = secrets.token_hex(6)
    while not await hold(commands, keys.MIGRATING, who, HOLD_MS):  # noqa: ASYNC110  it is another process
        await asyncio.sleep(_LOOK_S)
    renewing = asyncio.create_task(_renew(commands, who))
    try:
        yield
    finally:
        renewing.cancel()
        await again_if_interrupted(commands, "DEL", keys.MIGRATING)


async def _renew(commands: Commands, who: str) -> None:
    while await hold(commands, keys.MIGRATING, who, HOLD_MS):  # noqa: ASYNC110  a clock, no event
        await asyncio.sleep(_RENEW_S)
