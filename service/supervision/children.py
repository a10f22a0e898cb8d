"""A program that is started again when it dies, until it is stopped; the embedded server is not one."""

import asyncio
import contextlib
import functools
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

import structlog

from service.supervision import kernel
from service.supervision.errors import StartRefused
from service.supervision.restarting import cancelled, ended, keep, waits

READY_S = 60.0
"""How long a program may take until it says that it is ready."""

LONGEST_WAIT_S = 2.0
"""Between two starts of a program that keeps dying. A start costs a second of a core, and whoever is killed
again and again shall be back within 5 s (docs/reliability.md)."""

SETTLED_S = 5.0
"""Who lived so long did not die of its start: its waits begin anew."""

_log = structlog.get_logger()


class Child:
    """One program, running as at most one process."""

    def __init__(
        self,
        name: str,
        argv: Sequence[str],
        *,
        env: Mapping[str, str],
        pass_fds: Sequence[int] = (),
        announces: bool = False,
        buried: Callable[[int], None] | None = None,
    ) -> None:
        """
        Args:
            name: what the log calls it.
            argv: program and arguments.
            env: its whole environment.
            pass_fds: descriptors it inherits under the same numbers.
            announces: it is given `--ready FD` besides, and writes there when it serves.
            buried: told the number of each of its processes that has ended.
        """
        self.name = name
        self._argv = list(argv)
        self._env = env
        self._pass_fds = tuple(pass_fds)
        self._announces = announces
        self._buried = buried
        self._process: subprocess.Popen[bytes] | None = None
        self._pidfd = -1
        self._keeping: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Run it, and again whenever it dies; returns when it serves, if it says so.

        Raises:
            StartRefused: it ended, or took too long, before it served for the first time.
        """
        ready = self._spawn()
        try:
            if self._announces:
                await self._announced(ready)
        finally:
            os.close(ready)
        pauses = functools.partial(waits, LONGEST_WAIT_S)
        self._keeping = asyncio.create_task(keep(self._lived, self._began, pauses, settled_s=SETTLED_S))

    async def stop(self, within_s: float) -> None:
        """Ask it to finish, and kill it when it has not within the time. Harmless when it does not run."""
        if self._keeping is not None:
            await cancelled(self._keeping)
        if self._process is None:
            return
        self._process.terminate()
        try:
            async with asyncio.timeout(within_s):
                await ended(self._pidfd)
        except TimeoutError:
            _log.warning("process killed: it did not finish in time", process=self.name, within_s=within_s)
            self._process.kill()
            await ended(self._pidfd)
        self._bury()

    async def _lived(self) -> None:
        await ended(self._pidfd)
        _log.warning("process ended", process=self.name, status=self._bury())

    async def _began(self, after_s: float) -> bool:
        try:
            os.close(self._spawn())
        except OSError as error:  # no memory, too many processes
            _log.error("process not started", process=self.name, why=str(error))
            return False
        _log.info("process started again", process=self.name, after_s=after_s)
        return True

    def _spawn(self) -> int:
        """Start the process; returns the end of a pipe it announces itself on, which the caller closes."""
        ready, announce = os.pipe()
        try:
            process = self._begun(announce)
            self._pidfd = kernel.watched(process)
        except BaseException:
            os.close(ready)
            raise
        finally:
            os.close(announce)
        self._process = process
        return ready

    def _begun(self, announce: int) -> subprocess.Popen[bytes]:
        told = ["--ready", str(announce)] if self._announces else []
        return subprocess.Popen(  # noqa: S603  the arguments are ours
            [*self._argv, *told],
            env=self._env,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,  # what it has to say goes to the log, on standard error
            pass_fds=(*self._pass_fds, announce),
            process_group=0,  # Ctrl-C is for the supervisor, which stops everybody in order
            preexec_fn=functools.partial(kernel.die_with, os.getpid()),  # noqa: PLW1509  two C calls
        )

    async def _announced(self, ready: int) -> None:
        loop = asyncio.get_running_loop()
        told = asyncio.Event()
        loop.add_reader(ready, told.set)
        try:
            async with asyncio.timeout(READY_S):
                await told.wait()
        except TimeoutError:
            raise StartRefused(f"{self.name} was not ready within {READY_S:.0f} s") from None
        finally:
            loop.remove_reader(ready)
        if not os.read(ready, 1):
            raise StartRefused(f"{self.name} ended before it was ready; its last lines say why")

    def _bury(self) -> int | None:
        """Forget a process that has ended; returns its status, negative for a signal."""
        if self._process is None:
            return None
        status = self._process.wait()
        os.close(self._pidfd)
        if self._buried is not None:
            self._buried(self._process.pid)
        self._process = None
        return status


def program(module: str, *arguments: str) -> list[str]:
    """The command that runs a module of ours; `-P`, since the current folder may hold modules of its name."""
    return [sys.executable, "-P", "-m", module, *arguments]


def environment(changes: Mapping[str, str]) -> dict[str, str]:
    """This process's environment with changes, and where our modules are."""
    ours = str(Path(__file__).parents[2])
    path = os.pathsep.join(filter(None, [ours, os.environ.get("PYTHONPATH")]))
    return {**os.environ, "PYTHONPATH": path, **changes}


@contextlib.contextmanager
def until_told_to_stop(task: asyncio.Task[None]) -> Iterator[None]:
    """Cancel `task` at the first SIGTERM, Ctrl-C or hang-up; later ones change nothing, it is stopping."""
    loop = asyncio.get_running_loop()
    told = False

    def stop() -> None:
        nonlocal told
        if not told:
            told = True
            task.cancel()

    signals = [signal.SIGTERM, signal.SIGINT]
    if signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:  # as under nohup
        signals.append(signal.SIGHUP)
    for number in signals:
        loop.add_signal_handler(number, stop)
    try:
        yield
    finally:
        for number in signals:
            loop.remove_signal_handler(number)
