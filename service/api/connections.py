"""How long a connection may take over a request and over its answer, and how many there may be.

aiohttp itself closes a connection on which no whole head has come for `Patience.idle_s`, since it was made or
since the last answer. What it leaves open is closed here: a body that does not come, an answer that nobody
takes. What was sent and is not confirmed the kernel looks after (TCP_USER_TIMEOUT); what could not be sent is
looked after for all connections at once, since a timer for each would cost every request.
"""

import asyncio
import fcntl
import socket
import sys
from dataclasses import dataclass
from typing import Any

import orjson
import structlog
from aiohttp import web

from service.api.problems import document
from service.errors import Unavailable

TAKEN_BYTES = 32 * 1024
"""Of an answer that waits to be sent, so much has to be taken in `Patience.taken_s`."""

_UNSENT = 0x894B  # SIOCOUTQNSD of linux/sockios.h: how much the kernel has that the other end has no room for

_log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Patience:
    """Times, in seconds, and sizes; a connection that does nothing right is gone within 15 s.

    Attributes:
        idle_s: how long a connection is kept on which no request comes, or only the beginning of a head.
        request_s: how long a request may take, from the first byte of its head to the last of its body.
        linger_s: how long the rest of a body is taken after its answer: else the caller could not read that.
        taken_s: how long of an answer less than `TAKEN_BYTES` may be taken.
        look_s: between two looks at that, and at heads.
        heads_bytes: how much may have come of all heads together; a single one may have 640 KiB.
    """

    idle_s: float = 10.0
    request_s: float = 8.0
    linger_s: float = 2.0
    taken_s: float = 8.0
    look_s: float = 1.0
    heads_bytes: int = 128 * 1024 * 1024


PATIENCE = Patience()


class Connection(web.RequestHandler):
    """One connection.

    Attributes:
        begun_at: when the first byte of the request came that is coming, by the loop's clock; None before
            that, and of a request that came behind another.
        head_bytes: how much has come of it, as long as its head is not whole.
        request_s: see `Patience`.
    """

    __slots__ = ("begun_at", "head_bytes", "request_s")

    def __init__(self, server: "Server", **options: Any) -> None:
        super().__init__(server, **options)
        self.begun_at: float | None = None
        self.head_bytes = 0
        self.request_s = server.patience.request_s

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(self._manager, Server)  # noqa: S101  by the constructor
        if self._manager.has_room():
            _give_up_after(self._manager.patience.taken_s, transport)
            return super().connection_made(transport)
        self._force_close = True  # nothing of what comes is read
        assert isinstance(transport, asyncio.Transport)  # noqa: S101  the server is one of streams
        transport.write(_FULL)
        transport.close()
        return None

    def data_received(self, data: bytes) -> None:
        if self._waiter is not None:
            self.begun_at = self.begun_at or self._loop.time()
            self.head_bytes += len(data)
        super().data_received(data)

    def answered(self) -> None:
        """The next request has not begun."""
        self.begun_at = None
        self.head_bytes = 0


def _give_up_after(taken_s: float, transport: asyncio.BaseTransport) -> None:
    """Let the kernel end a connection whose other end does not confirm what was sent: it is gone."""
    bound = transport.get_extra_info("socket")
    if bound is not None and bound.family != socket.AF_UNIX:
        bound.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, round(taken_s * 1000))


def unsent(transport: asyncio.Transport) -> int:
    """Bytes that the kernel has taken over from us and could not send."""
    bound = transport.get_extra_info("socket")
    if bound is None or bound.fileno() < 0:  # it is closed, and its protocol will be told
        return 0
    try:
        return int.from_bytes(fcntl.ioctl(bound.fileno(), _UNSENT, bytes(4)), sys.byteorder)
    except OSError:  # no TCP
        return 0


def sent_until(request: web.BaseRequest) -> float:
    """By when the body of a request has to be here, by the loop's clock; its head is."""
    connection = request.protocol
    assert isinstance(connection, Connection)  # noqa: S101  of a `Server`
    return (connection.begun_at or asyncio.get_running_loop().time()) + connection.request_s


class Server(web.Server):
    """Makes the connections, and closes those that take too long; further options as for `web.Server`."""

    def __init__(
        self,
        *arguments: Any,
        most: int,
        patience: Patience = PATIENCE,
        made: type[Connection] = Connection,
        **options: Any,
    ) -> None:
        """
        Args:
            most: connections at once; further ones are answered 503 and closed.
            made: what a connection is.
        """
        super().__init__(*arguments, **options)
        self.patience = patience
        self._most = most
        self._made = made
        self._refused = 0
        self._untaken: dict[asyncio.Transport, tuple[float, int]] = {}
        self._looking = self._loop.call_later(patience.look_s, self._look)

    def __call__(self) -> web.RequestHandler:
        return self._made(self, loop=self._loop, **self._kwargs)

    def has_room(self) -> bool:
        """Whether there may be one more connection; if not, it counts as refused."""
        if len(self._connections) < self._most:
            return True
        self._refused += 1
        return False

    async def shutdown(self, timeout: float | None = None) -> None:  # noqa: ASYNC109  it is aiohttp's
        self._looking.cancel()
        await super().shutdown(timeout)

    def _look(self) -> None:
        self._looking = self._loop.call_later(self.patience.look_s, self._look)
        self._abort_untaken(self._loop.time())
        self._abort_largest()
        if self._refused:
            _log.warning("connections_refused", count=self._refused, most=self._most)
            self._refused = 0

    def _abort_untaken(self, now: float) -> None:
        """Abort the connections of whose answers too little was taken lately."""
        waiting = {}
        for transport in self._connections.values():
            left = transport.get_write_buffer_size() + unsent(transport)
            if not left:
                continue
            since, most = self._untaken.get(transport, (now, left))
            if most - left >= TAKEN_BYTES:
                since, most = now, left
            if now - since < self.patience.taken_s:
                waiting[transport] = since, max(most, left)
            else:
                transport.abort()
        self._untaken = waiting

    def _abort_largest(self) -> None:
        """Abort those who have sent most, while all that are about to send a head hold too much."""
        sending = sorted(self._connections, key=lambda one: one.head_bytes)  # type: ignore[attr-defined]
        held = sum(one.head_bytes for one in sending)  # type: ignore[attr-defined]
        while held > self.patience.heads_bytes:
            largest: Any = sending.pop()
            held -= largest.head_bytes
            self._connections[largest].abort()


def _full() -> bytes:
    """The answer to a connection that is one too many; no request of it is read."""
    body = orjson.dumps(document(Unavailable("Too many connections at once.")))
    head = (
        "HTTP/1.1 503 Service Unavailable\r\nContent-Type: application/problem+json\r\n"
        f"Content-Length: {len(body)}\r\nRetry-After: 1\r\nConnection: close\r\n\r\n"
    )
    return head.encode() + body


_FULL = _full()
