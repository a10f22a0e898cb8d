"""Servers as processes of their own, for benches that compare them: how to run one, and what it has cost."""

import contextlib
import os
import socket
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from service.supervision.children import environment, program
from service.supervision.listening import listening_sockets

BARE = "bench.bare"
API = "service.supervision.api_process"


@dataclass(frozen=True, slots=True)
class Served:
    """A server that answers on loopback, in one process or several."""

    port: int
    pids: Sequence[int]

    @property
    def pid(self) -> int:
        (only,) = self.pids
        return only

    def core_s(self) -> float:
        """Seconds of a core that its processes have used so far."""
        return sum(core_s(pid) for pid in self.pids)


@contextlib.contextmanager
def serving(module: str, settings: Mapping[str, str] | None = None, processes: int = 1) -> Iterator[Served]:
    """Run a module that takes `--listen FD --ready FD`, until the block ends."""
    sockets = listening_sockets("127.0.0.1", 0, processes)
    with contextlib.ExitStack() as running:
        pids = [running.enter_context(_process(module, bound, settings or {})) for bound in sockets]
        yield Served(sockets[0].getsockname()[1], pids)


@contextlib.contextmanager
def _process(module: str, bound: socket.socket, settings: Mapping[str, str]) -> Iterator[int]:
    ready, announce = os.pipe()
    command = program(module, "--listen", str(bound.fileno()), "--ready", str(announce))
    process = subprocess.Popen(  # noqa: S603 - the arguments are ours
        command, env=environment(settings), pass_fds=(bound.fileno(), announce)
    )
    os.close(announce)
    try:
        if os.read(ready, 1) != b"!":
            raise SystemExit(f"{module} did not start")
        yield process.pid
    finally:
        os.close(ready)
        bound.close()
        process.terminate()
        process.wait()


@contextlib.contextmanager
def working(redis_url: str, *duties: str) -> Iterator[int]:
    """Run a worker with these duties, or with all, until the block ends; gives its pid."""
    command = program("workers", *duties)
    with subprocess.Popen(command, env=environment({"CODAU_REDIS_URL": redis_url})) as process:  # noqa: S603 - the arguments are ours
        try:
            yield process.pid
        finally:
            process.terminate()


def core_s(pid: int) -> float:
    """Seconds of a core that a process has used so far, all threads that live; the kernel counts in ns."""
    tasks = Path(f"/proc/{pid}/task")
    return sum(int((task / "schedstat").read_text().split()[0]) for task in tasks.iterdir()) / 1e9
