"""The commands that make a snapshot's data, written by a server of our own that reads it.

A snapshot is read by servers of its own kind and of later versions; commands by every one. So the embedded
server reads the snapshot, and rewrites its append-only file as commands.
"""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import BinaryIO

import hiredis

from service.backup.line import line_to
from service.backup.refusals import BackupRefused
from service.supervision.embedded import KeptServer
from service.supervision.errors import StartRefused
from service.supervision.valkey import EmbeddedValkey

Command = Sequence[bytes]

_SNAPSHOT = "appendonly.aof.1.base.rdb"
_LIST = "appendonly.aof.manifest"
_POLL_S = 0.05
_STOP_S = 10.0
_PIECE = 256 * 1024


@contextlib.asynccontextmanager
async def unpacked(pieces: Iterable[bytes], place: Path, tell: Callable[[int], None]) -> AsyncIterator[Path]:
    """A file with the commands, as a client sends them, for as long as this lasts.

    Args:
        pieces: of the snapshot; read to their end before anything else is done.
        place: an empty folder for all of it: the snapshot, and some three times as much in commands.
        tell: takes how many bytes of the snapshot there are by now.

    Raises:
        BackupRefused: what `pieces` raises, or the server cannot read the snapshot.
    """
    folder = place / "valkey" / "appendonlydir"
    folder.mkdir(parents=True)
    _write(folder / _SNAPSHOT, pieces, tell)
    (folder / _LIST).write_text(f"file {_SNAPSHOT} seq 1 type b\n", encoding="ascii")
    # The version that Redis counts differently from Valkey is no reason to refuse: it reads the kinds we use.
    server = EmbeddedValkey(place, fsync="everysec", options=["--rdb-version-check", "relaxed"])
    kept = KeptServer(server)
    try:
        await kept.start()
    except StartRefused as refused:
        raise BackupRefused(f"the snapshot in the backup cannot be read: {refused}") from None
    try:
        await _rewrite(server.url)
        (base,) = folder.glob("*.base.aof")
        yield base
    finally:
        await kept.stop(_STOP_S)


def _write(path: Path, pieces: Iterable[bytes], tell: Callable[[int], None]) -> None:
    size = 0
    with path.open("wb") as file:
        for piece in pieces:
            size += file.write(piece)
            tell(size)


async def _rewrite(url: str) -> None:
    async with line_to(url) as line:
        await line.ask("CONFIG", "SET", "aof-use-rdb-preamble", "no")
        await line.ask("BGREWRITEAOF")
        while True:
            told = dict(
                entry.split(b":", 1)
                for entry in (await line.ask("INFO", "persistence")).split()
                if b":" in entry
            )
            if told[b"aof_rewrite_in_progress"] == told[b"aof_rewrite_scheduled"] == b"0":
                break
            await asyncio.sleep(_POLL_S)
    if told[b"aof_last_bgrewrite_status"] != b"ok":
        raise BackupRefused("the snapshot could not be written as commands: is the disk full?")


def commands_in(file: BinaryIO, database: int) -> Iterator[Command]:
    """The commands of a file that concern one database, in their order."""
    reader, present = hiredis.Reader(), 0
    while piece := file.read(_PIECE):
        reader.feed(piece)
        while (command := reader.gets()) is not False:
            if command[0].upper() == b"SELECT":
                present = int(command[1])
            elif present == database:
                yield command
