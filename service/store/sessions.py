"""Who is signed in on the moderators' page: a session's token stands for a key, until it ends.

Kept are digests alone, so whoever reads the store can sign in as nobody. Whether the key still exists is for
the caller to find out, with every request.
"""

from service.store import keys
from service.store.connection import again_if_interrupted
from service.store.directory import digest_of
from service.store.wire import Commands


class SessionStore:
    """Begins, finds and ends sessions; every process sees them at once."""

    def __init__(self, commands: Commands) -> None:
        self._commands = commands

    async def begin(self, token: str, key_digest: str, *, lasts_ms: int) -> None:
        """Let a token stand for the key of that digest, for so long."""
        key = keys.session(digest_of(token))
        await again_if_interrupted(self._commands, "SET", key, key_digest, "PX", lasts_ms)

    async def key_digest(self, token: str) -> str | None:
        """The digest of the key that a token stands for, or None."""
        found = await again_if_interrupted(self._commands, "GET", keys.session(digest_of(token)))
        return None if found is None else str(found.decode())

    async def end(self, token: str) -> None:
        """Let a token stand for nothing."""
        await again_if_interrupted(self._commands, "DEL", keys.session(digest_of(token)))
