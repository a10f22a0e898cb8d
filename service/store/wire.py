"""The hot path to one Redis or Valkey server: commands of one event-loop turn share one write.

A connection that any number of callers use at once, for commands that answer at once (nothing that blocks).
redis-py serves everywhere else. Replies come back as they are: bytes, integers, lists.
"""

import asyncio
import contextlib
import ssl
from collections import deque
from collections.abc import Mapping
from typing import Any, Protocol, cast

import hiredis
from redis.asyncio.connection import SSLConnection, parse_url
from redis.exceptions import ConnectionError as RedisConnectionError

from service.errors import Unavailable
from service.store.addresses import Address, is_watched, watched
from service.store.sentinels import ASK_EVERY_S, Sentinels

Argument = str | bytes | int | float

_LOOK_EVERY_S = 1.0
_SILENT_LOOKS = 6  # after more than 5 s without a byte a connection is taken for dead
_CONNECT_TIMEOUT_S = 1.0
_CANNOT_SERVE = frozenset(
    ["OOM", "MISCONF", "READONLY", "LOADING", "BUSY", "MASTERDOWN", "NOREPLICAS", "CLUSTERDOWN", "TRYAGAIN"]
)
_WHERE = ("host", "port")
_NOT_THE_ONE = frozenset(["READONLY", "MASTERDOWN", "LOADING"])
"""Said by a server that is not, or not yet, the one we look for: the address may lead to another now."""


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


class Interrupted(Unavailable):
    """The connection broke before the reply: the command may have been carried out, or not."""


class Restarting(Unavailable):
    """Nobody listens, or the server still reads its data: it was not carried out, and may be in a moment."""


class ReplyError(Exception):
    """The server refused a command; the first word says why."""

    @property
    def kind(self) -> str:
        return str(self).partition(" ")[0]

    def as_unavailable(self) -> Unavailable | None:
        """The 503 that it means, or None where it is a defect of ours."""
        if self.kind not in _CANNOT_SERVE:
            return None
        meaning = Restarting if self.kind == "LOADING" else Unavailable
        return meaning(f"The store cannot serve now ({self.kind}).")


class _Session(asyncio.Protocol):
    """One connection: requests in order, replies in the same order.

    Attributes:
        alive: whether it takes commands; one that does not is closed when what it took is answered.
    """

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._reader = hiredis.Reader(replyError=ReplyError)
        self._waiting: deque[list[asyncio.Future[Any]]] = deque()
        self._unsent: list[bytes] = []
        self._asked: dict[tuple[Argument, ...], list[asyncio.Future[Any]]] = {}
        self._transport: asyncio.Transport | None = None
        self._watch: asyncio.TimerHandle | None = None
        self._silent_looks = 0
        self.alive = True

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)  # uvloop's is none by class
        self._watch = self._loop.call_later(_LOOK_EVERY_S, self._look_for_silence)

    def send(self, command: tuple[Argument, ...]) -> asyncio.Future[Any]:
        """The reply to come.

        Raises:
            Restarting: the connection has ended since the caller was given it.
        """
        if not self.alive:
            raise Restarting("The connection to the store broke.")
        if not self._unsent:
            self._loop.call_soon(self._write)
        self._unsent.append(hiredis.pack_command(command))  # type: ignore[arg-type]  # its stub says one element
        reply: asyncio.Future[Any] = self._loop.create_future()
        self._waiting.append([reply])
        return reply

    def ask(self, command: tuple[Argument, ...]) -> asyncio.Future[Any]:
        """The reply to come, the same for all who ask before the command is written."""
        sharing = self._asked.get(command)
        if sharing is None:
            reply = self.send(command)
            self._asked[command] = self._waiting[-1]
        else:
            reply = self._loop.create_future()  # one for each: who goes away cancels his own
            sharing.append(reply)
        return reply

    def _write(self) -> None:
        self._asked.clear()
        if self._transport is not None and not self._transport.is_closing():
            self._transport.write(b"".join(self._unsent))
        self._unsent.clear()

    def data_received(self, data: bytes) -> None:
        self._silent_looks = 0
        self._reader.feed(data)
        while (reply := self._reader.gets()) is not False:
            if isinstance(reply, ReplyError) and reply.kind in _NOT_THE_ONE:
                self.alive = False
            self._hand_over(reply)
        if not self.alive and not self._waiting:
            self.abort()

    def _hand_over(self, reply: Any) -> None:
        for waiting in self._waiting.popleft():
            if waiting.done():  # its caller went away; the reply is still its own
                continue
            if isinstance(reply, ReplyError):
                waiting.set_exception(reply.as_unavailable() or reply)
            else:
                waiting.set_result(reply)

    def connection_lost(self, exc: Exception | None) -> None:
        self.alive = False
        if self._watch is not None:
            self._watch.cancel()
        for waiting in (one for sharing in self._waiting for one in sharing):
            if not waiting.done():
                waiting.set_exception(Interrupted("The connection to the store broke."))
        self._waiting.clear()

    def _look_for_silence(self) -> None:
        """Count looks, not time: while this process itself was busy, the reply may have come unread."""
        self._silent_looks = self._silent_looks + 1 if self._waiting else 0
        if self._silent_looks >= _SILENT_LOOKS:
            self.abort()
        else:
            self._watch = self._loop.call_later(_LOOK_EVERY_S, self._look_for_silence)

    def abort(self) -> None:
        self.alive = False
        if self._transport is not None:
            self._transport.abort()


class Wire:
    """`Commands` for the server at a `redis://`, `rediss://` or `unix://` URL, or for the primary that the
    Sentinels of a `redis+sentinel://` URL name; connects when needed."""

    one_server = True

    def __init__(self, url: str) -> None:
        self._sentinels = Sentinels(watched(url)) if is_watched(url) else None
        self._target: dict[str, Any] = dict(parse_url(watched(url).server if self._sentinels else url))
        self._session: _Session | None = None
        self._dialing: asyncio.Task[_Session] | None = None
        self._watching: asyncio.Task[None] | None = None

    async def run(self, *command: Argument) -> Any:
        session = self._session
        if session is None or not session.alive:
            session = await self._connected()
        return await session.send(command)

    def ask(self, *command: Argument) -> asyncio.Future[Any]:
        session = self._session
        if session is None or not session.alive:
            return asyncio.ensure_future(self.run(*command))
        return session.ask(command)

    async def _connected(self) -> _Session:
        """A new connection; who asks while one is being made waits for that one, and shares its failure."""
        if self._dialing is None:
            self._dialing = asyncio.create_task(self._connect())
            self._dialing.add_done_callback(self._dialed)
        return await asyncio.shield(self._dialing)

    def _dialed(self, attempt: asyncio.Task[_Session]) -> None:
        self._dialing = None
        if not attempt.cancelled() and attempt.exception() is None:
            self._session = attempt.result()

    async def _connect(self) -> _Session:
        try:
            async with asyncio.timeout(_CONNECT_TIMEOUT_S):
                if self._sentinels is None:
                    return await self._introduced(await self._dial(self._target))
                return await self._to_primary(self._sentinels)
        except TimeoutError as error:
            raise Unavailable("The store does not answer.") from error
        except RedisConnectionError as error:
            raise Restarting(str(error)) from error
        except (OSError, Interrupted) as error:
            raise Restarting("The store cannot be reached.") from error
        except ReplyError as error:
            raise Unavailable(f"The store refuses us ({error.kind}).") from error

    async def _to_primary(self, sentinels: Sentinels) -> _Session:
        """A connection to whom the Sentinels name, given up when they name another.

        Raises:
            Restarting: that one does not take itself for a primary, or not yet.
        """
        address = await sentinels.primary()
        target = self._target | dict(zip(_WHERE, address, strict=True))
        session = await self._introduced(await self._dial(target))
        said = await session.send(("HELLO",))
        if dict(zip(said[::2], said[1::2], strict=True))[b"role"] != b"master":
            session.abort()
            raise Restarting("The Sentinels name a server that is no primary.")
        if self._watching is not None:
            self._watching.cancel()
        self._watching = asyncio.create_task(_give_up_when_moved(session, address, sentinels))
        return session

    async def _dial(self, target: Mapping[str, Any]) -> _Session:
        loop = asyncio.get_running_loop()
        if "path" in target:
            _, session = await loop.create_unix_connection(_Session, target["path"])
            return session
        _, session = await loop.create_connection(
            _Session, target.get("host", "localhost"), target.get("port", 6379), ssl=_secured(target)
        )
        return session

    async def _introduced(self, session: _Session) -> _Session:
        target = self._target
        try:
            if "password" in target:
                user = [target["username"]] if target.get("username") else []
                await session.send(("AUTH", *user, target["password"]))
            if target.get("db"):
                await session.send(("SELECT", target["db"]))
            await session.send(("PING",))
        except BaseException:
            session.abort()
            raise
        return session

    async def close(self) -> None:
        for task in (self._dialing, self._watching):
            if task is not None:
                task.cancel()
        if self._session is not None:
            self._session.abort()
        if self._sentinels is not None:
            await self._sentinels.aclose()


async def _give_up_when_moved(session: _Session, address: Address, sentinels: Sentinels) -> None:
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
