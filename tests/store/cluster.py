"""Three servers that make a cluster, for a test: on loopback, gone with the test."""

import contextlib
import functools
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import redis

from service.supervision.valkey import binary

_NODES = 3
_SLOTS = 16_384
_START_S = 60.0


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextlib.contextmanager
def cluster(folder: Path) -> Iterator[str]:
    """The `redis+cluster://` address of a running cluster."""
    with contextlib.ExitStack() as stack:
        nodes = [_node(stack, folder / str(number)) for number in range(_NODES)]
        _join(nodes)
        yield f"redis+cluster://127.0.0.1:{nodes[0][0]}"


def _node(stack: contextlib.ExitStack, folder: Path) -> tuple[int, int]:
    folder.mkdir()
    port, bus = _free_port(), _free_port()
    options = {
        "port": port,
        "cluster-port": bus,
        "bind": "127.0.0.1",
        "dir": folder,
        "cluster-enabled": "yes",
    }
    arguments = [str(part) for name, value in options.items() for part in (f"--{name}", value)]
    process = subprocess.Popen([str(binary()), *arguments, "--save", ""], stdout=subprocess.DEVNULL)
    stack.callback(process.wait)
    stack.callback(process.terminate)
    return port, bus


def _join(nodes: list[tuple[int, int]]) -> None:
    share = -(-_SLOTS // _NODES)
    for number, (port, _) in enumerate(nodes):
        with redis.Redis(port=port, retry=None) as node:
            _until(node.ping)
            first = number * share
            node.execute_command("CLUSTER", "ADDSLOTSRANGE", first, min(first + share, _SLOTS) - 1)
            for other, bus in nodes[:number]:
                node.execute_command("CLUSTER", "MEET", "127.0.0.1", other, bus)
    for port, _ in nodes:
        with redis.Redis(port=port) as node:
            _until(functools.partial(_complete, node))


def _complete(node: redis.Redis) -> bool:
    told: bytes = node.execute_command("CLUSTER", "INFO")
    return b"cluster_state:ok" in told and f"cluster_known_nodes:{_NODES}\r".encode() in told


def _until(holds: Callable[[], object]) -> None:
    """Wait for what only the other processes can bring about."""
    deadline = time.monotonic() + _START_S
    while True:
        with contextlib.suppress(redis.RedisError):
            if holds():
                return
        assert time.monotonic() < deadline, "the cluster did not come up"
        time.sleep(0.05)
