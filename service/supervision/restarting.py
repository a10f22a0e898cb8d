"""Having what dies begin again: when it has died, and after which wait."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Iterator

FIRST_WAIT_S = 0.1


async def ended(pidfd: int) -> None:
    """Return when the process has ended."""
    loop = asyncio.get_running_loop()
    gone = asyncio.Event()
    loop.add_reader(pidfd, gone.set)
    try:
        await gone.wait()
    finally:
        loop.remove_reader(pidfd)


async def cancelled(task: asyncio.Task[None]) -> None:
    """Cancel a task of ours and see it end: until then it still watches its process."""
    task.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await task


def waits(longest_s: float) -> Iterator[float]:
    """Seconds to wait before each beginning of something that keeps dying: ever twice as long."""
    wait_s = FIRST_WAIT_S
    while True:
        yield wait_s
        wait_s = min(wait_s * 2, longest_s)


async def keep(
    lived: Callable[[], Awaitable[None]],
    began: Callable[[float], Awaitable[bool]],
    pauses: Callable[[], Iterator[float]],
    *,
    settled_s: float,
) -> None:
    """Have something begin again whenever it has died; never ends.

    Args:
        lived: returns when it has died.
        began: lets it begin, and tells whether it has; takes how long that was waited for, s.
        pauses: the waits of something that has only now begun to die.
        settled_s: what has lived so long did not die of its beginning: its waits start anew.
    """
    loop = asyncio.get_running_loop()
    left = pauses()
    while True:
        since = loop.time()
        await lived()
        if loop.time() - since >= settled_s:
            left = pauses()
        for wait_s in left:
            await asyncio.sleep(wait_s)
            if await began(wait_s):
                break
