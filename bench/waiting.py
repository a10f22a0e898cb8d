"""From submitting to the verdict, one client, idle machine: `python -m bench.waiting [COMMENTS [ROUNDS]]`.

Each of the rounds (5) submits so many comments (100) with `Prefer: wait=2`, one after the other, through one
API process and one worker process, and asks Valkey for as many PINGs over a plain socket. Then what is stored
is compared with what was answered, see `sides`.
"""

import asyncio
import random
import socket
import statistics
import time
from urllib.parse import unquote, urlsplit

from bench.command import run
from bench.load import Generator, generator
from bench.results import Row, spread, within
from bench.serving import working
from bench.sides import Side, check, note, ours
from bench.submissions import document, request

ROUND_TRIPS, REST_MS = 4, 2.0
"""What the goal allows."""


def round_trip_ms(url: str, count: int) -> float:
    """The median time that an embedded server takes to answer PING."""
    took = []
    with socket.socket(socket.AF_UNIX) as line:
        line.connect(unquote(urlsplit(url).path))
        for _ in range(count):
            began = time.perf_counter()
            line.sendall(b"PING\r\n")
            if line.recv(64) != b"+PONG\r\n":
                raise SystemExit("Valkey does not answer PING")
            took.append((time.perf_counter() - began) * 1000)
    return statistics.median(took)


def verdict_ms(side: Side, sender: Generator, numbers: range) -> float:
    """The median time from a submission to its answer: with a verdict, or after 2 s without."""
    chance = random.Random(numbers.start)  # noqa: S311 - the same comments each time
    documents = [document(number, chance) for number in numbers]
    waiting = [
        request(side.key, number, one, "Prefer: wait=2")
        for number, one in zip(numbers, documents, strict=True)
    ]
    load = sender.run(side.served.port, waiting, connections=1)
    note(side, documents, load)
    return within(load.latencies_ms, 0.5)


def rows(comments: int = 100, rounds: int = 5) -> list[Row]:
    """Measure in turns, then check; the first round warms up."""
    waits, trips = [], []
    with generator() as sender, ours() as side, working(side.url):
        for turn in range(rounds + 1):
            waits.append(verdict_ms(side, sender, range(turn * comments, (turn + 1) * comments)))
            trips.append(round_trip_ms(side.url, comments))
        asyncio.run(check(side))
    shares = [wait / (ROUND_TRIPS * trip + REST_MS) for wait, trip in zip(waits, trips, strict=True)]
    context = [f"submit to verdict {spread(waits[1:], 'ms')}", f"PING {spread(trips[1:], 'ms')}"]
    what = "`Prefer: wait=2`, one client, against four bare round trips to Valkey and 2 ms"
    return [Row("wait", what, shares[1:], goal=1.0, at_most=True, context=context)]


if __name__ == "__main__":
    run(rows)
