"""Does a busy thread ever show what was taken down? `python -m bench.moderated_thread [SECONDS [READS]]`.

For a minute, with 500 reads a second, unless told otherwise. Two API processes, each with pages of its
own; every read has If-None-Match; moderators approve, edit, reject, take back and reopen all the time, and
some comments are erased. The checker is that of the tests (`tests/api/watching.py`): it ends the run at
the first read that shows other than what had been answered before.
"""

import asyncio
import itertools
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

import aiohttp

from bench.command import quiet
from bench.pacing import paced
from bench.serving import API, serving
from service.supervision.valkey import EmbeddedValkey
from tests.api.watching import Log, Moderator, Reader, submitted
from tests.running import Caller, running

COMMENTS = 40
MODERATORS = 4
READERS = 25
DECISIONS_A_SECOND = 10  # of each moderator


async def every(per_s: float, until: float, work: Callable[[], Awaitable[None]]) -> None:
    """Do something so often, until that time (`time.monotonic`)."""
    async for _ in paced(itertools.count(), per_s):
        if time.monotonic() >= until:
            return
        await work()


async def run(url: str, ports: list[int], seconds: float, rate: float) -> Log:
    log = Log()
    async with running(url) as service:
        comments = await submitted(service, COMMENTS)
        async with (
            aiohttp.ClientSession(f"http://127.0.0.1:{ports[0]}") as one,
            aiohttp.ClientSession(f"http://127.0.0.1:{ports[1]}") as other,
        ):
            websites = [Caller(http, service.website.key) for http in (one, other)]
            moderators = [Caller(http, service.moderator.key) for http in (one, other)]
            until = time.monotonic() + seconds
            deciding = [
                Moderator(comments[n::MODERATORS], moderators, websites, log, seed=n)
                for n in range(MODERATORS)
            ]
            readers = [Reader(websites, log, seed=n) for n in range(READERS)]
            await asyncio.gather(
                *(every(DECISIONS_A_SECOND, until, moderator.move) for moderator in deciding),
                *(every(rate / READERS, until, reader.read) for reader in readers),
            )
    return log


def main() -> None:
    quiet()
    seconds, rate = (float(given) for given in (*sys.argv[1:], *("60", "500")[len(sys.argv) - 1 :]))
    with tempfile.TemporaryDirectory() as folder, EmbeddedValkey(Path(folder)) as server:
        settings = {"CODAU_REDIS_URL": server.url}
        with serving(API, settings) as one, serving(API, settings) as other:
            log = asyncio.run(run(server.url, [one.port, other.port], seconds, rate))
    print(
        f"{log.reads:,} reads ({log.reads / seconds:.0f} a second), {log.matches:,} of them 304, "
        f"{log.moves:,} steps: each read showed what had been answered before it"
    )


if __name__ == "__main__":
    main()
