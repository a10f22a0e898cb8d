"""How far a long command is, on standard error: one moving line on a terminal, else a line now and then."""

from __future__ import annotations

import contextlib
import os
import stat
import sys
import time
from collections.abc import Callable, Iterator

EVERY_S = 5.0
"""Between two plain lines: a log shall not fill up with them."""

REDRAWN_EVERY_S = 0.1

Show = Callable[[str], None]

Tell = Callable[[int, int], None]
"""Takes how many there are by now, and how many bytes of the input were read for them."""


@contextlib.contextmanager
def shown() -> Iterator[Show]:
    """What takes the present state of things, as often as it likes."""
    if sys.stderr.isatty():
        with _moving() as show:
            yield show
    else:
        yield _plain()


@contextlib.contextmanager
def _moving() -> Iterator[Show]:
    from rich.console import Console

    with Console(stderr=True).status("") as status:
        yield status.update


def _plain() -> Show:
    last = time.monotonic()

    def show(text: str) -> None:
        nonlocal last
        if time.monotonic() - last >= EVERY_S:
            last = time.monotonic()
            print(text, file=sys.stderr, flush=True)

    return show


@contextlib.contextmanager
def counted(source: int, what: str) -> Iterator[Tell]:
    """What takes how far the reading of an input is: a bar where its size is known, else a count.

    Nothing is shown where the answers go to the same terminal: they are the progress. No thread is started.

    Args:
        source: the input's descriptor.
        what: is counted, in the plural.
    """
    size = _left_in(source)
    if not sys.stderr.isatty():
        show = _plain()
        yield lambda count, read: show(f"{count:,} {what}" + (f", {read / size:.0%}" if size else ""))
    elif sys.stdout.isatty():
        yield lambda count, read: None
    else:
        with _bar(size, what) as tell:
            yield tell


def _left_in(source: int) -> int | None:
    """Bytes behind the place up to which a file was read; None of what is no file."""
    found = os.fstat(source)
    if not stat.S_ISREG(found.st_mode):
        return None
    return max(0, found.st_size - os.lseek(source, 0, os.SEEK_CUR)) or None


@contextlib.contextmanager
def _bar(size: int | None, what: str) -> Iterator[Tell]:
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

    columns = (
        TextColumn("{task.fields[count]:,} " + what + ", {task.fields[pace]:,.0f} a second"),
        *((BarColumn(), TaskProgressColumn(), TimeRemainingColumn()) if size else ()),
    )
    with Progress(*columns, console=Console(stderr=True), auto_refresh=False) as progress:
        task = progress.add_task("", total=size, count=0, pace=0.0)
        began = drawn = time.monotonic()

        def tell(count: int, read: int) -> None:
            nonlocal drawn
            now = time.monotonic()
            if now - drawn >= REDRAWN_EVERY_S or read == size:
                drawn = now
                progress.update(task, completed=read, count=count, pace=count / (now - began), refresh=True)

        yield tell
