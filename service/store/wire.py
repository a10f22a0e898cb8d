"""The hot path to one Redis or Valkey server: a connection that all share, made when it is needed.

redis-py serves everywhere else.
"""

import asyncio
import contextlib
import ssl
from collections.abc import Callable, Mapping
from typing import Any, Protocol

from redis.asyncio.connection import SSLConnection, parse_url
from redis.exceptions import ConnectionError as RedisConnectionError

from service.errors import Unavailable
from service.store.addresses import Address, is_watched, watched
from service.store.sentinels import ASK_EVERY_S, Sentinels
from service.store.session import Argument, Interrupted, ReplyError, Restarting, Session

__all__ = ["Argument", "Commands", "Interrupted", "ReplyError", "Restarting", "Wire"]

_CONNECT_TIMEOUT_S = 1.0
_WHERE = ("host", "port")


class Commands(Protocol):
    """Whatever takes a command to the server that has its keys.

    Attributes:
        one_server: whether that is the same for all keys, so that one call may name any of them.
    """

    one_server: bool

    async def run(self, *command: Argument) -> Any:
        """Send a command and return its reply.

        Raises:
            Unavailable: it was not carried out.
            Interrupted: the connection broke; whether it was carried out is unknown.
            ReplyError: the server refused it.
        """
        ...

    def ask(self, *command: Argument) -> "asyncio.Future[Any]":
        """Begin a small read, and give the reply to come; fails as `run` does.

        Who asks the same in the same turn of the event loop shares the reply: it was read after all of them
        asked.
        """
        ...

    async def close(self) -> None: ...


class Wire:
    """`Commands` for the server at a `redis://`, `rediss://` or `unix://` URL, or for the primary that the
    Sentinels of a `redis+sentinel://` URL name; connects when needed."""

    one_server = True

    def __init__(self, url: str, *, session: Callable[[], Session] = Session) -> None:
        """
        Args:
            session: makes a connection.
        """
        self._make = session
        self._sentinels = Sentinels(watched(url)) if is_watched(url) else None
        self._target: dict[str, Any] = dict(parse_url(watched(url).server if self._sentinels else url))
        self._session: Session | None = None
        self._dialing: asyncio.Task[Session] | None = None
        self._watching: asyncio.Task[None] | None = None

    async def run(self, *command: Argument) -> Any:
        session = self._session
        if session is None or not session.alive:
            session = await self._connected()
        return await session.send(command)

    async def run_asked(self, *command: Argument) -> Any:
        """The same, where another server of a cluster says that this one is about to have the key."""
        session = self._session
        if session is None or not session.alive:
            session = await self._connected()
        _, reply = await asyncio.gather(session.send(("ASKING",)), session.send(command))
        return reply

    def ask(self, *command: Argument) -> asyncio.Future[Any]:
        session = self._session
        if session is None or not session.alive:
            return asyncio.ensure_future(self.run(*command))
        return session.ask(command)

    async def _connected(self) -> Session:
        """A new connection; who asks while one is being made waits for that one, and shares its failure."""
        if self._dialing is None:
            self._dialing = asyncio.create_task(self._connect())
            self._dialing.add_done_callback(self._dialed)
        return await asyncio.shield(self._dialing)

    def _dialed(self, attempt: asyncio.Task[Session]) -> None:
        self._dialing = None
        if not attempt.cancelled() and attempt.exception() is None:
            self._session = attempt.result()

    async def _connect(self) -> Session:
        try:
            async with asyncio.timeout(_CONNECT_TIMEOUT_S):
                if self._sentinels is None:
                    session = await self._introduce(await self._dial(self._target))
                else:
                    session = await self._to_primary(self._sentinels)
        except TimeoutError as error:
            raise Unavailable("The store does not answer.") from error
        except RedisConnectionError as error:  # the Sentinels name nobody
            raise Restarting(str(error)) from error
        except (OSError, Interrupted) as error:
            raise Restarting("The store cannot be reached.") from error
        except ReplyError as error:
            raise Unavailable(f"The store refuses us ({error.kind}).") from error
        session.introduced()
        return session

    async def _to_primary(self, sentinels: Sentinels) -> Session:
        """A connection to whom the Sentinels name, given up when they name another."""
        address = await sentinels.primary()
        target = self._target | dict(zip(_WHERE, address, strict=True))
        session = await self._introduce(await self._dial(target))
        if self._watching is not None:
            self._watching.cancel()
        self._watching = asyncio.create_task(_give_up_when_moved(session, address, sentinels))
        return session

    async def _dial(self, target: Mapping[str, Any]) -> Session:
        loop = asyncio.get_running_loop()
        if "path" in target:
            _, session = await loop.create_unix_connection(self._make, target["path"])
            return session
        _, session = await loop.create_connection(
            self._make, target.get("host", "localhost"), target.get("port", 6379), ssl=_secured(target)
        )
        return session

    async def _introduce(self, session: Session) -> Session:
        """Say who we are, and hear that it answers; that it is a primary, where another may be.

        Raises:
            Restarting: it is none, or not yet.
        """
        target = self._target
        try:
            if "password" in target:
                user = [target["username"]] if target.get("username") else []
                await session.send(("AUTH", *user, target["password"]))
            if target.get("db"):
                await session.send(("SELECT", target["db"]))
            await session.send(("PING",))
            if self._sentinels is not None and await _role(session) != b"master":
                raise Restarting("The Sentinels name a server that is no primary.")
        except BaseException:
            session.abort()
            raise
        return session

    async def close(self) -> None:
        going = [task for task in (self._dialing, self._watching) if task is not None]
        for task in going:
            task.cancel()
        await asyncio.gather(*going, return_exceptions=True)  # what they ask of the Sentinels is closed below
        if self._session is not None:
            self._session.abort()
        if self._sentinels is not None:
            await self._sentinels.aclose()


async def _role(session: Session) -> bytes:
    said = await session.send(("HELLO",))  # without a version it changes nothing
    return bytes(dict(zip(said[::2], said[1::2], strict=True))[b"role"])


async def _give_up_when_moved(session: Session, address: Address, sentinels: Sentinels) -> None:
    """End a session as soon as the Sentinels name another primary; while they say nothing, keep it."""
    while session.alive:
        await asyncio.sleep(ASK_EVERY_S)
        with contextlib.suppress(RedisConnectionError):
            if await sentinels.primary() != address:
                session.abort()


def _secured(target: Mapping[str, Any]) -> ssl.SSLContext | None:
    """What a `rediss://` URL asks for by its `ssl_…` options, read as redis-py reads them."""
    if target.get("connection_class") is not SSLConnection:
        return None
    options = {name: value for name, value in target.items() if name.startswith("ssl_")}
    return SSLConnection(**options).ssl_context.get()
