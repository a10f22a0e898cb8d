"""One connection to one Redis or Valkey server: commands of one event-loop turn share one write.

Any number of callers use it at once, for commands that answer at once (nothing that blocks). Replies come
back as they are: bytes, integers, lists.
"""

import asyncio
from collections import deque
from typing import Any, cast

import hiredis

from service.errors import Unavailable

Argument = str | bytes | int | float

_LOOK_EVERY_S = 1.0
_SILENT_LOOKS = 6  # after more than 5 s without a byte a connection is taken for dead
_CANNOT_SERVE = frozenset(
    ["OOM", "MISCONF", "READONLY", "LOADING", "BUSY", "MASTERDOWN", "NOREPLICAS", "CLUSTERDOWN", "TRYAGAIN"]
)
_NOT_THE_ONE = frozenset(["READONLY", "MASTERDOWN", "LOADING"])
"""Said by a server that is not, or not yet, the one we look for: the address may lead to another now."""


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


Waiting = list[asyncio.Future[Any]]
"""Who is given one reply."""


class Session(asyncio.Protocol):
    """One connection: requests in order, replies in the same order.

    Attributes:
        alive: whether it takes commands; one that does not is closed when what it took is answered.
    """

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._reader = hiredis.Reader(replyError=ReplyError)
        self._waiting: deque[Waiting] = deque()
        self._unsent: list[bytes] = []
        self._asked: dict[tuple[Argument, ...], Waiting] = {}
        self._transport: asyncio.Transport | None = None
        self._watch: asyncio.TimerHandle | None = None
        self._silent_looks = 0
        self.alive = True

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)  # uvloop's is none by class
        self._watch = self._loop.call_later(_LOOK_EVERY_S, self._look_for_silence)

    def introduced(self) -> None:
        """From here on it takes what callers ask."""

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
        if isinstance(reply, ReplyError):
            give(self._waiting.popleft(), reply.as_unavailable() or reply)
        else:
            give(self._waiting.popleft(), reply)

    def connection_lost(self, exc: Exception | None) -> None:
        self.alive = False
        if self._watch is not None:
            self._watch.cancel()
        for waiting in self._waiting:
            give(waiting, Interrupted("The connection to the store broke."))
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


def give(waiting: Waiting, reply: Any) -> None:
    """Hand a reply, or why there is none, to all who wait for it."""
    for one in waiting:
        if one.done():  # its caller went away; the reply is still its own
            continue
        if isinstance(reply, Exception):
            one.set_exception(reply)
        else:
            one.set_result(reply)
