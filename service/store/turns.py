"""Whose turn it is to do what one process at a time is enough for: a key that ends soon after its process.

It spares several processes the same work. That nothing is done twice or lost must not rest on it.
"""

from service.store.connection import again_if_interrupted
from service.store.wire import Commands


async def hold(commands: Commands, key: str, who: str, ms: int) -> bool:
    """Have the turn for some time more; False where another has it.

    One that lasts for longer than it is given was given before the server's clock went back: its owner has
    that time left to ask again.
    """
    if await again_if_interrupted(commands, "SET", key, who, "NX", "PX", ms):
        return True
    if await again_if_interrupted(commands, "GET", key) != who.encode():
        await again_if_interrupted(commands, "PEXPIRE", key, ms, "LT")
        return False
    await again_if_interrupted(commands, "PEXPIRE", key, ms)
    return True
