"""A backup made of a store that is at work."""

from collections.abc import Callable
from typing import Any, BinaryIO

from service.backup.file import Header, Writer
from service.backup.filling import is_unused
from service.backup.line import line_to
from service.backup.refusals import BackupRefused
from service.backup.snapshot import snapshot
from service.comments.views import rfc3339
from service.store import keys
from service.store.partitions import FORMAT, Mismatch, compare

Tell = Callable[[int], None]
"""Takes how many bytes there are by now."""


async def make(url: str, file: BinaryIO, *, now_ms: int, tell: Tell) -> tuple[Header, int]:
    """Write a backup of the store; returns its header and how many bytes it has.

    Raises:
        BackupRefused: the store is empty, cannot be read by this program, or gives no snapshot.
    """
    async with line_to(url) as line:
        found = await line.ask("HMGET", keys.META, "format", "partitions")
        header = _header(found, line.database, now_ms)
        if await is_unused(line):
            raise BackupRefused("there is nothing to back up: nobody has used this store")
        writer = Writer(file, header)
        async for piece in snapshot(line):
            writer.write(piece)
            tell(writer.size)
        writer.end()
    return header, writer.size


def _header(found: Any, database: int, now_ms: int) -> Header:
    data_format, partitions = (None if one is None else int(one) for one in found)
    try:
        compare(data_format or FORMAT, None, 0)
    except Mismatch as mismatch:
        raise BackupRefused(str(mismatch)) from None
    return Header(str(rfc3339(now_ms)), data_format or FORMAT, partitions, database)
