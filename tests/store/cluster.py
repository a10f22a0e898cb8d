"""Servers that make a cluster: three primaries, each with as many replicas as asked for."""

import contextlib
import functools
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType

from tests.store.servers import KEEPING, Node, free_port, until

PRIMARIES = 3
NODE_TIMEOUT_MS = 1_000
_SLOTS = 16_384


class Cluster:
    """Nodes that know each other; the first three began as primaries."""

    def __init__(self, nodes: Sequence[Node]) -> None:
        self.nodes = nodes
        self.url = f"redis+cluster://{nodes[0].host}:{nodes[0].port}"

    @property
    def primaries(self) -> list[Node]:
        """Those that have slots, as the first node that runs knows it."""
        told = self._asked("CLUSTER", "SLOTS")
        named = {(host.decode(), port) for _, _, (host, port, *_), *_ in told}
        return [node for node in self.nodes if (node.host, node.port) in named]

    def _asked(self, *command: str) -> list[list[object]]:
        answers: list[list[object]] = next(one for one in self.nodes if one.runs).ask(*command)
        return answers

    def in_order(self) -> bool:
        """Whether every node that runs sees all slots served, and every primary has its replicas."""
        copies = len(self.nodes) // PRIMARIES - 1
        told = [node.ask("CLUSTER", "INFO") for node in self.nodes if node.runs]
        served = all(b"cluster_state:ok" in one for one in told)
        return served and all(_copied(node, copies) for node in self.primaries)


def _copied(primary: Node, copies: int) -> bool:
    told = primary.told("replication")
    return (
        told["role"] == "master"
        and sum(told.get(f"slave{number}", {}).get("state") == "online" for number in range(copies)) == copies
    )


@contextlib.contextmanager
def cluster(folder: Path) -> Iterator[str]:
    """The `redis+cluster://` address of three servers on loopback."""
    with clustered(folder, options={"save": ""}) as made:
        yield made.url


@contextlib.contextmanager
def clustered(
    folder: Path, *, replicas: int = 0, options: Mapping[str, object] = MappingProxyType(KEEPING)
) -> Iterator[Cluster]:
    """A cluster on loopback; all of it is killed in the end."""
    numbers = range(PRIMARIES * (1 + replicas))
    chosen = {"cluster-enabled": "yes", "cluster-node-timeout": NODE_TIMEOUT_MS, **options}
    with contextlib.ExitStack() as running:
        nodes = [Node(folder / str(one), {**chosen, "cluster-port": free_port()}) for one in numbers]
        yield started(running, nodes)


def started(running: contextlib.ExitStack, nodes: Sequence[Node]) -> Cluster:
    """Start nodes, and let them find each other: the first three have the slots, the others copy them."""
    for node in nodes:
        running.callback(node.kill)
        node.start()
    share = -(-_SLOTS // PRIMARIES)
    for number, node in enumerate(nodes[:PRIMARIES]):
        first = number * share
        node.ask("CLUSTER", "ADDSLOTSRANGE", first, min(first + share, _SLOTS) - 1)
        node.ask("CLUSTER", "SET-CONFIG-EPOCH", number + 1)
    for node in nodes[1:]:
        node.ask("CLUSTER", "MEET", nodes[0].host, nodes[0].port, *_bus(nodes[0]))
    made = Cluster(nodes)
    until(functools.partial(_acquainted, made), "the nodes did not find each other")
    for number, node in enumerate(nodes[PRIMARIES:]):
        node.ask("CLUSTER", "REPLICATE", nodes[number % PRIMARIES].ask("CLUSTER", "MYID"))
    until(made.in_order, "the cluster did not come up")
    return made


def _bus(node: Node) -> list[object]:
    return [node.options["cluster-port"]] if "cluster-port" in node.options else []


def _acquainted(made: Cluster) -> bool:
    wanted = f"cluster_known_nodes:{len(made.nodes)}\r".encode()
    return all(wanted in node.ask("CLUSTER", "INFO") for node in made.nodes)
