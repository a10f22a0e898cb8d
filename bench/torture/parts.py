"""The parts of a service as single processes, each to be killed and started; `stack` puts them together."""

import contextlib
import os
import select
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import redis

from bench.serving import API
from service.settings import Fsync
from service.supervision.children import environment, program
from service.supervision.options import arguments
from service.supervision.valkey import binary

WORKER = "workers"
START_S = 60.0


class Part:
    """One program, running or not; what it says goes to a file.

    Attributes:
        begin: starts the process, and returns when it serves.
    """

    def __init__(self, begin: Callable[[], subprocess.Popen[bytes]]) -> None:
        self._begin = begin
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int:
        if self._process is None:
            raise RuntimeError("it was not started")
        return self._process.pid

    def start(self) -> None:
        """Run it; the one before must have ended."""
        self._process = self._begin()

    def kill(self, number: signal.Signals = signal.SIGKILL) -> None:
        """Send a signal that ends it, and see it end."""
        if self._process is not None and self._process.poll() is None:
            self._process.send_signal(number)
        self.ended()

    def ended(self) -> int | None:
        """Wait until it has ended; its status."""
        return None if self._process is None else self._process.wait(START_S)

    @property
    def runs(self) -> bool:
        return self._process is not None and self._process.poll() is None


def started(running: contextlib.ExitStack, begin: Callable[[], subprocess.Popen[bytes]]) -> Part:
    """A part that runs; it is killed in the end."""
    part = Part(begin)
    running.callback(part.kill)
    part.start()
    return part


def valkey(folder: Path, place: Path, fsync: Fsync, options: Sequence[str]) -> subprocess.Popen[bytes]:
    """A server that answers at a socket."""
    place.unlink(missing_ok=True)  # a killed server leaves it
    argv = [str(binary()), *arguments(folder, place, fsync), *options]
    process = _process(argv, folder / "valkey.log", {})
    await_start(lambda: _pings(place), process)
    return process


def _pings(place: Path) -> bool:
    with contextlib.suppress(redis.RedisError), redis.Redis.from_url(f"unix://{place}") as client:
        return bool(client.ping())
    return False


def api(
    folder: Path, bound: socket.socket, settings: Mapping[str, str]
) -> Callable[[], subprocess.Popen[bytes]]:
    """What starts an API on a bound socket, and returns when it serves."""

    def begin() -> subprocess.Popen[bytes]:
        ready, announce = os.pipe()
        argv = program(API, "--listen", str(bound.fileno()), "--ready", str(announce))
        process = _process(argv, folder / "api.log", settings, bound.fileno(), announce)
        os.close(announce)
        try:
            if not select.select([ready], [], [], START_S)[0] or os.read(ready, 1) != b"!":
                process.kill()
                raise SystemExit("the API did not start")
        finally:
            os.close(ready)
        return process

    return begin


def worker(folder: Path, settings: Mapping[str, str]) -> subprocess.Popen[bytes]:
    """A worker."""
    return _process(program(WORKER), folder / "worker.log", settings)


def _process(
    argv: Sequence[str], log: Path, settings: Mapping[str, str], *fds: int
) -> subprocess.Popen[bytes]:
    with log.open("ab") as said:
        return subprocess.Popen(  # noqa: S603 - the arguments are ours
            argv, env=environment(settings), stdout=said, stderr=said, pass_fds=fds, start_new_session=True
        )


def await_start(holds: Callable[[], bool], process: subprocess.Popen[bytes]) -> None:
    """Look until what a process serves is there.

    Raises:
        SystemExit: it has ended, or is not there after `START_S`.
    """
    until = time.monotonic() + START_S
    while not holds():
        if process.poll() is not None or time.monotonic() > until:
            raise SystemExit(f"{process.args!r} did not start")
        time.sleep(0.02)  # Valkey tells nobody when its socket is there
