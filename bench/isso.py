"""Intake against Isso, side by side: `python -m bench.isso [REQUESTS [ROUNDS]]` (2,000, 5).

Isso comes from PyPI into an environment of its own; it has moderation on, and gets a tenth of the requests.
It runs as its documentation says: `isso -c FILE run`, an SQLite file, `moderation.enabled`. Its guard is off,
since it lets no address send more than two comments a minute, and the bench has one.
"""

import asyncio
import contextlib
import itertools
import os
import random
import socket
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

from bench.command import run
from bench.load import Generator, generator
from bench.results import Row, ratios, spread
from bench.serving import Served
from bench.sides import check, measure, ours
from bench.submissions import document, dumped
from service.supervision.listening import free_port

HOME = Path(__file__).parents[1] / ".venv-bench"
VERSION = "0.14.0"
START_S = 30.0
CONNECTIONS = 32

_SETTINGS = """\
[general]
dbpath = {folder}/comments.db
host = http://127.0.0.1:{port}/
log-file = {folder}/isso.log
[moderation]
enabled = true
[server]
listen = http://127.0.0.1:{port}/
[guard]
enabled = false
"""


@dataclass(frozen=True, slots=True)
class Isso:
    """A server that runs; `sent` is what it was sent."""

    served: Served
    database: Path
    sent: list[str] = field(default_factory=list)

    def measure(self, sender: Generator, numbers: range) -> float:
        """One round; how many it took a second."""
        chance = random.Random(numbers.start)  # noqa: S311 - what the other server is sent, too
        texts = [str(document(number, chance)["body"]) for number in numbers]
        requests = [request(number, text) for number, text in zip(numbers, texts, strict=True)]
        load = sender.run(self.served.port, requests, CONNECTIONS)
        if load.statuses != {202: len(requests)}:
            raise SystemExit(f"Isso: {dict(load.statuses)}")
        self.sent.extend(texts)
        return load.per_s

    def check(self) -> None:
        """Compare what it stored with what was sent.

        Raises:
            AssertionError: a comment is missing, or does not wait for a moderator.
        """
        with closing(sqlite3.connect(self.database)) as database:
            stored = database.execute("SELECT text, mode FROM comments").fetchall()
        assert sorted(text for text, _ in stored) == sorted(self.sent)
        assert {mode for _, mode in stored} == {2}, "all wait for a moderator"


def installed() -> bool:
    """Install it where that has not been done; False where it cannot be had."""
    if (HOME / "bin" / "isso").exists():
        return True
    steps = (
        (sys.executable, "-m", "venv", str(HOME)),
        (str(HOME / "bin" / "pip"), "--disable-pip-version-check", "-q", "install", f"isso=={VERSION}"),
    )
    try:
        for step in steps:
            subprocess.run(step, check=True, capture_output=True, timeout=300)  # noqa: S603 - our arguments
    except (OSError, subprocess.SubprocessError):
        return False
    return True


@contextlib.contextmanager
def isso() -> Iterator[Isso]:
    """Isso on an empty database, until the block ends."""
    with tempfile.TemporaryDirectory() as folder:
        port = free_port("127.0.0.1")
        settings = Path(folder) / "isso.cfg"
        settings.write_text(_SETTINGS.format(folder=folder, port=port), encoding="utf-8")
        command = [str(HOME / "bin" / "isso"), "-c", str(settings), "run"]
        clean = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
        process = subprocess.Popen(  # noqa: S603 - the arguments are ours
            command, env=clean, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        try:
            _wait(port, process)
            yield Isso(Served(port, [process.pid]), Path(folder) / "comments.db")
        finally:
            process.terminate()
            process.wait()


def _wait(port: int, process: "subprocess.Popen[bytes]") -> None:
    until = time.monotonic() + START_S
    while process.poll() is None and time.monotonic() < until:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
            return
        time.sleep(0.05)  # a foreign program: that its port takes connections is all it tells
    raise SystemExit("Isso did not start")


def request(number: int, text: str) -> bytes:
    """The bytes of one comment of a reader, as its script in the page sends it."""
    author = {"author": f"Bạn đọc {number % 5_000}", "email": f"u{number % 5_000}@thu.example"}
    body = dumped(author | {"text": text, "title": "Đời sống"})
    head = (
        f"POST /new?uri=%2Fdoi-song%2F{number % 500}%2F HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept: */*\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


def rows(requests: int = 2_000, rounds: int = 5) -> list[Row]:
    """Measure in turns, then compare what was stored with what was sent; the first round warms up.

    Returns nothing where Isso cannot be installed.
    """
    if not installed():
        return []
    numbers, theirs = itertools.count(), list[float]()
    with generator() as sender, isso() as other, ours() as side:
        for turn in range(rounds + 1):
            first = next(numbers) * requests
            measure(side, sender, range(first, first + requests), CONNECTIONS, kept=turn > 0)
            theirs.append(other.measure(sender, range(first, first + requests // 10)))
        other.check()
        asyncio.run(check(side))
    mine = [one.per_s for one in side.rounds[CONNECTIONS]]
    context = [f"intake {spread(mine, 'requests/s')}", f"Isso {VERSION} {spread(theirs[1:], 'requests/s')}"]
    what = "intake, `always`, 32 connections, against Isso with moderation on"
    return [Row("isso", what, ratios(mine, theirs[1:]), goal=30.0, context=context)]


if __name__ == "__main__":
    run(rows)
