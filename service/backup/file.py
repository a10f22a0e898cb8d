"""A backup as a file: a line of JSON that says what it is, the snapshot, and a digest of both.

It can be written to a pipe and read from one. That it is whole is known at its end.
"""

import hashlib
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import BinaryIO

import orjson

from service import __version__
from service.backup.refusals import BackupRefused

VERSION = 1
"""Of the file's own layout; the data in it have a format of their own."""

_MAGIC = b'{"codau_backup":'
_LONGEST_HEADER = 4_096
_PIECE = 256 * 1024


@dataclass(frozen=True, slots=True)
class Header:
    """What a backup says of itself.

    Attributes:
        made_at: RFC 3339; all that was answered before is in it.
        format: of the data, see `service/store/partitions.py`.
        partitions: the data have; None where only sites and keys were made so far.
        database: the number of the one that had them; a snapshot has all of its server's.
        version: of the program that made it.
    """

    made_at: str
    format: int
    partitions: int | None
    database: int
    version: str = __version__


class Writer:
    """Writes header, pieces and digest."""

    def __init__(self, file: BinaryIO, header: Header) -> None:
        self._file = file
        self._digest = hashlib.sha256()
        self.size = 0
        self.write(orjson.dumps({"codau_backup": VERSION, **asdict(header)}) + b"\n")

    def write(self, piece: bytes) -> None:
        self._digest.update(piece)
        self._put(piece)

    def end(self) -> None:
        self._put(self._digest.digest())
        self._file.flush()

    def _put(self, piece: bytes) -> None:
        self._file.write(piece)
        self.size += len(piece)


class Reader:
    """Reads them again.

    Attributes:
        header: what the file says of itself.
    """

    def __init__(self, file: BinaryIO) -> None:
        """
        Raises:
            BackupRefused: it is no backup, or one of a layout that this program does not know.
        """
        self._file = file
        line = file.readline(_LONGEST_HEADER)
        self._digest = hashlib.sha256(line)
        self.header = _header(line)

    def pieces(self) -> Iterator[bytes]:
        """The snapshot.

        Raises:
            BackupRefused: at the end, where the file is not as it was written.
        """
        held, size = b"", self._digest.digest_size
        while piece := self._file.read(_PIECE):
            held += piece
            if len(held) > size:
                yield self._seen(held[:-size])
                held = held[-size:]
        if held != self._digest.digest():
            raise BackupRefused("the backup is damaged or cut off: its digest is another")

    def _seen(self, piece: bytes) -> bytes:
        self._digest.update(piece)
        return piece


def _header(line: bytes) -> Header:
    try:
        if not line.startswith(_MAGIC):
            raise ValueError
        told = orjson.loads(line)
        version = told.pop("codau_backup")
        if version != VERSION:
            raise BackupRefused(f"the backup is of layout {version}, and this program reads {VERSION}")
        return Header(**told)
    except (ValueError, TypeError):
        raise BackupRefused(
            "this is no backup that `codau backup` has made, or its beginning is lost"
        ) from None
