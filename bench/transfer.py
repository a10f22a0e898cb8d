"""How fast a site is exported and imported, and in how much memory: `python -m bench.transfer 100000`.

A file of made-up comments is written, imported into an empty embedded server by `codau import`, imported once
more, and exported by `codau export`; what came out is compared with what was made. Times and peak memory are
those of the commands alone, taken from the kernel (wait4), with the server a process of its own.
"""

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path

from bench.transfer_files import write_codau
from service.supervision.valkey import EmbeddedValkey


@dataclass(frozen=True, slots=True)
class Run:
    """What one command took: seconds, seconds of a core, MiB resident at the most."""

    took_s: float
    core_s: float
    peak_mib: float


def run(url: str, *arguments: str, output: Path) -> Run:
    """Run `codau` to its end.

    Raises:
        CalledProcessError: it failed.
    """
    began = time.monotonic()
    command = [sys.executable, "-m", "service", *arguments]
    with output.open("wb") as out:
        child = subprocess.Popen(command, stdout=out, env=os.environ | {"CODAU_REDIS_URL": url})  # noqa: S603
        _, status, usage = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode:
        raise subprocess.CalledProcessError(child.returncode, command)
    return Run(time.monotonic() - began, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024)


def show(name: str, count: int, run: Run) -> None:
    pace = f"{count / run.took_s:,.0f}/s, {count / run.core_s:,.0f} a core's second"
    print(f"{name}: {run.took_s:.1f} s, {pace}, {run.peak_mib:.0f} MiB at the most", flush=True)


def digest(lines: Iterable[bytes]) -> int:
    """The same for the same lines in any order."""
    return sum(int.from_bytes(blake2b(line, digest_size=16).digest()) for line in lines) % (1 << 128)


def same_lines(one: Path, other: Path) -> bool:
    with one.open("rb") as first, other.open("rb") as second:
        return digest(first) == digest(second)


def main() -> None:
    """Measure as many comments as the command line says."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    with tempfile.TemporaryDirectory() as folder, EmbeddedValkey(Path(folder) / "data") as server:
        there, back = Path(folder) / "there.jsonl", Path(folder) / "back.jsonl"
        write_codau(there, count)
        print(f"{count:,} comments, {there.stat().st_size / 2**20:.0f} MiB")
        for name in ("import", "import again"):
            show(name, count, run(server.url, "import", "bao", str(there), output=Path(os.devnull)))
        show("export", count, run(server.url, "export", "bao", output=back))
        print(f"the same lines: {same_lines(there, back)}")


if __name__ == "__main__":
    main()
