"""Whose turn it is to do what one process at a time is enough for: a key that ends soon after its process.

It spares several processes the same work. That nothing is done twice or lost must not rest on it.
"""

from service.store.scripts import call
from service.store.wire import Commands


async def hold(commands: Commands, key: str, who: str, ms: int) -> bool:
    """Have the turn for some time more; False where another has it."""
    return bool(await call(commands, "turn", [key], [who, ms]))
