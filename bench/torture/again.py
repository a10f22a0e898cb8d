"""Asking again: for what no event tells.

What a scenario waits for happens in other processes, or is told over HTTP by a service that may be down, or
is counted by many clients at once. None of them calls back, so that it is looked at again and again. It is
not for what a task of the same process can set an `asyncio.Event` for.
"""

import asyncio
import math
import time
from collections.abc import Awaitable, Callable
from inspect import isawaitable

AGAIN_S = 0.05
"""Between two looks, and before a client repeats what was not answered: often enough to be felt in no figure
told in tenths of a second, seldom enough not to be the load."""


async def comes_true(holds: Callable[[], bool | Awaitable[bool]], within_s: float = math.inf) -> bool:
    """Look until something holds; False when the time is up before."""
    until = time.monotonic() + within_s
    while not await _answer(holds()):
        if time.monotonic() > until:
            return False
        await asyncio.sleep(AGAIN_S)
    return True


async def _answer(given: bool | Awaitable[bool]) -> bool:
    return await given if isawaitable(given) else given
