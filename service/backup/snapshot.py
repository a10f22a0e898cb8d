"""A server's data as of one moment, in its own format (RDB), as it sends them to a replica.

The server forks and sends what it held then, while it works on; nothing is written to its disk. Whatever it
had answered before it was asked is in it.
"""

import asyncio
from collections.abc import AsyncIterator

from service.backup.line import Line
from service.backup.refusals import BackupRefused

SILENCE_S = 60.0
"""A server that prepares a snapshot sends a line break every second."""

_PIECE = 256 * 1024
_MARK = 40  # bytes behind a snapshot whose length the server did not know when it began


async def snapshot(line: Line) -> AsyncIterator[bytes]:
    """The snapshot, piece by piece; the connection is of no further use.

    Raises:
        BackupRefused: the server does not give it, or ended before its end.
    """
    await line.ask("REPLCONF", "capa", "eof")  # it may send while it writes, without a file on its disk
    await line.ask("REPLCONF", "rdb-only", "1")  # nothing behind it
    await line.send("SYNC")
    head = await _head(line)
    if head.startswith(b"$EOF:"):
        async for piece in _until(line, head.removeprefix(b"$EOF:")):
            yield piece
    elif head.startswith(b"$"):
        async for piece in _so_many(line, int(head[1:])):
            yield piece
    else:
        raise BackupRefused(f"the server gives no snapshot: {head.decode(errors='replace').lstrip('-')}")


async def _head(line: Line) -> bytes:
    """The first line that is not empty, without its end."""
    while True:
        async with asyncio.timeout(SILENCE_S):
            told = (await line.reader.readuntil(b"\n")).strip()
        if told:
            return told


async def _until(line: Line, mark: bytes) -> AsyncIterator[bytes]:
    held = b""
    while held[-_MARK:] != mark:
        held += await _piece(line, _PIECE)
        if len(held) > _MARK:
            yield held[:-_MARK]
            held = held[-_MARK:]


async def _so_many(line: Line, size: int) -> AsyncIterator[bytes]:
    while size:
        piece = await _piece(line, min(size, _PIECE))
        size -= len(piece)
        yield piece


async def _piece(line: Line, most: int) -> bytes:
    async with asyncio.timeout(SILENCE_S):
        piece = await line.reader.read(most)
    if not piece:
        raise BackupRefused("the server ended before its snapshot did; its log says why")
    return piece
