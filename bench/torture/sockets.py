"""Which connections a server on this machine has open, by what the kernel says; the server is not asked."""

import os
from collections.abc import Iterator
from pathlib import Path

_OPEN = ("01", "08")  # linux/tcp_states.h: established; closed by the client alone
_TABLES = (Path("/proc/net/tcp"), Path("/proc/net/tcp6"))


def clients_of(port: int) -> set[int]:
    """The ports of the clients that a server on `port` has not closed the connection of."""
    return {client for ours, client, state in _rows() if ours == port and state in _OPEN}


def _rows() -> Iterator[tuple[int, int, str]]:
    """Port, port of the other end, and state of each connection of this machine."""
    for table in _TABLES:
        for line in table.read_text(encoding="ascii").splitlines()[1:]:
            fields = line.split()
            yield _port(fields[1]), _port(fields[2]), fields[3]


def _port(address: str) -> int:
    return int(address.rpartition(":")[2], 16)


def sockets_of(pid: int) -> int:
    """How many sockets a process has open, of any kind."""
    place = Path(f"/proc/{pid}/fd")
    return sum(_is_socket(place / name) for name in os.listdir(place))  # noqa: PTH208  names alone


def _is_socket(descriptor: Path) -> bool:
    try:
        return os.readlink(descriptor).startswith("socket:")  # noqa: PTH115  a name that is no path
    except FileNotFoundError:  # closed meanwhile
        return False
