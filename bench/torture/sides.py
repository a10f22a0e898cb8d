"""Two sides of a network whose link can be cut: a namespace for each machine. Needs root and `ip`.

This process is on the near side, and so is what it starts outside of a namespace.
"""

import contextlib
import os
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Literal

Side = Literal["near", "far"]


def possible() -> bool:
    """Whether this process may make namespaces."""
    return os.geteuid() == 0 and shutil.which("ip") is not None


@dataclass(frozen=True, slots=True)
class Machine:
    """A namespace with an address; `inside` is what runs a command there."""

    host: str
    inside: Sequence[str]


@dataclass(slots=True)
class Network:
    """Two bridges and the link between them; `name` begins the names of all that is made."""

    name: str
    net: str
    _hosts: list[str] = field(default_factory=list)

    def machine(self, side: Side) -> Machine:
        """One more machine."""
        number = len(self._hosts) + 2
        name, host = f"{self.name}m{number}", f"{self.net}.{number}"
        self._hosts.append(name)
        _ip("netns", "add", name)
        _ip("link", "add", name, "type", "veth", "peer", "name", "eth0", "netns", name)
        _ip("link", "set", name, "master", f"{self.name}{side}", "up")
        for command in (["addr", "add", f"{host}/24", "dev", "eth0"], *_UP):
            _ip("-n", name, *command)
        return Machine(host, ["ip", "netns", "exec", name])

    def cut(self) -> None:
        """Let nothing pass from one side to the other; nobody is told."""
        _ip("link", "set", f"{self.name}link", "down")

    def heal(self) -> None:
        _ip("link", "set", f"{self.name}link", "up")

    def remove(self) -> None:
        for name in self._hosts:
            _ip("netns", "del", name)
        for name in ("link", "near", "far"):
            subprocess.run(["ip", "link", "del", f"{self.name}{name}"], check=False, capture_output=True)  # noqa: S603, S607


_UP = (["link", "set", "eth0", "up"], ["link", "set", "lo", "up"])


@contextlib.contextmanager
def network() -> Iterator[Network]:
    """Both sides, joined; all is removed in the end."""
    made = Network(f"cd{os.getpid() % 100_000}", f"10.213.{os.getpid() % 250}")
    try:
        for side in ("near", "far"):
            _ip("link", "add", f"{made.name}{side}", "type", "bridge")
            _ip("link", "set", f"{made.name}{side}", "up")
        _ip("link", "add", f"{made.name}link", "type", "veth", "peer", "name", f"{made.name}peer")
        _ip("link", "set", f"{made.name}link", "master", f"{made.name}near", "up")
        _ip("link", "set", f"{made.name}peer", "master", f"{made.name}far", "up")
        _ip("addr", "add", f"{made.net}.1/24", "dev", f"{made.name}near")
        yield made
    finally:
        made.remove()


def _ip(*arguments: str) -> None:
    subprocess.run(["ip", *arguments], check=True, capture_output=True)  # noqa: S603, S607 - ours
