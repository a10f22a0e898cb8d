"""One connection to a server, to be read and written as bytes: what is large must not become one reply."""

import contextlib
from asyncio import IncompleteReadError, StreamReader, StreamWriter
from collections.abc import AsyncIterator, Sequence
from typing import Any

import hiredis
from redis.exceptions import RedisError

from service.backup.refusals import BackupRefused
from service.store.addresses import is_cluster
from service.store.connection import client

_PIECE = 256 * 1024


class Line:
    """A connection that redis-py has made: signed in, and in its database."""

    def __init__(self, connection: Any) -> None:
        self._connection = connection
        self.database = int(connection.db or 0)

    @property
    def reader(self) -> StreamReader:
        """What the server sends behind the last reply that was asked for."""
        reader: StreamReader = self._connection._reader  # redis-py has no public name for it
        return reader

    async def ask(self, *command: str | bytes | int) -> Any:
        """The reply to one command."""
        await self.send(*command)
        return await self._connection.read_response()

    async def send(self, *command: str | bytes | int) -> None:
        """Send one command; what comes is for `reader`."""
        await self._connection.send_command(*command)

    async def do(self, commands: Sequence[Sequence[bytes]]) -> None:
        """Have commands carried out.

        Raises:
            BackupRefused: the server refused one; those behind it were carried out.
        """
        writer: StreamWriter = self._connection._writer
        writer.write(b"".join(hiredis.pack_command(tuple(command)) for command in commands))  # type: ignore[arg-type]
        replies, answered = hiredis.Reader(), 0
        while answered < len(commands):
            piece = await self.reader.read(_PIECE)
            if not piece:
                raise ConnectionError("the server closed the connection")
            replies.feed(piece)
            while (reply := replies.gets()) is not False:
                answered += 1
                if isinstance(reply, hiredis.ReplyError):
                    raise BackupRefused(f"the server refuses: {reply}")


@contextlib.asynccontextmanager
async def line_to(url: str) -> AsyncIterator[Line]:
    """A connection to the server at `url`, or to the primary that its Sentinels name.

    Raises:
        BackupRefused: there is none, it breaks, or the server refuses what it is asked.
    """
    if is_cluster(url):
        raise BackupRefused(
            "CODAU_REDIS_URL: a cluster has no one moment: use `codau export`, or its own snapshots"
        )
    redis: Any = client(url, protocol=2)
    try:
        connection = await redis.connection_pool.get_connection()
        try:
            yield Line(connection)
        finally:
            await connection.disconnect()
    except (RedisError, OSError, EOFError, IncompleteReadError) as error:
        raise BackupRefused(f"CODAU_REDIS_URL: {error or type(error).__name__}") from error
    finally:
        await redis.aclose()
