"""How long judging takes, and what the tables cost to load, in time and in memory."""

import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from service.judging.checks.diacritics import diacritics, suggestion
from service.judging.checks.keystrokes import keystrokes
from service.judging.checks.language import language
from service.judging.reading import read

_LOADING = """
import time
from pathlib import Path
import numpy
def used(): return int(Path("/proc/self/statm").read_text().split()[1]) * 4 // 1024
before, started = used(), time.perf_counter()
from service.judging.vietnamese.neighbours import neighbours
neighbours()
print(f"neighbour tables: {time.perf_counter() - started:.2f} s, {used() - before} MiB")
before, started = used(), time.perf_counter()
from service.judging.vietnamese.counts import counts
counts()
print(f"the restorer's tables: {time.perf_counter() - started:.2f} s, {used() - before} MiB")
"""


def report(path: Path) -> None:
    """Print times of the three checks together, and of a suggestion, on texts of 20 to 40 syllables."""
    subprocess.run([sys.executable, "-c", _LOADING], check=True)  # noqa: S603 - our own text, in a new process
    rows = [line.split("\t") for line in path.read_text(encoding="utf-8").split("\n") if line]
    for name, kinds in (("proper", "pos"), ("stripped", "strip")):
        texts = [row[3] for row in rows if row[1].startswith(kinds) and 20 <= int(row[2]) <= 40]
        _print(f"checks, {name}", [_timed(_all, text) for text in texts])
    _print("suggestion", [_timed(suggestion, text) for text in texts])
    print(f"memory of this process: {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024} MiB")


def _all(text: str) -> None:
    reading = read(text)
    diacritics(reading)
    keystrokes(reading)
    language(reading)


def _timed(work: Callable[[str], object], text: str) -> float:
    """Microseconds of processor time."""
    started = time.thread_time()
    work(text)
    return (time.thread_time() - started) * 1e6


def _print(what: str, times: list[float]) -> None:
    worst = statistics.quantiles(times, n=100)[98]
    print(f"{what}: median {statistics.median(times):.0f} µs, 99th percentile {worst:.0f} µs")
