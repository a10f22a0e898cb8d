"""The API's port is one that nobody else has, shared by its processes alone."""

import asyncio
import contextlib
import socket

import pytest

from service.supervision.errors import StartRefused
from service.supervision.listening import answers, free_port, listening_sockets, url_of


def test_sockets_of_one_port_are_as_many_as_asked_for() -> None:
    sockets = listening_sockets("127.0.0.1", 0, 3)
    with contextlib.ExitStack() as stack:
        for bound in sockets:
            stack.enter_context(bound)
        assert len({bound.getsockname() for bound in sockets}) == 1
        assert len({bound.fileno() for bound in sockets}) == 3


@pytest.mark.parametrize("shares", [False, True])
def test_a_port_where_another_listens_is_refused_though_it_would_share(shares: bool) -> None:
    with socket.socket() as other:
        other.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, int(shares))
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        with pytest.raises(StartRefused, match=f"CODAU_PORT: port {port} "):
            listening_sockets("127.0.0.1", port, 2)


@pytest.mark.parametrize("host", ["203.0.113.7", "no-such-host.invalid"])
def test_an_address_that_is_not_ours_is_refused_by_name(host: str) -> None:
    with pytest.raises(StartRefused, match="CODAU_HOST: ") as refused:
        listening_sockets(host, 0, 1)
    assert "\n" not in str(refused.value)


EVERYWHERE = "0.0.0.0"  # noqa: S104  bound for a moment, by a test


@pytest.mark.parametrize("host", ["127.0.0.1", EVERYWHERE])
def test_the_address_that_is_told_is_one_that_can_be_opened(host: str) -> None:
    (bound,) = listening_sockets(host, 0, 1)
    with bound:
        assert url_of(bound) == f"http://127.0.0.1:{bound.getsockname()[1]}"


def test_an_address_of_ipv6_is_told_in_brackets() -> None:
    try:
        (bound,) = listening_sockets("::1", 0, 1)
    except StartRefused:
        pytest.skip("this machine has no IPv6")
    with bound:
        assert url_of(bound) == f"http://[::1]:{bound.getsockname()[1]}"


def test_a_port_that_is_wanted_is_given_unless_it_is_taken() -> None:
    wanted = free_port("127.0.0.1")
    assert free_port("127.0.0.1", wanted=wanted) == wanted
    with socket.socket() as other:
        other.bind(("127.0.0.1", wanted))
        other.listen()
        assert free_port("127.0.0.1", wanted=wanted) != wanted
    assert free_port("127.0.0.1", wanted=65536) < 65536


async def test_a_program_that_listens_answers() -> None:
    server = await asyncio.start_server(lambda _, writer: writer.close(), "127.0.0.1", 0)
    async with server:
        port = server.sockets[0].getsockname()[1]
        assert await answers(EVERYWHERE, port) == f"http://127.0.0.1:{port}"


async def test_a_program_that_never_listens_is_given_up() -> None:
    with pytest.raises(StartRefused, match="nothing answers"):
        await answers("127.0.0.1", free_port("127.0.0.1"), within_s=0.1)
