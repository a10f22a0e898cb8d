"""How fast a site is exported and imported, and in how much memory: `python -m bench.transfer 100000`.

A file of made-up comments is written, in our format or another's, imported into an empty embedded server,
imported once more, and exported; what came out is compared with what was made. Times and peak memory are of
the commands alone, taken from the kernel (wait4), with the server a process of its own.
"""

import argparse
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path

import orjson

from bench.transfer_files import Made, comments, write_codau
from bench.transfer_foreign import FORMATS, Format
from service.comments.model import State
from service.supervision.valkey import EmbeddedValkey
from service.transfer import fields


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


def remade(made: Iterable[Made], kind: Format) -> Iterator[bytes]:
    """What must be in an export of comments that came from another system's file."""
    for one in made:
        state = kind.state(one)
        text = "" if state is State.ERASED else one.text
        yield f"{one.at} {state} {one.parent is not None} {text}".encode()


def found(export: Path) -> Iterator[bytes]:
    """The same of what is in an export."""
    with export.open("rb") as lines:
        for known in map(orjson.loads, lines):
            if known.get("kind") == "comment":
                first, last = known["log"][0], known["log"][-1]
                at = fields.unix_ms(first["at"])
                yield f"{at} {last['to']} {bool(known.get('path'))} {first.get('text', '')}".encode()


def main() -> None:
    """Measure as many comments as the command line says."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("count", nargs="?", type=int, default=100_000)
    parser.add_argument("--format", choices=["codau", *FORMATS], default="codau")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, EmbeddedValkey(Path(folder) / "data") as server:
        there, back = Path(folder) / "there", Path(folder) / "back.jsonl"
        kind = FORMATS.get(asked.format)
        (kind.write if kind else write_codau)(there, asked.count)
        print(f"{asked.format}, {asked.count:,} comments, {there.stat().st_size / 2**20:.0f} MiB", flush=True)
        command = ("import", "bao", str(there), "--format", asked.format)
        for name in ("import", "import again"):
            show(name, asked.count, run(server.url, *command, output=Path(os.devnull)))
        show("export", asked.count, run(server.url, "export", "bao", output=back))
        same = (
            digest(remade(comments(asked.count), kind)) == digest(found(back))
            if kind
            else same_lines(there, back)
        )
        print(f"the same comments: {same}")


if __name__ == "__main__":
    main()
