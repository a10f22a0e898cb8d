"""What is tortured: Valkey, API and workers as real processes of known pid, each to be killed and started.

`whole` is `codau up`, whose supervisor starts again what dies: that is how people run it. `apart` has the
same parts without a supervisor: a scenario decides what runs, with what environment, before which server.
"""

import asyncio
import contextlib
import json
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from bench.sides import key_of
from bench.torture.parts import Part, api, started, valkey, worker
from service.settings import Fsync
from service.store.directory import Role
from service.supervision.listening import listening_sockets, url_of
from tests.supervision.codau import environment as settings_of
from tests.supervision.codau import up

VALKEY = "valkey-server"
NO_SETTINGS: Mapping[str, str] = {}


@dataclass(frozen=True, slots=True)
class Keys:
    """Keys of one site."""

    website: str
    moderator: str


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
        pids: of its parts at this moment, by `API`, `WORKER` and `VALKEY`; without one that has just died.
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
        server = started(running, lambda: valkey(folder, place, fsync, store))
        direct = f"unix://{place}"
        keys = [asyncio.run(key_of(direct, role)) for role in (Role.WEBSITE, Role.MODERATOR)]
        settings = {"CODAU_REDIS_URL": running.enter_context(through(direct)), **env}
        sockets = listening_sockets("127.0.0.1", 0, max(1, apis))
        for bound in sockets:
            running.enter_context(bound)
        serving = [started(running, api(folder, bound, settings)) for bound in sockets[:apis]]
        judging = [started(running, lambda: worker(folder, settings)) for _ in range(workers)]
        yield Apart(url_of(sockets[0]), direct, Keys(*keys), server, serving, judging)


@contextlib.contextmanager
def before(folder: Path, redis_url: str, *, env: Mapping[str, str] = NO_SETTINGS) -> Iterator[Before]:
    """An API and a worker, started; both are killed at the end. Not to be entered from an event loop."""
    with contextlib.ExitStack() as running:
        keys = [asyncio.run(key_of(redis_url, role)) for role in (Role.WEBSITE, Role.MODERATOR)]
        settings = {"CODAU_REDIS_URL": redis_url, **env}
        [bound] = listening_sockets("127.0.0.1", 0, 1)
        running.enter_context(bound)
        started(running, api(folder, bound, settings))
        started(running, lambda: worker(folder, settings))
        yield Before(url_of(bound), redis_url, Keys(*keys))
