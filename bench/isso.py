"""Isso from PyPI, to be compared with: installed into an environment of its own, and run with moderation on.

It runs as its documentation says: `isso -c FILE run`, an SQLite file, `moderation.enabled`. Its guard is off,
since it lets no address send more than two comments a minute, and the bench has one.
"""

import contextlib
import os
import socket
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from bench.serving import Served
from bench.submissions import dumped
from service.supervision.listening import free_port

HOME = Path(__file__).parents[1] / ".venv-bench"
VERSION = "0.14.0"
START_S = 30.0

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
    """A server that runs."""

    served: Served
    database: Path

    def check(self, texts: Sequence[str]) -> None:
        """Compare what it stored with what was sent.

        Raises:
            AssertionError: a comment is missing, or does not wait for a moderator.
        """
        with closing(sqlite3.connect(self.database)) as database:
            stored = database.execute("SELECT text, mode FROM comments").fetchall()
        assert sorted(text for text, _ in stored) == sorted(texts)
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
        time.sleep(0.05)
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
