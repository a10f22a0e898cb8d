"""A backup put back into a store."""

import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Protocol

from service.backup.file import Header, Reader
from service.backup.filling import clear, fill, refuse_used
from service.backup.line import line_to
from service.backup.refusals import BackupRefused
from service.backup.unpacking import commands_in, unpacked
from service.store.partitions import FORMAT, Mismatch, compare


class Progress(Protocol):
    """Takes how far it is, as often as one likes."""

    def read(self, size: int) -> None:
        """So many bytes of the snapshot are read."""

    def written(self, count: int, share: float) -> None:
        """So many commands are carried out; of their file that is this share."""


@dataclass(frozen=True, slots=True)
class Restored:
    """What is back: of which backup, and in how many commands."""

    header: Header
    commands: int


async def restore(
    url: str, file: BinaryIO, *, partitions: int, replace: bool, progress: Progress
) -> Restored:
    """Put a backup into a store on which nobody is at work.

    The backup is read whole, and known to be sound, before the store is touched.

    Args:
        partitions: that this installation has.
        replace: whether what the store has is thrown away.

    Raises:
        BackupRefused: it is no sound backup, or not for this installation, or the store has data or does not
            take them.
    """
    backup = Reader(file)
    _refuse_others(backup.header, partitions)
    async with line_to(url) as line:
        await refuse_used(line, replace=replace)
    with tempfile.TemporaryDirectory(prefix="codau-restore-") as place:
        async with unpacked(backup.pieces(), Path(place), progress.read) as commands:
            size = commands.stat().st_size
            async with line_to(url) as line:
                await refuse_used(line, replace=replace)
                await clear(line)
                with commands.open("rb") as source:
                    count = await fill(
                        line,
                        commands_in(source, backup.header.database),
                        lambda done: progress.written(done, source.tell() / size),
                        data_format=backup.header.format,
                    )
    return Restored(backup.header, count)


def _refuse_others(header: Header, partitions: int) -> None:
    """Raises: BackupRefused: its data are of a newer format, or of another count of partitions."""
    try:
        compare(max(header.format, FORMAT), header.partitions, partitions)  # an older one is brought forward
    except Mismatch as mismatch:
        raise BackupRefused(str(mismatch)) from None
