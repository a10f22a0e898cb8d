"""Servers as processes of their own, for benches that compare them: how to run one, and what it has cost."""

import contextlib
import os
import subprocess
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from service.supervision.children import environment, program
from service.supervision.listening import listening_sockets

BARE = "bench.bare"
API = "service.supervision.api_process"


@dataclass(frozen=True, slots=True)
class Served:
    """A server that answers on loopback."""

    port: int
    pid: int


@contextlib.contextmanager
def serving(module: str, settings: Mapping[str, str] | None = None) -> Iterator[Served]:
    """Run a module that takes `--listen FD --ready FD`, until the block ends."""
    (bound,) = listening_sockets("127.0.0.1", 0, 1)
    ready, announce = os.pipe()
    command = program(module, "--listen", str(bound.fileno()), "--ready", str(announce))
    process = subprocess.Popen(  # noqa: S603 - the arguments are ours
        command, env=environment(settings or {}), pass_fds=(bound.fileno(), announce)
    )
    os.close(announce)
    try:
        if os.read(ready, 1) != b"!":
            raise SystemExit(f"{module} did not start")
        yield Served(bound.getsockname()[1], process.pid)
    finally:
        os.close(ready)
        bound.close()
        process.terminate()
        process.wait()


def core_s(pid: int) -> float:
    """Seconds of a core that a process has used so far, all threads that live; the kernel counts in ns."""
    tasks = Path(f"/proc/{pid}/task")
    return sum(int((task / "schedstat").read_text().split()[0]) for task in tasks.iterdir()) / 1e9
