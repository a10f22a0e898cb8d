"""Servers that copy each other, for tests and benches: real processes on addresses of their own.

A node can be killed and started again with what it has on disk. Nothing here knows the service.
"""

import contextlib
import functools
import os
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from service.supervision import kernel
from service.supervision.valkey import binary

START_S = 60.0
MARK = "in-step"
LOOPBACK = "127.0.0.1"
KEEPING = {
    "save": "",
    "appendonly": "yes",
    "appendfsync": "always",
    "maxmemory-policy": "noeviction",
    "repl-diskless-sync-delay": 0,  # one who asks for a copy gets it at once
    "repl-ping-replica-period": 1,
}

Options = Mapping[str, object]


class Node:
    """One process of Valkey, on a fixed address; not started yet.

    Attributes:
        host, port: where it answers.
        options: what it is started with.
    """

    def __init__(
        self, folder: Path, options: Options, *, host: str = LOOPBACK, inside: Sequence[str] = ()
    ) -> None:
        """
        Args:
            folder: its own, for its data and its log; made where missing.
            inside: a command that runs it, such as `ip netns exec NAME`.
        """
        self.folder, self.host, self.port = folder, host, free_port() if host == LOOPBACK else 6379
        self.options: Options = {"port": self.port, "bind": host, "dir": folder} | dict(options)
        self._inside = list(inside)
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    @property
    def runs(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def start(self) -> None:
        """Run it, and wait until it answers."""
        self.folder.mkdir(exist_ok=True, parents=True)
        argv = [str(binary()), *self._arguments()]
        with (self.folder / "log").open("ab") as log:
            self._process = subprocess.Popen(
                [*self._inside, *argv],
                stdout=log,
                stderr=log,
                preexec_fn=functools.partial(kernel.die_with, os.getpid()),  # noqa: PLW1509  two C calls
            )
        until(lambda: self.ask("PING"), "the server did not answer")

    def _arguments(self) -> list[str]:
        return [str(part) for name, value in self.options.items() for part in (f"--{name}", value)]

    def ask(self, *command: object) -> Any:
        """What it answers to one command."""
        with self.client() as client:
            return client.execute_command(*command)

    def client(self, **options: Any) -> redis.Redis:
        options = {"socket_timeout": 5, "retry": Retry(NoBackoff(), 0), **options}
        return redis.Redis(host=self.host, port=self.port, **options)

    def told(self, section: str) -> Any:
        """A section of what it tells of itself."""
        return self.ask("INFO", section)

    def kill(self, number: signal.Signals = signal.SIGKILL) -> None:
        """End it, and see it end; harmless where it has ended."""
        if self._process is not None:
            self._process.send_signal(number)
            self._process.send_signal(signal.SIGCONT)
            self._process.wait()

    def stop(self) -> None:
        """Let it answer nobody, as a machine that hangs."""
        assert self._process is not None
        self._process.send_signal(signal.SIGSTOP)

    def go_on(self) -> None:
        assert self._process is not None
        self._process.send_signal(signal.SIGCONT)


@contextlib.contextmanager
def copied(folder: Path) -> Iterator[list[Node]]:
    """A primary and its replica, on loopback."""
    with contextlib.ExitStack() as running:
        nodes = [Node(folder / f"node-{number}", KEEPING) for number in range(2)]
        copying(running, nodes)
        yield nodes


def copying(running: contextlib.ExitStack, nodes: Sequence[Node]) -> None:
    """Start nodes, the first as primary of the others; all are killed in the end."""
    for node in nodes:
        running.callback(node.kill)
        node.start()
        if node is not nodes[0]:
            node.ask("REPLICAOF", nodes[0].host, nodes[0].port)
    until(lambda: in_step(nodes[0], nodes[1:]), "the replicas did not follow")


def in_step(primary: Node, replicas: Sequence[Node]) -> bool:
    """Whether so many copy the primary, and have on disk all it has."""
    with primary.client() as client, client.pipeline(transaction=False) as asking:
        asking.execute_command("SET", f"{{{MARK}}}", "1", "PX", 1_000)
        asking.execute_command("WAIT", len(replicas), 100)
        asking.execute_command("WAITAOF", 1, len(replicas), 100)
        return bool(asking.execute()[-1][1] == len(replicas))


def free_port() -> int:
    """One of loopback that nobody has; a cluster's bus needs another."""
    with socket.socket() as probe:
        probe.bind((LOOPBACK, 0))
        return int(probe.getsockname()[1])


def until(holds: Callable[[], object], otherwise: str, within_s: float = START_S) -> None:
    """Wait for what only other processes can bring about."""
    deadline = time.monotonic() + within_s
    while True:
        with contextlib.suppress(redis.RedisError):
            if holds():
                return
        assert time.monotonic() < deadline, otherwise
        time.sleep(0.02)
