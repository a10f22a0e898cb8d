"""Everything on this machine, or one part of it: started, kept running, and stopped in order.

The embedded server comes first and goes last; API processes go before workers, so that nothing new comes in
while what is under way is finished. Processes die with a killed supervisor; the server stays, and the next
supervisor takes it over.
"""

import asyncio
import contextlib
import socket
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from service.settings import Settings
from service.store.connection import commands
from service.store.directory import Directory
from service.supervision import first_keys, store_check
from service.supervision.children import Child, environment, program, until_told_to_stop
from service.supervision.embedded import Kept
from service.supervision.errors import StartRefused
from service.supervision.first_keys import FirstKeys
from service.supervision.listening import answers, free_port, listening_sockets, url_of
from service.supervision.valkey import EmbeddedValkey

NEWSPAPER_STOP_S = 1.5
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
        after_s: what the start took.
        url: where the API answers, None without it.
        newspaper_url: the same of the newspaper.
        made: the first keys, if this start made them.
    """

    after_s: float
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

    async def whole(self) -> Ready:
        began = time.monotonic()
        sockets = self._listen()
        redis_url = self._settings.redis_url or await self._server()
        env = environment({"CODAU_REDIS_URL": redis_url, "CODAU_DATA_DIR": str(self._settings.data_dir)})
        await store_check.usable(redis_url, self._settings.partitions)
        await self._workers(env)
        await self._api(env, sockets)
        url = url_of(sockets[0]) if sockets else None
        made, newspaper_url = await self._keys_and_newspaper(redis_url, url)
        return Ready(time.monotonic() - began, url, newspaper_url, made)

    def _listen(self) -> list[socket.socket]:
        """Take the port before anything else is started: it is what most often is not to be had."""
        chosen = self._settings
        sockets = listening_sockets(chosen.host, chosen.port, chosen.api_processes) if self._parts.api else []
        for bound in sockets:
            self._running.callback(bound.close)
        return sockets

    async def _server(self) -> str:
        if not self._parts.keys:
            raise StartRefused("CODAU_REDIS_URL is not set; `codau up` is what brings a server along")
        server = Kept(EmbeddedValkey(self._settings.data_dir, fsync=self._settings.fsync, outlives_us=True))
        await server.start()
        self._running.push_async_callback(server.stop, SERVER_STOP_S)
        return server.url

    async def _workers(self, env: dict[str, str]) -> None:
        if self._parts.workers:
            argv = program("workers")
            count = self._settings.worker_processes
            await self._children(
                [Child(f"worker {i + 1}", argv, env=env) for i in range(count)], WORKER_STOP_S
            )

    async def _api(self, env: dict[str, str], sockets: Sequence[socket.socket]) -> None:
        children = []
        for number, bound in enumerate(sockets, start=1):
            argv = program("service.supervision.api_process", "--listen", str(bound.fileno()))
            children.append(Child(f"api {number}", argv, env=env, pass_fds=[bound.fileno()], announces=True))
        await self._children(children, API_STOP_S)
        for bound in sockets:  # closed before the processes stop: nobody new waits for an answer
            self._running.callback(bound.close)

    async def _keys_and_newspaper(
        self, redis_url: str, url: str | None
    ) -> tuple[FirstKeys | None, str | None]:
        if not self._parts.keys:
            return None, None
        store = commands(redis_url)
        try:
            directory, now_ms = Directory(store), int(time.time() * 1000)
            made = await first_keys.make_at_first_start(directory, self._settings.data_dir, now_ms=now_ms)
            if not self._parts.newspaper or url is None:
                return made, None
            keys = await first_keys.for_newspaper(directory, self._settings.data_dir, now_ms=now_ms)
        finally:
            await store.close()
        return made, await self._newspaper(url, *keys)

    async def _newspaper(self, url: str, website_key: str, moderator_key: str) -> str:
        host, port = self._settings.host, self._settings.port
        port = port + 1 if 0 < port < 65535 else free_port(host)
        env = environment(
            {
                "NEWSPAPER_HOST": host,
                "NEWSPAPER_PORT": str(port),
                "NEWSPAPER_CODAU_URL": url,
                "NEWSPAPER_CODAU_KEY": website_key,
                "NEWSPAPER_MODERATOR_KEY": moderator_key,
                "NEWSPAPER_SEED": "1",
            }
        )
        await self._children([Child("newspaper", program("examples.newspaper"), env=env)], NEWSPAPER_STOP_S)
        return await answers(host, port)

    async def _children(self, children: Sequence[Child], stop_s: float) -> None:
        """Start them at once, and stop them at once, when their turn comes."""
        self._running.push_async_callback(_stop, children, stop_s)
        try:
            async with asyncio.TaskGroup() as starting:
                for child in children:
                    starting.create_task(child.start())
        except* StartRefused as refused:
            raise refused.exceptions[0] from None


async def _stop(children: Sequence[Child], within_s: float) -> None:
    await asyncio.gather(*(child.stop(within_s) for child in children))
