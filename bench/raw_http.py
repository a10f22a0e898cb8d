"""A client that costs little: requests as bytes, one after the other on each of some connections.

It understands status, ETag and Content-Length, nothing else: what it talks to is ours.
"""

import asyncio
import re
import time
from collections.abc import Mapping
from dataclasses import dataclass, field

_LENGTH = re.compile(rb"\r\ncontent-length: (\d+)", re.IGNORECASE)
_ETAG = re.compile(rb"\r\netag: ([^\r]+)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer that was read whole; `seconds` from sending to its last byte."""

    status: int
    head: bytes = field(repr=False)
    body: bytes = field(repr=False)
    seconds: float

    @property
    def etag(self) -> str:
        found = _ETAG.search(self.head)
        return found[1].decode() if found else ""


def request(
    path: str, headers: Mapping[str, str] | None = None, method: str = "GET", body: bytes = b""
) -> bytes:
    """A request as bytes."""
    named = {"Host": "localhost", **(headers or {})}
    if body:
        named |= {"Content-Type": "application/json", "Content-Length": str(len(body))}
    lines = [f"{method} {path} HTTP/1.1", *(f"{name}: {value}" for name, value in named.items())]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


class Connection(asyncio.Protocol):
    """One kept-alive connection, one request at a time."""

    def __init__(self) -> None:
        self._transport: asyncio.WriteTransport | None = None
        self._reply: asyncio.Future[Reply] | None = None
        self._parts: list[bytes] = []
        self._missing = 0
        self._began = 0.0

    @classmethod
    async def to(cls, port: int) -> "Connection":
        _, made = await asyncio.get_running_loop().create_connection(cls, "127.0.0.1", port)
        return made

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport  # type: ignore[assignment]  # uvloop's is none by class

    async def ask(self, sent: bytes) -> Reply:
        """Send a request and wait for its answer."""
        assert self._transport is not None and self._reply is None  # noqa: S101 - one at a time
        self._reply = asyncio.get_running_loop().create_future()
        self._parts, self._missing, self._began = [], -1, time.perf_counter()
        self._transport.write(sent)
        return await self._reply

    def data_received(self, data: bytes) -> None:
        self._parts.append(data)
        if self._missing >= 0:
            self._missing -= len(data)
        elif (end := (so_far := b"".join(self._parts)).find(b"\r\n\r\n")) >= 0:
            found = _LENGTH.search(so_far, 0, end + 2)
            self._missing = (int(found[1]) if found else 0) - (len(so_far) - end - 4)
        if self._missing == 0 and self._reply is not None:
            self._done(self._reply)

    def _done(self, waiting: "asyncio.Future[Reply]") -> None:
        head, _, body = b"".join(self._parts).partition(b"\r\n\r\n")
        self._reply = None
        if not waiting.done():
            waiting.set_result(Reply(int(head[9:12]), head, body, time.perf_counter() - self._began))

    def connection_lost(self, exc: Exception | None) -> None:
        if self._reply is not None and not self._reply.done():
            self._reply.set_exception(ConnectionError("the connection ended"))

    def close(self) -> None:
        if self._transport is not None:
            self._transport.close()
