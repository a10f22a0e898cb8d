"""Everything on this machine, or one part of it: started, kept running, and stopped in order.

The embedded server comes first and goes last; API processes go before workers, so that nothing new comes in
while what is under way is finished. Processes die with a killed supervisor; the server stays, and the next
supervisor takes it over.
"""

import asyncio
import contextlib
import socket
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from service.clock import unix_ms
from service.metering.shared import bury
from service.settings import FIGURES_VARIABLE, Settings
from service.store.store import Store
from service.supervision import figures, first_keys, newspaper, store_check
from service.supervision.children import Child, environment, program, until_told_to_stop
from service.supervision.embedded import KeptServer
from service.supervision.errors import StartRefused
from service.supervision.first_keys import FirstKeys
from service.supervision.listening import answers, free_port, listening_sockets, url_of
from service.supervision.newspaper import Newspaper
from service.supervision.valkey import EmbeddedValkey

NEWSPAPER_STOP_S = 2.5
API_STOP_S = 6.0
WORKER_STOP_S = 5.0
SERVER_STOP_S = 4.0
"""What each kind may take to finish; together less than the 20 s after which a stop counts as failed."""


@dataclass(frozen=True, slots=True)
class Parts:
    """What runs here; `keys` makes the first keys where there are none, `newspaper` needs them."""

    api: bool = False
    workers: bool = False
    keys: bool = False
    newspaper: bool = False


@dataclass(frozen=True, slots=True)
class Ready:
    """What there is to tell once everything serves.

    Attributes:
        url: where the API answers, None without it.
        newspaper_url: the same of the newspaper.
        made: the first keys, if this start made them.
    """

    url: str | None
    newspaper_url: str | None
    made: FirstKeys | None


async def run(settings: Settings, parts: Parts, tell: Callable[[Ready], None]) -> None:
    """Run the parts until SIGTERM or Ctrl-C, then stop them in order; returns when all have ended.

    Args:
        tell: called once, when everything serves.

    Raises:
        StartRefused: something did not start; what did has been stopped.
    """
    task = asyncio.current_task()
    if task is None:
        raise RuntimeError("runs in a task")
    with until_told_to_stop(task):
        async with contextlib.AsyncExitStack() as running:
            try:
                tell(await _Start(settings, parts, running).whole())
                await asyncio.Event().wait()
            except asyncio.CancelledError:
                task.uncancel()  # from here on it is an ordinary end


class _Start:
    """The steps of a start; each leaves on `running` what undoes it."""

    def __init__(self, settings: Settings, parts: Parts, running: contextlib.AsyncExitStack) -> None:
        self._settings = settings
        self._parts = parts
        self._running = running
        self._figures = running.enter_context(figures.folder())

    async def whole(self) -> Ready:
        sockets = self._listen()
        self._show_figures()
        redis_url = self._settings.redis_url or await self._server()
        await store_check.usable(redis_url, self._settings.partitions, begins=True)
        made, paper = await self._set_up(redis_url, sockets)
        env = environment(
            {
                "CODAU_REDIS_URL": redis_url,
                "CODAU_DATA_DIR": str(self._settings.data_dir),
                FIGURES_VARIABLE: str(self._figures),
            }
        )
        url = url_of(sockets[0]) if sockets else None
        await _all_at_once(self._children(env, sockets, url, paper))
        newspaper_url = await answers(paper.host, paper.port) if paper else None
        return Ready(url, newspaper_url, made)

    def _children(
        self,
        env: Mapping[str, str],
        sockets: Sequence[socket.socket],
        url: str | None,
        paper: Newspaper | None,
    ) -> list[Child]:
        """All that is started before the store, to be stopped in the reverse order."""
        children = [
            *self._to_stop(self._workers(env, paper), WORKER_STOP_S),
            *self._to_stop(self._api(env, sockets), API_STOP_S),
        ]
        for bound in sockets:  # closed before the API is stopped: nobody new waits for an answer
            self._running.callback(bound.close)
        if url and paper:
            argv, variables = program("examples.newspaper"), paper.variables(url)
            child = Child("newspaper", argv, env=environment(variables))
            children += self._to_stop([child], NEWSPAPER_STOP_S)
        return children

    def _listen(self) -> list[socket.socket]:
        """Take the port before anything else is started: it is what most often is not to be had."""
        chosen = self._settings
        sockets = listening_sockets(chosen.host, chosen.port, chosen.api_processes) if self._parts.api else []
        for bound in sockets:
            self._running.callback(bound.close)
        return sockets

    def _show_figures(self) -> None:
        """Where there is no API to show them."""
        port = self._settings.metrics_port
        if port is not None and not self._parts.api:
            self._running.enter_context(figures.shown_at(self._settings.host, port, self._figures))

    async def _server(self) -> str:
        if not self._parts.keys:
            raise StartRefused("CODAU_REDIS_URL is not set; `codau up` is what brings a server along")
        chosen = self._settings
        server = KeptServer(EmbeddedValkey(chosen.data_dir, fsync=chosen.fsync, outlives_us=True))
        await server.start()
        self._running.push_async_callback(server.stop, SERVER_STOP_S)
        if server.rests:
            raise StartRefused(f"CODAU_DATA_DIR: the disk of {chosen.data_dir} is full; make room")
        return server.url

    async def _set_up(
        self, redis_url: str, sockets: Sequence[socket.socket]
    ) -> tuple[FirstKeys | None, Newspaper | None]:
        """The first keys, if they are made now, and what the newspaper is started with, if it is."""
        if not self._parts.keys:
            return None, None
        chosen, now_ms = self._settings, unix_ms()
        store = Store(redis_url, chosen.partitions, chosen.replicas)
        try:
            made = await first_keys.make_at_first_start(store.directory, chosen.data_dir, now_ms=now_ms)
            if not self._parts.newspaper:
                await newspaper.gone(store)
                return made, None
            host = str(sockets[0].getsockname()[0])
            port = free_port(host, wanted=chosen.port + 1 if chosen.port else 0)  # the next, where it is free
            return made, await newspaper.prepared(store, chosen.data_dir, host=host, port=port, now_ms=now_ms)
        finally:
            await store.close()

    def _workers(self, env: Mapping[str, str], paper: Newspaper | None) -> list[Child]:
        count = self._settings.worker_processes if self._parts.workers else 0
        argv = program("workers", *(["--neighbour", paper.hook_url] if paper else []))
        buried = partial(bury, self._figures)
        return [Child(f"worker {number}", argv, env=env, buried=buried) for number in range(1, count + 1)]

    def _api(self, env: Mapping[str, str], sockets: Sequence[socket.socket]) -> list[Child]:
        children = []
        for number, bound in enumerate(sockets, start=1):
            argv = program("service.supervision.api_process", "--listen", str(bound.fileno()))
            child = Child(
                f"api {number}",
                argv,
                env=env,
                pass_fds=[bound.fileno()],
                announces=True,
                buried=partial(bury, self._figures),
            )
            children.append(child)
        return children

    def _to_stop(self, children: Sequence[Child], within_s: float) -> Sequence[Child]:
        """The same children, to be stopped at once when their turn comes."""
        self._running.push_async_callback(_stop, children, within_s)
        return children


async def _all_at_once(children: Sequence[Child]) -> None:
    try:
        async with asyncio.TaskGroup() as starting:
            for child in children:
                starting.create_task(child.start())
    except* StartRefused as refused:
        raise refused.exceptions[0] from None


async def _stop(children: Sequence[Child], within_s: float) -> None:
    await asyncio.gather(*(child.stop(within_s) for child in children))
