"""Intake against a bare aiohttp server, side by side: `python -m bench.intake [REQUESTS] [ROUNDS]`.

Each of the rounds (7) sends as many comments (2,000) to each server in turn, from a process beside, over 64
connections and then over 32: to bare aiohttp, to one API process before an embedded Valkey with `appendfsync`
`always`, and to one with `everysec`. All that intake does is on: key, validation, Idempotency-Key, limits of
author and address, record, queue, event. Then a worker judges, and what is stored is compared with what was
answered: each comment is there, once, judged, with its text, in all its lists, and is found by its words.
"""

import asyncio
import contextlib
import itertools
import logging
import sys
from collections.abc import Iterator, Sequence

from bench.load import generator
from bench.results import Row, ratios, spread
from bench.serving import BARE, serving
from bench.sides import Side, check, measure, ours
from bench.submissions import BYTES
from service import logs
from service.settings import Fsync

CONNECTIONS = (64, 32)
FSYNC: tuple[Fsync, ...] = ("always", "everysec")


@contextlib.contextmanager
def sides() -> Iterator[list[Side]]:
    """The servers to compare, the bare one first."""
    with contextlib.ExitStack() as stack:
        bare = stack.enter_context(serving(BARE))
        yield [Side("bare aiohttp", bare), *(stack.enter_context(ours(fsync)) for fsync in FSYNC)]


def run(requests: int = 2_000, rounds: int = 7) -> list[Side]:
    """Measure in turns, then check what was stored; the first round warms up and is not kept."""
    numbers = itertools.count()
    with generator() as sender, sides() as compared:
        for turn in range(rounds + 1):
            for connections in CONNECTIONS:
                first = next(numbers) * requests
                for side in compared:
                    measure(side, sender, range(first, first + requests), connections, kept=turn > 0)
        for side in compared[1:]:
            asyncio.run(check(side))
    return compared


def rows(compared: Sequence[Side]) -> list[Row]:
    """The goals of intake beside bare aiohttp."""
    bare, always, everysec = compared
    per_s = {side.name: [one.per_s for one in side.rounds[64]] for side in compared}
    p99 = {side.name: [one.p99_ms for one in side.rounds[32]] for side in compared}
    core = {side.name: [one.core_us for one in side.rounds[64]] for side in compared}
    return [
        Row(
            "intake",
            "intake, `always`, one process, 64 connections, against bare aiohttp",
            ratios(per_s[always.name], per_s[bare.name]),
            goal=0.65,
            context=[f"{name} {spread(found, 'requests/s')}" for name, found in per_s.items()],
        ),
        Row(
            "intake-core",
            "intake against bare aiohttp by processor time of the server's process",
            ratios(core[bare.name], core[always.name]),
            context=[f"{name} {spread(found, 'µs')}" for name, found in core.items()]
            + [f"Valkey behind it {spread([one.store_us for one in always.rounds[64]], 'µs')}"],
        ),
        Row(
            "fsync",
            "intake, `always` against `everysec`, 64 connections",
            ratios(per_s[always.name], per_s[everysec.name]),
            goal=0.8,
        ),
        Row(
            "intake-p99",
            "99th percentile of intake, `always`, 32 connections, against bare aiohttp",
            ratios(p99[always.name], p99[bare.name]),
            goal=2.0,
            at_most=True,
            context=[f"{name} {spread(found, 'ms')}" for name, found in p99.items()],
        ),
    ]


def table(compared: Sequence[Side], connections: int) -> str:
    """What each server did, medians with the smallest and the largest of the rounds."""
    lines = ["| server | requests/s | core | store | p50 | p99 |", "| --- | --- | --- | --- | --- | --- |"]
    units = {"per_s": "/s", "core_us": "µs", "store_us": "µs", "p50_ms": "ms", "p99_ms": "ms"}
    for side in compared:
        ours = side.rounds[connections]
        cells = [spread([getattr(one, what) for one in ours], unit) for what, unit in units.items()]
        lines.append(f"| {' | '.join([side.name, *cells])} |")
    return "\n".join(lines)


def main() -> None:
    logs.set_up("console", level=logging.WARNING)
    requests, rounds = (int(given) for given in (*sys.argv[1:3], *("2000", "7")[len(sys.argv) - 1 :]))
    compared = run(requests, rounds)
    for connections in CONNECTIONS:
        print(f"{connections} connections, {rounds} rounds of {requests:,} requests of {BYTES} bytes each")
        print(table(compared, connections), end="\n\n")
    for row in rows(compared):
        print(row.sentence())
    for side in compared[1:]:
        print(f"{side.name}: {len(side.sent):,} comments are there, once each, judged, and searchable")


if __name__ == "__main__":
    main()
