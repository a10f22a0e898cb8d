"""How far a long command is, on standard error: one moving line on a terminal, else a line now and then."""

from __future__ import annotations

import contextlib
import sys
import time
from collections.abc import Callable, Iterator

EVERY_S = 5.0
"""Between two plain lines: a log shall not fill up with them."""

Show = Callable[[str], None]


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
