"""`python -m bench [--quick] [--stored N]`: all goals of speed in one run: `make bench`, `make bench-quick`.

Benches run one after the other; within each, what is compared takes turns. A whole run writes what it found,
see `report`; a quick one prints it beside what is recorded, and marks what fell. Neither fails on a figure,
and a bench that cannot run leaves the others alone: the machine may be busy, and a figure is no test.
"""

import argparse
import os
import time
import traceback
from collections.abc import Callable, Sequence

from bench import (
    beside,
    intake,
    isso,
    memory,
    processes,
    round_trips,
    stored,
    thread_rates,
    verdicts,
    waiting,
)
from bench.command import quiet
from bench.report import Whole, recorded, write
from bench.results import Row, compared

QUICK_S = 45.0
"""After this long a quick run begins no further bench: the machine is busy, and others wait."""

Bench = Callable[[], list[Row]]


def whole(count: int) -> dict[str, Bench]:
    """Everything, with so many comments stored where that matters."""
    return {
        "intake": lambda: intake.rows(intake.run(500, 7)),
        "isso": lambda: isso.rows(400, 5),
        "waiting": lambda: waiting.rows(60, 7),
        "verdicts": lambda: verdicts.rows(500, 5),
        "beside": lambda: beside.rows(400, 5),
        "processes": lambda: processes.rows(500, 5),
        "threads": lambda: thread_rates.rows(15, 1_000),
        "stored": lambda: stored.rows(count, 300, 5),
        "memory": lambda: memory.rows(2_000, 570),
        "round trips": lambda: round_trips.rows(300),
    }


def quick() -> dict[str, Bench]:
    """The same in less than a minute, without Isso, and with few comments stored."""
    return {
        "memory": lambda: memory.rows(500, 570),
        "threads": lambda: thread_rates.rows(3, 300),
        "intake": lambda: intake.rows(intake.run(200, 3)),
        "waiting": lambda: waiting.rows(30, 3),
        "verdicts": lambda: verdicts.rows(200, 3),
        "beside": lambda: beside.rows(150, 3),
        "processes": lambda: processes.rows(200, 3),
        "stored": lambda: stored.rows(2_000, 60, 2),
    }


def measured(benches: dict[str, Bench], *, within_s: float = float("inf")) -> tuple[list[Row], list[str]]:
    """What the benches found, and which of them failed, with the reason; none begins after that time."""
    rows, failed, until = list[Row](), list[str](), time.monotonic() + within_s
    for name, bench in benches.items():
        began = time.monotonic()
        if began > until:
            failed.append(f"{name} (the time was up)")
            continue
        try:
            found = bench()
        except (Exception, SystemExit) as error:
            traceback.print_exc()
            failed.append(f"{name} ({type(error).__name__}: {error})")
            continue
        rows += found
        print(f"{name}: {time.monotonic() - began:.0f} s", flush=True)
        _show(found)
    return rows, failed


def _show(rows: Sequence[Row]) -> None:
    for row in rows:
        print(f"  {row.sentence()}", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="in less than a minute, compared with the last")
    parser.add_argument("--stored", type=int, default=5_000, help="comments stored (5,000)")
    asked = parser.parse_args()
    quiet()
    load, began = os.getloadavg()[0], time.monotonic()
    if asked.quick:
        rows, failed = measured(quick(), within_s=QUICK_S)
        left = f"; not measured: {', '.join(failed)}" if failed else ""
        print(f"\n{compared(rows, recorded()['quick'])}\n\nload average {load:.1f} before the run{left}")
        return
    rows, failed = measured(whole(asked.stored))
    short, _ = measured(quick())
    write(Whole(rows, short, failed, load, time.monotonic() - began))


if __name__ == "__main__":
    main()
