"""The client that calls out: what it does not follow, how long it waits, how much it sends and reads."""

import asyncio

import pytest
from aiohttp.test_utils import unused_port

from service.outgoing import client as module
from service.outgoing.client import Failed
from tests.outgoing.bare import answering, calling, failure, serving


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
