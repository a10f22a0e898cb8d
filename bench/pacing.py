"""So many a second, on average as far as the machine can: for benches whose own loop makes the load.

`load` does the same for connections, in a process beside.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Iterable


async def paced(numbers: Iterable[int], per_s: float) -> AsyncIterator[int]:
    """Each number when it is due; what is late comes at once, so that none is left out."""
    began = time.monotonic()
    for place, number in enumerate(numbers):
        # the pace itself; 0 for what is late, so that others on the loop have their turn
        await asyncio.sleep(max(0.0, began + place / per_s - time.monotonic()))
        yield number
