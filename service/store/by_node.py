"""redis-py's commands on a cluster, for what blocks: a client of each server, each command to its owner.

redis-py has a client for clusters. Used by several at once it closes connections that are in use when a
server fails, and asks a server for the keys of each command that reads a stream.
"""

from collections.abc import Callable
from typing import Any

from redis.commands import AsyncCoreCommands
from redis.event import EventDispatcher
from redis.exceptions import AskError, RedisError

from service.errors import Unavailable
from service.store.addresses import Address
from service.store.routed import Routed

_READS_STREAMS = ("XREAD", "XREADGROUP")


class ByNode(AsyncCoreCommands):
    """A client whose commands name keys of one slot each."""

    def __init__(self, cluster: Routed, client: Callable[[Address], Any]) -> None:
        """
        Args:
            cluster: knows which server has what; closed with this.
            client: makes a client of a server.
        """
        self._event_dispatcher = EventDispatcher()  # what redis-py's commands ask of a client
        self._cluster = cluster
        self._make = client
        self._clients: dict[Address, Any] = {}

    async def execute_command(self, *command: Any, **options: Any) -> Any:
        """What the server that has the key answers, as redis-py reads it.

        Raises:
            Unavailable: another has it by now, and is asked the next time.
        """
        owner = await self._cluster.owner(_key(command))
        if owner not in self._clients:
            self._clients[owner] = self._make(owner)
        try:
            return await self._clients[owner].execute_command(*command, **options)
        except AskError as error:  # MOVED is one, too
            self._cluster.learn_soon()
            raise Unavailable("Another server of the cluster has it now.") from error
        except (RedisError, OSError):
            self._cluster.learn_soon()
            raise

    async def aclose(self) -> None:
        await self._cluster.close()
        for client in self._clients.values():
            await client.aclose()


def _key(command: tuple[Any, ...]) -> str:
    """The first key as redis-py puts a command together, where it has one; of a channel the name."""
    if command[0] in _READS_STREAMS:
        place = next(at for at, part in enumerate(command) if part in ("STREAMS", b"STREAMS"))
        key = command[place + 1]
    else:
        key = command[3] if command[0] == "EVAL" else command[1]
    return key.decode() if isinstance(key, bytes) else str(key)
