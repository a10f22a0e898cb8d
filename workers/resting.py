"""How loops wait for their next turn: until a time has passed, or they are told to stop."""

import asyncio
import contextlib


async def rest(stop: asyncio.Event, seconds: float) -> None:
    """Wait, but not beyond the word to stop."""
    with contextlib.suppress(TimeoutError):
        await asyncio.wait_for(stop.wait(), seconds)
