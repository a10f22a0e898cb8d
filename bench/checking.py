"""How fast `codau check` is on one core and on all: `python -m bench.checking 100000 [FILE]`.

Lines are drawn from the texts of tests/cases, or from a file with one comment a line, as many as asked. Two
runs answer the same file one after the other, the first kept to one core; what they answer is compared. Core
time is the kernel's (wait4); memory is that of all processes together, shared pages counted once (smaps).
"""

import os
import random
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

CASES = Path(__file__).parents[1] / "tests" / "cases"
LOOK_EVERY_S = 0.2


@dataclass(frozen=True, slots=True)
class Run:
    """What one run took: seconds, seconds of a core, MiB at the most of all processes together."""

    took_s: float
    core_s: float
    peak_mib: float


def lines(count: int, source: Path | None) -> list[str]:
    """As many comments as asked, in a fixed random order."""
    files = sorted(CASES.glob("*.tsv")) if source is None else [source]
    fields = [line.split("\t") for file in files for line in file.read_text(encoding="utf-8").splitlines()]
    texts = [max(line, key=len) for line in fields if line[0] and not line[0].startswith("#")]
    return random.Random(0).choices(texts, k=count)  # noqa: S311  no secret


def run(source: Path, target: Path, cores: Sequence[int]) -> Run:
    """Check every line on some cores.

    Raises:
        CalledProcessError: it failed.
    """
    command = [sys.executable, "-m", "service", "check", "--json"]
    began = time.monotonic()
    with source.open("rb") as given, target.open("wb") as out:
        child = subprocess.Popen(command, stdin=given, stdout=out)  # noqa: S603
    os.sched_setaffinity(child.pid, cores)
    peaks: list[float] = [0.0]
    watch = threading.Thread(target=_watch, args=(child.pid, peaks))
    watch.start()
    _, status, usage = os.wait4(child.pid, 0)
    watch.join()
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode:
        raise subprocess.CalledProcessError(child.returncode, command)
    return Run(time.monotonic() - began, usage.ru_utime + usage.ru_stime, max(peaks))


def _watch(pid: int, peaks: list[float]) -> None:
    while Path(f"/proc/{pid}/task").exists():
        try:
            children = Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii").split()
            peaks.append(sum(_mib(number) for number in [str(pid), *children]))
        except (FileNotFoundError, ProcessLookupError):
            return
        time.sleep(LOOK_EVERY_S)  # the kernel keeps a peak of each process, of all together none


def _mib(pid: str) -> float:
    """Memory of a process, of pages that it shares its share."""
    text = Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="ascii")
    return next((int(line.split()[1]) for line in text.splitlines() if line.startswith("Pss:")), 0) / 1024


def main() -> None:
    """Measure as many lines as the command line says."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    source = Path(sys.argv[2]) if len(sys.argv) > 2 else None
    every = sorted(os.sched_getaffinity(0))
    with tempfile.TemporaryDirectory() as folder:
        given = Path(folder) / "lines"
        given.write_text("".join(f"{line}\n" for line in lines(count, source)), encoding="utf-8")
        print(f"{count:,} lines, {given.stat().st_size / 2**20:.1f} MiB; load {os.getloadavg()[0]:.1f}")
        found = []
        for cores in (every[:1], every):
            answers = Path(folder) / f"answers-{len(cores)}"
            found.append(took := run(given, answers, cores))
            print(
                f"{len(cores)} cores: {took.took_s:.1f} s, {count / took.took_s:,.0f} lines/s, "
                f"{took.core_s:.1f} s of a core, {took.peak_mib:.0f} MiB",
                flush=True,
            )
        same = (Path(folder) / "answers-1").read_bytes() == answers.read_bytes()
    print(f"{found[0].took_s / found[1].took_s:.2f} times as fast; the same answers: {same}")


if __name__ == "__main__":
    main()
