"""`codau backup` and `codau restore`: all of the store in one file, and back."""

from __future__ import annotations

import asyncio
import contextlib
import os
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, BinaryIO

import typer

from service import settings
from service.clock import unix_ms
from service.commands.errors import Refused
from service.commands.progress import Show, shown
from service.commands.store import reached

if TYPE_CHECKING:
    from service.backup.file import Header
    from service.backup.restoring import Restored

_STANDARD = Path("-")


def backup(
    file: Annotated[
        Path,
        typer.Argument(
            metavar="FILE", help="Where to write it, for you alone to read; `-`: standard output."
        ),
    ],
) -> None:
    """Write all of the store into one file, as of one moment; beside a running `codau up` too.

    All sites with their keys, webhooks and statistics. Whatever was acknowledged before the command was
    started is in it. The file holds what readers wrote and who they are: keep it as you keep the data.

    Examples: `codau backup codau.backup`, `codau backup - | age -r age1… > codau.backup.age`
    """
    from service.backup.refusals import BackupRefused

    try:
        with shown() as show, _written(file) as target:
            header, size = asyncio.run(_make(target, show))
    except BackupRefused as refused:
        raise Refused(str(refused)) from None
    print(f"codau: {_megabytes(size)}, as of {header.made_at}", file=sys.stderr)


async def _make(target: BinaryIO, show: Show) -> tuple[Header, int]:
    from service.backup.making import make

    async with reached(settings.load()) as url:
        return await make(
            url, target, now_ms=unix_ms(), tell=lambda size: show(f"{_megabytes(size)} written")
        )


def restore(
    file: Annotated[
        typer.FileBinaryRead,
        typer.Argument(metavar="FILE", help="What `codau backup` wrote; `-`: standard input."),
    ],
    replace: Annotated[
        bool, typer.Option("--replace", help="Throw away what the store has; without it, it must be empty.")
    ] = False,
) -> None:
    """Put a backup back into an empty store, on which nothing of Có Dấu is at work.

    The file is read whole and known to be sound before the store is touched. Afterwards erase again what was
    erased since the backup was made.

    Examples: `codau restore codau.backup`, `CODAU_DATA_DIR=trial codau restore codau.backup`
    """
    from service.backup.refusals import BackupRefused

    try:
        with shown() as show:
            done = asyncio.run(_restore(file, replace, _Shown(show)))
    except BackupRefused as refused:
        raise Refused(f"{file.name}: {refused}") from None
    print(
        f"codau: the data of {done.header.made_at} are back, in {done.commands:,} commands;"
        " erase again what was erased since",
        file=sys.stderr,
    )


async def _restore(file: BinaryIO, replace: bool, progress: _Shown) -> Restored:
    from service.backup.restoring import restore

    chosen = settings.load()
    async with reached(chosen) as url:
        return await restore(url, file, partitions=chosen.partitions, replace=replace, progress=progress)


@dataclass(frozen=True, slots=True)
class _Shown:
    """See `service.backup.restoring.Progress`."""

    show: Show

    def read(self, size: int) -> None:
        self.show(f"{_megabytes(size)} read")

    def written(self, count: int, share: float) -> None:
        self.show(f"{count:,} commands carried out, {share:.0%}")


def _megabytes(size: int) -> str:
    return f"{size / 1e6:,.1f} MB"


@contextlib.contextmanager
def _written(path: Path) -> Iterator[BinaryIO]:
    """A file that is there whole or not at all, and is its owner's alone.

    Raises:
        Refused: standard output is a terminal.
    """
    if path == _STANDARD:
        if sys.stdout.isatty():
            raise Refused("a backup is no text: send standard output somewhere")
        yield sys.stdout.buffer
        return
    part = path.with_name(f"{path.name}.part")
    try:
        with open(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:  # noqa: PTH123
            yield file
            file.flush()
            os.fsync(file.fileno())
        part.rename(path)
    except BaseException:
        part.unlink(missing_ok=True)
        raise
