"""What the command of a bench does, `python -m bench.NAME [NUMBER…]`: measure, and tell each row."""

import logging
import sys
from collections.abc import Callable

from bench.results import Row
from service import logs


def run(rows: Callable[..., list[Row]]) -> None:
    """Measure with the numbers of the command line, as far as given."""
    quiet()
    for row in rows(*map(int, sys.argv[1:])):
        print(row.sentence())


def quiet() -> None:
    """Keep to warnings, as a service does."""
    logs.set_up("console", level=logging.WARNING)
