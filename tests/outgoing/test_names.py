"""Where a call may lead: which names and addresses are dialled, and how names are looked up."""

import asyncio
import socket
import threading
from collections.abc import Sequence

import pytest
from aiohttp.test_utils import unused_port

from service.outgoing.resolver import CheckedResolver
from service.outgoing.urls import Refused
from tests.outgoing.bare import LOOPBACK, PUBLIC, Names, answering, calling, failure, serving


@pytest.mark.parametrize(
    "addresses",
    [
        [LOOPBACK],
        [PUBLIC, LOOPBACK],
        [LOOPBACK, PUBLIC],
        [PUBLIC, (socket.AF_INET6, "::1")],
        [(socket.AF_INET6, "::ffff:1.1.1.1")],
        [(socket.AF_INET6, "fe80::1%eth0")],
        [(socket.AF_INET, "169.254.169.254")],
    ],
)
async def test_a_name_with_one_address_that_is_not_public_is_never_dialled(
    addresses: list[tuple[int, str]],
) -> None:
    seen: list[bytes] = []
    async with (
        serving(answering(b"HTTP/1.1 200 OK\r\n\r\n", seen)) as port,
        calling(look_up=Names(addresses)) as client,
    ):
        assert await failure(client, f"http://bao.example.vn:{port}/") == "not_public"
        with pytest.raises(Refused):
            await client.check(f"http://bao.example.vn:{port}/")
    assert seen == []


async def test_a_name_that_changes_after_it_was_looked_at_gains_nothing() -> None:
    """Rebinding: public when the hook is set, our own network when it is called."""
    seen: list[bytes] = []
    names = Names([PUBLIC], [LOOPBACK])
    async with (
        serving(answering(b"HTTP/1.1 200 OK\r\n\r\n", seen)) as port,
        calling(look_up=names) as client,
    ):
        await client.check(f"http://bao.example.vn:{port}/")
        assert await failure(client, f"http://bao.example.vn:{port}/") == "not_public"
    assert seen == []
    assert names.asked == ["bao.example.vn"] * 2, "one look-up for a call: what was checked is dialled"


async def test_what_is_dialled_is_checked_whatever_the_resolver_said() -> None:
    async with calling() as client:
        for address in ("127.0.0.1", "::1", "169.254.169.254", "10.0.0.1"):
            family = socket.AF_INET6 if ":" in address else socket.AF_INET
            with pytest.raises(OSError, match="not public"):
                client._socket((family, socket.SOCK_STREAM, 0, "", (address, 80)))
        client._socket((socket.AF_INET, socket.SOCK_STREAM, 0, "", ("1.1.1.1", 80))).close()


async def test_a_literal_address_is_refused_without_any_look_up() -> None:
    names = Names([PUBLIC])
    async with calling(look_up=names) as client:
        for host in ("127.0.0.1", "[::1]", "2130706433", "localhost", "127.0.0.1."):
            assert await failure(client, f"http://{host}/") == "not_public"
    assert names.asked == []


async def test_a_neighbour_is_called_and_nobody_else_at_its_address() -> None:
    seen: list[bytes] = []
    async with serving(answering(b"HTTP/1.1 204 No Content\r\n\r\n", seen)) as port:
        neighbour = f"http://127.0.0.1:{port}/codau"
        async with calling(neighbour=neighbour, look_up=Names([LOOPBACK])) as client:
            assert (await client.post(neighbour, {}, b"{}")).status == 204
            seen.clear()
            for url in (
                f"http://127.0.0.1:{port}/other",
                f"http://bao.example.vn:{port}/codau",
                f"http://127.0.0.2:{port}/codau",
                f"http://127.0.0.1:{unused_port()}/codau",
            ):
                assert await failure(client, url) == "not_public"
            with pytest.raises(Refused):
                await client.check(neighbour)
    assert seen == []


async def test_a_name_without_addresses_is_let_pass_when_set_and_fails_when_called() -> None:
    def nothing(host: str) -> Sequence[tuple[int, str]]:
        raise socket.gaierror(f"{host} is not known")

    async with calling(look_up=nothing) as client:
        await client.check("https://bao.example.vn/")
        assert await failure(client, "https://bao.example.vn/") == "no_address"


async def test_a_name_that_hangs_delays_no_other() -> None:
    free = threading.Event()

    def look_up(host: str) -> Sequence[tuple[int, str]]:
        if host.startswith("treo"):
            free.wait(30)
        return [LOOPBACK]

    seen: list[bytes] = []
    async with (
        serving(answering(b"HTTP/1.1 204 No Content\r\n\r\n", seen)) as port,
        calling(allow_private=True, look_up=look_up) as client,
    ):
        hanging = [
            asyncio.create_task(client.post(f"http://treo{number}.example:{port}/", {}, b"{}"))
            for number in range(100)
        ]
        await asyncio.sleep(0)
        async with asyncio.timeout(10):
            assert (await client.post(f"http://bao.example.vn:{port}/", {}, b"{}")).status == 204
        assert not any(task.done() for task in hanging)
        free.set()
        assert {answer.status for answer in await asyncio.gather(*hanging)} == {204}


async def test_one_look_up_is_under_way_for_each_name() -> None:
    free, asked = threading.Event(), []

    def look_up(host: str) -> Sequence[tuple[int, str]]:
        asked.append(host)
        free.wait(30)
        return [LOOPBACK]

    async with (
        serving(answering(b"HTTP/1.1 204 No Content\r\n\r\n", [])) as port,
        calling(allow_private=True, look_up=look_up) as client,
    ):
        calls = [
            asyncio.create_task(client.post(f"http://cham.example:{port}/", {}, b"{}")) for _ in range(20)
        ]
        await asyncio.sleep(0.05)
        free.set()
        await asyncio.gather(*calls)
    assert asked == ["cham.example"]


async def test_a_look_up_that_could_not_begin_holds_up_no_later_one(monkeypatch: pytest.MonkeyPatch) -> None:
    def none_left(_: threading.Thread) -> None:
        raise RuntimeError("can't start new thread")

    resolver = CheckedResolver(Names([PUBLIC]))
    with monkeypatch.context() as full:
        full.setattr(threading.Thread, "start", none_left)
        with pytest.raises(RuntimeError):
            await resolver.resolve("bao.example.vn")
    async with asyncio.timeout(5):
        assert [found["host"] for found in await resolver.resolve("bao.example.vn")] == ["1.1.1.1"]
