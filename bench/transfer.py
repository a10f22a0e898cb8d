"""How fast a site is exported and imported, and in how much memory: `python -m bench.transfer 100000`.

A file of made-up comments is written, imported into an empty embedded server by `codau import`, exported by
`codau export`, and both files are compared. Times and peak memory are those of the two commands alone, taken
from the kernel (wait4), with the server a process of its own.
"""

import os
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from service.comments.ids import new_id
from service.comments.model import ActedFinding, Author, Comment, Entry, Event, State
from service.comments.policy import Policy
from service.store.directory import Site
from service.store.transfer import Placed
from service.supervision.valkey import EmbeddedValkey
from service.transfer import writing

START_MS = 1_700_000_000_000
PER_THREAD = 100
SENTENCE = "bài viết rất hay tôi nghĩ con đường này cần được sửa sớm cho bà con đi lại"
FOUND = ActedFinding("link", "link", "flag", 0.75, ((0, 8),))


def comments(count: int) -> Iterator[Placed]:
    """Every third a reply; seven in ten published, two rejected, one pending; 20 to 60 words each."""
    chance = random.Random(1)  # noqa: S311 - the same comments each time
    root: Comment | None = None
    for number in range(count):
        thread = f"doi-song/{number // PER_THREAD}"
        at = START_MS + number * 1000
        path = (root.id,) if root and root.thread == thread and number % 3 == 2 else ()
        comment = Comment(
            "bao",
            new_id(thread, at, number),
            thread,
            Author(f"Bạn đọc {number % 5000}", f"u-{number % 5000}", ip="203.0.113.9"),
            _log(at, chance),
            path[0] if path else None,
            path,
        )
        placed_root = root.now.published_at if path and root else None
        yield Placed(comment, placed_root if comment.state is State.PUBLISHED else None)
        if not path and comment.state is State.PUBLISHED:
            root = comment


def _log(at: int, chance: random.Random) -> tuple[Entry, ...]:
    text = " ".join(chance.choices(SENTENCE.split(), k=chance.randint(20, 60)))
    entries = [
        Entry(Event.SUBMITTED, State.QUEUED, "website", at, text=text),
        Entry(Event.JUDGED, State.PENDING, "worker", at + 200, findings=(FOUND,), risk=0.5),
    ]
    drawn = chance.random()
    if drawn < 0.7:
        entries.append(Entry(Event.APPROVED, State.PUBLISHED, "Thu Hà", at + 60_000, "k1"))
    elif drawn < 0.9:
        entries.append(Entry(Event.REJECTED, State.REJECTED, "Thu Hà", at + 60_000, "k1", reason="other"))
    return tuple(entries)


def write(file: Path, count: int) -> None:
    """An export of a site that never was."""
    with file.open("wb") as out:
        site = Site("bao", "Báo Ví Dụ", START_MS, Policy())
        out.write(writing.header() + b"\n" + writing.site(site) + b"\n")
        out.writelines(writing.comment(placed) + b"\n" for placed in comments(count))
        out.write(writing.end() + b"\n")


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
    print(f"{name}: {run.took_s:.1f} s, {pace}, {run.peak_mib:.0f} MiB at the most")


def main() -> None:
    """Measure as many comments as the command line says."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    with tempfile.TemporaryDirectory() as folder, EmbeddedValkey(Path(folder) / "data") as server:
        there, back = Path(folder) / "there.jsonl", Path(folder) / "back.jsonl"
        write(there, count)
        print(f"{count:,} comments, {there.stat().st_size / 2**20:.0f} MiB")
        for name in ("import", "import again"):
            show(name, count, run(server.url, "import", "bao", str(there), output=Path(os.devnull)))
        show("export", count, run(server.url, "export", "bao", output=back))
        same = sorted(there.read_bytes().splitlines()) == sorted(back.read_bytes().splitlines())
        print(f"the same lines: {same}")


if __name__ == "__main__":
    main()
