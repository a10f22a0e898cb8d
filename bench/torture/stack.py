"""What is tortured: Valkey, API and workers as real processes of known pid, each to be killed and started.

`whole` is `codau up`, whose supervisor starts again what dies: that is how people run it. `apart` has the
same parts without a supervisor: a scenario decides what runs, with what environment, before which server.
"""

import asyncio
import contextlib
import json
import os
import select
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import redis

from bench.serving import API
from bench.sides import key_of
from service.settings import Fsync
from service.store.directory import Role
from service.supervision.children import environment, program
from service.supervision.listening import listening_sockets, url_of
from service.supervision.options import arguments
from service.supervision.valkey import binary
from tests.supervision.codau import environment as settings_of
from tests.supervision.codau import up

WORKER = "workers"
VALKEY = "valkey-server"
START_S = 60.0
NO_SETTINGS: Mapping[str, str] = {}


@dataclass(frozen=True, slots=True)
class Keys:
    """Keys of one site."""

    website: str
    moderator: str


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


@dataclass(frozen=True, slots=True)
class Apart:
    """The parts by themselves; `url` is where the API answers, `redis_url` where the server does."""

    url: str
    redis_url: str
    keys: Keys
    valkey: Part
    apis: Sequence[Part] = field(default_factory=list)
    workers: Sequence[Part] = field(default_factory=list)

    @property
    def api(self) -> Part:
        (only,) = self.apis
        return only

    @property
    def worker(self) -> Part:
        (only,) = self.workers
        return only


@dataclass(frozen=True, slots=True)
class Whole:
    """A running `codau up`.

    Attributes:
        pids: of its parts at this moment, by `API`, `WORKER` and `VALKEY`, without one that has just died.
        supervisor: pid of the command itself.
        site, admin: the site that its keys are of, and a key that may set its webhooks.
    """

    url: str
    redis_url: str
    keys: Keys
    pids: Callable[[], Mapping[str, int]]
    supervisor: int
    site: str
    admin: str


@dataclass(frozen=True, slots=True)
class Before:
    """API and worker before a store that the scenario looks after."""

    url: str
    redis_url: str
    keys: Keys


Stack = Apart | Whole | Before


@contextlib.contextmanager
def whole(folder: Path, **settings: str) -> Iterator[Whole]:
    """`codau up` on a data folder within `folder`, stopped at the end; settings without their prefix."""
    data = folder / "data"
    with up(env=settings_of(data, **settings), log=folder / "log") as running:
        found = json.loads((data / "keys.json").read_bytes())
        keys = Keys(found["website_key"], found["moderator_key"])
        (place,) = data.rglob("*.sock")
        yield Whole(
            running.url("the API"),
            f"unix://{place}",
            keys,
            running.children,
            running.process.pid,
            found["site"],
            found["admin_key"],
        )


@contextlib.contextmanager
def apart(
    folder: Path,
    *,
    apis: int = 1,
    workers: int = 1,
    fsync: Fsync = "always",
    store: Sequence[str] = (),
    through: Callable[[str], contextlib.AbstractContextManager[str]] = contextlib.nullcontext,
    env: Mapping[str, str] = NO_SETTINGS,
) -> Iterator[Apart]:
    """The parts, started; all are killed at the end. Not to be entered from within an event loop.

    Args:
        folder: for the server's data and the logs; it may lie on any file system.
        store: further options of the server.
        through: makes of the server's address that of a proxy, by which API and workers reach it.
        env: variables of API and workers beside their settings.
    """
    with contextlib.ExitStack() as running:
        place = Path(running.enter_context(tempfile.TemporaryDirectory())) / "s"  # a socket's path is short
        valkey = _started(running, lambda: _valkey(folder, place, fsync, store))
        direct = f"unix://{place}"
        keys = [asyncio.run(key_of(direct, role)) for role in (Role.WEBSITE, Role.MODERATOR)]
        settings = {"CODAU_REDIS_URL": running.enter_context(through(direct)), **env}
        sockets = listening_sockets("127.0.0.1", 0, max(1, apis))
        for bound in sockets:
            running.enter_context(bound)
        serving = [_started(running, _api(folder, bound, settings)) for bound in sockets[:apis]]
        judging = [_started(running, lambda: _worker(folder, settings)) for _ in range(workers)]
        yield Apart(url_of(sockets[0]), direct, Keys(*keys), valkey, serving, judging)


@contextlib.contextmanager
def before(folder: Path, redis_url: str, *, env: Mapping[str, str] = NO_SETTINGS) -> Iterator[Before]:
    """An API and a worker, started; both are killed at the end. Not to be entered from an event loop."""
    with contextlib.ExitStack() as running:
        keys = [asyncio.run(key_of(redis_url, role)) for role in (Role.WEBSITE, Role.MODERATOR)]
        settings = {"CODAU_REDIS_URL": redis_url, **env}
        [bound] = listening_sockets("127.0.0.1", 0, 1)
        running.enter_context(bound)
        _started(running, _api(folder, bound, settings))
        _started(running, lambda: _worker(folder, settings))
        yield Before(url_of(bound), redis_url, Keys(*keys))


def _started(running: contextlib.ExitStack, begin: Callable[[], subprocess.Popen[bytes]]) -> Part:
    part = Part(begin)
    running.callback(part.kill)
    part.start()
    return part


def _valkey(folder: Path, place: Path, fsync: Fsync, options: Sequence[str]) -> subprocess.Popen[bytes]:
    place.unlink(missing_ok=True)  # a killed server leaves it
    argv = [str(binary()), *arguments(folder, place, fsync), *options]
    process = _process(argv, folder / "valkey.log", {})
    await_start(lambda: _pings(place), process)
    return process


def _pings(place: Path) -> bool:
    with contextlib.suppress(redis.RedisError), redis.Redis.from_url(f"unix://{place}") as client:
        return bool(client.ping())
    return False


def _api(
    folder: Path, bound: socket.socket, settings: Mapping[str, str]
) -> Callable[[], subprocess.Popen[bytes]]:
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


def _worker(folder: Path, settings: Mapping[str, str]) -> subprocess.Popen[bytes]:
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
