"""The sockets that API processes accept connections on, held by their supervisor.

Each process has a socket of its own on the same port (SO_REUSEPORT), so that the kernel spreads connections
evenly. The supervisor keeps them open: while a process that died is started again, its new connections wait
for it instead of being refused.
"""

import asyncio
import errno
import socket

from service.supervision.errors import StartRefused

BACKLOG = 4096
"""Connections that may wait for each process; as many as Linux allows by default (net.core.somaxconn)."""


def listening_sockets(host: str, port: int, count: int) -> list[socket.socket]:
    """`count` sockets on one port; 0 is a free one. Connections wait from now on until somebody accepts them.

    Raises:
        StartRefused: the address is not ours, or another program listens there.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        probe = _bound(family, host, port, shared=False)
    except OSError as error:
        raise StartRefused(_refusal(host, port, error)) from None
    port = probe.getsockname()[1]
    probe.close()
    sockets = [_bound(family, host, port, shared=True) for _ in range(count)]
    for bound in sockets:
        bound.listen(BACKLOG)
    return sockets


def url_of(bound: socket.socket) -> str:
    """Where a person on this machine reaches the socket."""
    host, port = bound.getsockname()[:2]
    return near_url(host, port)


def near_url(host: str, port: int) -> str:
    """The URL under which this machine reaches what listens on `host`."""
    near = _near(host)
    return f"http://[{near}]:{port}" if ":" in near else f"http://{near}:{port}"


def free_port(host: str, *, wanted: int = 0) -> int:
    """A port nobody listens on at this moment: the one that is wanted, if that is so."""
    try:
        (probe,) = listening_sockets(host, wanted if wanted < 65536 else 0, 1)
    except StartRefused:
        (probe,) = listening_sockets(host, 0, 1)
    with probe:
        return int(probe.getsockname()[1])


async def answers(host: str, port: int, *, within_s: float = 15.0) -> str:
    """The URL of a program that was just started there, once it accepts connections.

    Raises:
        StartRefused: it did not in time.
    """
    near = _near(host)
    try:
        async with asyncio.timeout(within_s):
            while not await _accepts(near, port):  # noqa: ASYNC110  it is another program
                await asyncio.sleep(0.02)
    except TimeoutError:
        raise StartRefused(f"nothing answers at port {port}") from None
    return near_url(host, port)


async def _accepts(host: str, port: int) -> bool:
    try:
        _, writer = await asyncio.open_connection(host, port)
    except OSError:
        return False
    writer.close()
    await writer.wait_closed()
    return True


def _near(host: str) -> str:
    """The address under which this machine reaches what listens on `host`."""
    return {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104  compared, not bound


def _bound(family: socket.AddressFamily, host: str, port: int, *, shared: bool) -> socket.socket:
    """A bound socket; one that is not shared finds out whether anybody else is there, sharing or not."""
    bound = socket.socket(family, socket.SOCK_STREAM)
    try:
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if shared:
            bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        bound.bind((host, port))
    except OSError:
        bound.close()
        raise
    return bound


def _refusal(host: str, port: int, error: OSError) -> str:
    if error.errno == errno.EADDRINUSE:
        return f"CODAU_PORT: port {port} of {host} is taken by another program"
    if error.errno == errno.EACCES:
        return f"CODAU_PORT: port {port} is for root alone; choose one from 1024 on"
    return f"CODAU_HOST: {host} cannot be listened on: {error.strerror or error}"
