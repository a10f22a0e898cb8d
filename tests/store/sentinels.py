"""Servers that Sentinels watch, for tests and benches: a primary, its replicas, and who names the primary."""

import contextlib
from collections.abc import Iterator, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Any

from tests.store.servers import KEEPING, LOOPBACK, Node, Options, copying, in_step, until

SERVICE = "bao"
DOWN_AFTER_MS = 300


class _Sentinel(Node):
    """One Sentinel; its file is its memory."""

    def _arguments(self) -> list[str]:
        file = self.folder / "sentinel.conf"
        if not file.exists():
            file.write_text("".join(f"{name} {value}\n" for name, value in self.options.items()))
        return [str(file), "--sentinel"]


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

    def await_agreement(self) -> None:
        """Wait until all know each other, so that they can agree on a failover."""
        until(lambda: _all_known(self), "the Sentinels did not find each other")

    def failed_over(self, old: Node) -> bool:
        """Whether every Sentinel names another, and that one knows."""
        named = [_named(one) for one in self.sentinels if one.runs]
        return (old.host, old.port) not in named and self.primary.told("replication")["role"] == "master"


@contextlib.contextmanager
def watched(
    folder: Path, *, replicas: int = 1, options: Options = MappingProxyType({}), agree: bool = True
) -> Iterator[Watched]:
    """A running set on loopback, which fails over in about a second.

    Args:
        agree: wait until the Sentinels know each other, which takes two seconds, and can agree on a failover.
    """
    with contextlib.ExitStack() as running:
        nodes = [Node(folder / f"node-{number}", KEEPING | dict(options)) for number in range(1 + replicas)]
        made = started(running, folder, nodes)
        if agree:
            made.await_agreement()
        yield made


def started(
    running: contextlib.ExitStack, folder: Path, nodes: Sequence[Node], sentinels: Sequence[Node] = ()
) -> Watched:
    """Let the first be the primary of the others, and Sentinels watch; all are killed in the end."""
    made = Watched(nodes, sentinels or _sentinels(folder, nodes))
    copying(running, nodes)
    for node in made.sentinels:
        running.callback(node.kill)
        node.start()
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
