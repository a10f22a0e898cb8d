"""A worker whose checks go wrong on one text in a hundred: `python -m bench.torture.poisoned TRIES`.

Which text, and how, follows from the text alone, so that whoever sent it knows as well. Each try is noted in
the file `TRIES`, a line each, before it goes wrong.
"""

import os
import sys
import time
import zlib
from collections.abc import Callable, Mapping
from typing import NoReturn

import uvloop

from service import logs
from service.judging.judge import judge
from service.judging.model import Context, Judgement, Rules
from service.settings import load
from workers.__main__ import run

SHARE = 100  # one text in so many
SELDOM = 50  # of these, one in so many waits: that takes a worker two minutes


def harm_in(text: str) -> str | None:
    """How checks go wrong on a text, or None."""
    number = zlib.crc32(text.encode())
    if number % SHARE:
        return None
    number //= SHARE
    return "waits" if number % SELDOM == 0 else ("raises", "computes", "exits")[number % 3]


def _raises() -> NoReturn:
    raise RecursionError


def _computes() -> NoReturn:
    while True:
        pass


def _exits() -> NoReturn:
    os._exit(3)


def _waits() -> NoReturn:
    while True:
        time.sleep(3_600)


HARMS: Mapping[str, Callable[[], NoReturn]] = {
    "raises": _raises,
    "computes": _computes,
    "exits": _exits,
    "waits": _waits,
}


def main(tries: str) -> None:
    """Judge until told to stop."""
    noted = os.open(tries, os.O_WRONLY | os.O_APPEND | os.O_CREAT)

    def poisoned(text: str, rules: Rules, context: Context) -> Judgement:
        harm = harm_in(text)
        if harm is not None:
            os.write(noted, f"{harm} {zlib.crc32(text.encode())}\n".encode())
            HARMS[harm]()
        return judge(text, rules, context)

    settings = load()
    logs.set_up(settings.log_format)
    uvloop.run(run(settings, settings.redis_url or "", ["validator", "recoverer"], judge=poisoned))


if __name__ == "__main__":
    main(sys.argv[1])
