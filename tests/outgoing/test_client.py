"""The client that calls out: what it dials, what it does not follow, how long it waits, how much it reads."""

import asyncio
import contextlib
import socket
import threading
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Sequence
from typing import Any

import pytest
from aiohttp.test_utils import unused_port

from service.outgoing import client as module
from service.outgoing.client import Failed, OutgoingClient
from service.outgoing.resolver import CheckedResolver
from service.outgoing.urls import Refused

LOOPBACK = (socket.AF_INET, "127.0.0.1")
PUBLIC = (socket.AF_INET, "1.1.1.1")


class Names:
    """A resolver that a test answers for: each look-up of a name takes the next of its answers."""

    def __init__(self, *answers: Iterable[tuple[int, str]]) -> None:
        self._answers = [list(answer) for answer in answers]
        self.asked: list[str] = []

    def __call__(self, host: str) -> Sequence[tuple[int, str]]:
        self.asked.append(host)
        return self._answers.pop(0) if len(self._answers) > 1 else self._answers[0]


@contextlib.asynccontextmanager
async def calling(**options: Any) -> AsyncIterator[OutgoingClient]:
    client = OutgoingClient(**options)
    yield client
    await client.close()


Serve = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


@contextlib.asynccontextmanager
async def serving(serve: Serve) -> AsyncIterator[int]:
    """A bare server on loopback; gives its port."""
    tasks: set[asyncio.Task[Any]] = set()

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        tasks.add(task)
        with contextlib.suppress(ConnectionError, asyncio.CancelledError):
            await serve(reader, writer)
        writer.close()

    server = await asyncio.start_server(handle, "127.0.0.1", 0)
    yield server.sockets[0].getsockname()[1]
    server.close()
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


def answering(answer: bytes, seen: list[bytes]) -> Serve:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        seen.append(await reader.readuntil(b"\r\n\r\n"))
        writer.write(answer)
        await writer.drain()

    return serve


async def failure(client: OutgoingClient, url: str) -> str:
    with pytest.raises(Failed) as failed:
        await client.post(url, {}, b"{}")
    return failed.value.code


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


async def test_redirects_are_not_followed() -> None:
    seen: list[bytes] = []
    elsewhere = b"HTTP/1.1 307 Temporary Redirect\r\nLocation: /noi-khac\r\nContent-Length: 0\r\n\r\n"
    async with serving(answering(elsewhere, seen)) as port, calling(allow_private=True) as client:
        answer = await client.post(f"http://127.0.0.1:{port}/day", {}, b"{}")
    assert answer.status == 307
    assert len(seen) == 1


async def test_cookies_are_not_kept_and_proxies_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:1/")
    seen: list[bytes] = []
    answer = b"HTTP/1.1 200 OK\r\nSet-Cookie: a=b\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
    async with serving(answering(answer, seen)) as port, calling(allow_private=True) as client:
        for _ in range(2):
            assert (await client.post(f"http://127.0.0.1:{port}/", {}, b"{}")).status == 200
    assert len(seen) == 2
    assert b"cookie" not in seen[1].lower()


async def test_an_answer_without_end_is_not_read_to_its_end() -> None:
    sent = 0

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal sent
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
        while True:
            writer.write(b"10000\r\n" + b"a" * 0x10000 + b"\r\n")
            await writer.drain()
            sent += 0x10000

    async with serving(serve) as port, calling(allow_private=True) as client:
        async with asyncio.timeout(10):
            assert (await client.post(f"http://127.0.0.1:{port}/", {}, b"{}")).status == 200
        assert sent < 20 * 1024 * 1024, "no more than what sockets hold"


async def test_a_head_without_end_is_refused() -> None:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 200 OK\r\n")
        for number in range(1_000_000):
            writer.write(f"x-{number}: {'a' * 1000}\r\n".encode())
            await writer.drain()

    async with serving(serve) as port, calling(allow_private=True) as client:
        async with asyncio.timeout(10):
            assert await failure(client, f"http://127.0.0.1:{port}/") == "connection"


async def test_what_hangs_ends_with_the_deadline() -> None:
    async def nothing(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await asyncio.sleep(3_600)

    async with serving(nothing) as port, calling(allow_private=True, deadline_s=0.2) as client:
        assert await failure(client, f"http://127.0.0.1:{port}/") == "timeout"


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


async def test_nobody_there_and_no_tls_are_told_apart() -> None:
    async def plain(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(1024)
        writer.write(b"HTTP/1.1 400 Bad Request\r\n\r\n")
        await writer.drain()

    async with serving(plain) as port, calling(allow_private=True) as client:
        assert await failure(client, f"http://127.0.0.1:{unused_port()}/") == "connection"
        assert await failure(client, f"https://127.0.0.1:{port}/") == "tls"


async def test_what_is_sent_is_bounded() -> None:
    async with calling(allow_private=True) as client:
        with pytest.raises(Failed) as failed:
            await client.post("http://127.0.0.1:9/", {}, b"a" * (module.MAX_BODY + 1))
    assert failed.value.code == "too_large"
