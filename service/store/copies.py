"""Writes that are answered when replicas have them, too: what `CODAU_REPLICAS` asks for.

After the commands of one event-loop turn stands one `WAITAOF`, on the same connection, which is answered when
the primary and so many replicas have all of them on disk; until then their replies are held, and what comes
meanwhile is sent together after it. A server counts from a connection's own writes alone, and a script that
finds its work done writes nothing, though what it found may not have been copied yet: so a small write stands
before each `WAITAOF`, in a slot that this server has. And a `WAIT`: asked too soon, a replica tells what it
had on disk before, and what it has now a second later (medians of 1,007 ms, and of 0.7 ms after a `WAIT`).

Reads have a connection of their own, which waits for nobody. But a request that changes something may be
acknowledged by what it reads (what was erased is erased): of such a request reads are held, too.
"""

import asyncio
import contextlib
from collections.abc import Iterator, Sequence
from contextvars import ContextVar
from functools import partial
from typing import Any, cast

import hiredis

from service.errors import Unavailable
from service.store import keys
from service.store.session import Argument, ReplyError, Session, Waiting, give
from service.store.slots import first_key
from service.store.wire import Wire

LIMIT_MS = 500
"""How long replicas may take to have it, and then to have it on disk. A caller waits at most for the turn
before his own, and for his own."""

_MARKING = "#!lua flags=allow-oom\nredis.call('set', KEYS[1], '', 'px', 1000)"
_READS = frozenset(
    [
        *("GET", "MGET", "EXISTS", "HGET", "HMGET", "HGETALL", "SMEMBERS", "SISMEMBER"),
        *("ZRANGE", "ZCARD", "ZSCORE", "ZMSCORE", "XRANGE", "XREVRANGE", "XLEN"),
        *("EVALSHA_RO", "EVAL_RO"),
    ]
)
"""What changes nothing; every command that is not named is taken for a write."""

_ASIDE = frozenset(["PING", "SCRIPT", "CLUSTER", "INFO", "TIME"])
"""What is asked of the server, not of what it keeps."""

_changing: ContextVar[bool] = ContextVar("changing", default=False)


@contextlib.contextmanager
def changing() -> Iterator[None]:
    """Whatever is read in here may be acknowledged as done."""
    token = _changing.set(True)
    try:
        yield
    finally:
        _changing.reset(token)


class Copied:
    """`Commands` for a server that has replicas; see `Wire` for the address."""

    one_server = True

    def __init__(self, url: str, replicas: int) -> None:
        self._reading = Wire(url)
        self._writing = Wire(url, session=partial(_CopiedSession, replicas))

    def _line(self, name: Argument) -> Wire:
        aside = name in _ASIDE or (name in _READS and not _changing.get())
        return self._reading if aside else self._writing

    async def run(self, *command: Argument) -> Any:
        return await self._line(command[0]).run(*command)

    async def run_asked(self, *command: Argument) -> Any:
        """As `Wire.run_asked`."""
        return await self._line(command[0]).run_asked(*command)

    def ask(self, *command: Argument) -> "asyncio.Future[Any]":
        return self._line(command[0]).ask(*command)

    async def close(self) -> None:
        await self._reading.close()
        await self._writing.close()


class _CopiedSession(Session):
    """One connection whose replies are held until what they rest on has been copied."""

    def __init__(self, replicas: int) -> None:
        super().__init__()
        self._replicas = replicas
        self._holds = False
        self._mark = ""
        self._barrier: Waiting | None = None  # nobody waits for it: three replies of ours, while they are due
        self._told: list[Any] = []
        self._held: list[tuple[Waiting, Any]] = []

    def introduced(self) -> None:
        self._holds = True

    def send(self, command: tuple[Argument, ...]) -> "asyncio.Future[Any]":
        reply = super().send(command)
        key = first_key(command)
        self._mark = keys.copied(key) if key else self._mark
        return reply

    def _write(self) -> None:
        if self._barrier is not None:
            return  # what has come since goes together when it is down
        if self._holds and self._unsent:
            self._barrier = []
            self._add("EVAL", _MARKING, 1, self._mark)
            self._add("WAIT", self._replicas, LIMIT_MS)
            self._add("WAITAOF", 1, self._replicas, LIMIT_MS)
        super()._write()

    def _add(self, *command: Argument) -> None:
        self._unsent.append(hiredis.pack_command(command))  # type: ignore[arg-type]  # its stub says one element
        self._waiting.append(cast(Waiting, self._barrier))

    def _hand_over(self, reply: Any) -> None:
        if self._waiting[0] is self._barrier:
            self._waiting.popleft()
            self._told.append(reply)
            if len(self._told) == 3:
                self._release()
        elif self._holds and not isinstance(reply, ReplyError):
            self._held.append((self._waiting.popleft(), reply))
        else:
            super()._hand_over(reply)

    def _release(self) -> None:
        """Hand over what was held, or say that it was not copied; let go on what has come since."""
        refusal = _refusal(self._told, self._replicas)
        for waiting, reply in self._held:
            give(waiting, refusal or reply)
        self._held.clear()
        self._told.clear()
        self._barrier = None
        self._write()

    def connection_lost(self, exc: Exception | None) -> None:
        self._waiting.extend(waiting for waiting, _ in self._held)
        super().connection_lost(exc)


def _refusal(told: Sequence[Any], replicas: int) -> Unavailable | None:
    """Why what was held is not acknowledged; None where it was marked, and the confirmation is enough."""
    for reply in told:
        if isinstance(reply, ReplyError):
            return reply.as_unavailable() or Unavailable(f"The store cannot confirm copies ({reply}).")
    kept, copied = told[-1]
    if kept and copied >= replicas:
        return None
    return Unavailable(f"{copied} of {replicas} replicas have confirmed it; it may have been carried out.")
