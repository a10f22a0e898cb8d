"""Servers that watch and copy each other, for tests and benches: real processes on addresses of their own.

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
from types import MappingProxyType
from typing import Any

import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from service.supervision import kernel
from service.supervision.valkey import binary

START_S = 60.0
SERVICE = "bao"
DOWN_AFTER_MS = 300
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


class _Sentinel(Node):
    """One Sentinel; its file is its memory."""

    def _arguments(self) -> list[str]:
        file = self.folder / "sentinel.conf"
        if not file.exists():
            file.write_text("".join(f"{name} {value}\n" for name, value in self.options.items()))
        return [str(file), "--sentinel"]


@contextlib.contextmanager
def copied(folder: Path) -> Iterator[list[Node]]:
    """A primary and its replica, on loopback."""
    with contextlib.ExitStack() as running:
        nodes = [Node(folder / f"node-{number}", KEEPING) for number in range(2)]
        _copying(running, nodes)
        yield nodes


def _copying(running: contextlib.ExitStack, nodes: Sequence[Node]) -> None:
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


class Watched:
    """A primary with its replicas, and three Sentinels, two of which must agree that it is gone."""

    def __init__(self, nodes: Sequence[Node], sentinels: Sequence[Node]) -> None:
        self.nodes, self.sentinels = nodes, sentinels
        named = ",".join(f"{one.host}:{one.port}" for one in sentinels)
        self.url = f"redis+sentinel://{named}/{SERVICE}"

    @property
    def primary(self) -> Node:
        """The one that the first Sentinel names."""
        named = _named(self.sentinels[0])
        return next(one for one in self.nodes if (one.host, one.port) == named)

    @property
    def replicas(self) -> list[Node]:
        return [one for one in self.nodes if one is not self.primary]

    def in_step(self) -> bool:
        """Whether all others copy the primary."""
        return in_step(self.primary, self.replicas)

    def knows_replicas(self) -> bool:
        """Whether every Sentinel sees all of them, so that the next failover finds one."""
        told = [one.ask("SENTINEL", "REPLICAS", SERVICE) for one in self.sentinels if one.runs]
        return all(
            any(
                _pairs(one)[b"flags"] == b"slave" and _pairs(one)[b"master-link-status"] == b"ok"
                for one in seen
            )
            for seen in told
        )

    def failed_over(self, old: Node) -> bool:
        """Whether every Sentinel names another, and that one knows."""
        named = [_named(one) for one in self.sentinels if one.runs]
        return (old.host, old.port) not in named and self.primary.told("replication")["role"] == "master"


@contextlib.contextmanager
def watched(folder: Path, *, replicas: int = 1, options: Options = MappingProxyType({})) -> Iterator[Watched]:
    """A running set on loopback, which fails over in about a second."""
    with contextlib.ExitStack() as running:
        nodes = [Node(folder / f"node-{number}", KEEPING | dict(options)) for number in range(1 + replicas)]
        yield started(running, folder, nodes)


def started(
    running: contextlib.ExitStack, folder: Path, nodes: Sequence[Node], sentinels: Sequence[Node] = ()
) -> Watched:
    """Let the first be the primary of the others, and Sentinels watch; all are killed in the end."""
    made = Watched(nodes, sentinels or _sentinels(folder, nodes))
    _copying(running, nodes)
    for node in made.sentinels:
        running.callback(node.kill)
        node.start()
    until(functools.partial(_all_known, made), "the Sentinels did not find each other")
    return made


def _sentinels(folder: Path, nodes: Sequence[Node]) -> list[Node]:
    return [sentinel(folder / f"sentinel-{number}", nodes[0]) for number in range(3)]


def sentinel(folder: Path, primary: Node, *, host: str = LOOPBACK, inside: Sequence[str] = ()) -> Node:
    """One that watches a primary; it finds the others by what they say there."""
    options = {
        "sentinel monitor": f"{SERVICE} {primary.host} {primary.port} 2",
        "sentinel down-after-milliseconds": f"{SERVICE} {DOWN_AFTER_MS}",
        "sentinel failover-timeout": f"{SERVICE} 3000",
    }
    return _Sentinel(folder, options, host=host, inside=inside)


def _pairs(told: Any) -> dict[bytes, bytes]:
    return told if isinstance(told, dict) else dict(zip(told[::2], told[1::2], strict=True))


def _named(sentinel: Node) -> tuple[str, int]:
    host, port = sentinel.ask("SENTINEL", "GET-MASTER-ADDR-BY-NAME", SERVICE)
    return host.decode(), int(port)


def _all_known(made: Watched) -> bool:
    states = [one.ask("SENTINEL", "MASTER", SERVICE) for one in made.sentinels]
    return all(
        int(state[b"num-other-sentinels"]) == len(made.sentinels) - 1
        and int(state[b"num-slaves"]) == len(made.nodes) - 1
        for state in states
    )


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
