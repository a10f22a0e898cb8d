"""An answer that is sent in one step is the one that aiohttp would send."""

import asyncio

from tests.api.calls import raw
from tests.running import Running

PATH = b"/v1/threads/doi-song%2F1/comments"
OTHERWISE = {"date", "x-request-id", "connection"}
"""Headers that may differ from answer to answer."""


def get(service: Running, *headers: bytes, version: bytes = b"1.1", path: bytes = PATH) -> bytes:
    key = b"Authorization: Bearer " + (service.website.key or "").encode()
    lines = [b"GET " + path + b" HTTP/" + version, b"Host: localhost", key, *headers]
    return b"\r\n".join(lines) + b"\r\n\r\n"


async def test_whoever_may_ask_again_is_answered_as_whoever_may_not(idle_service: Running) -> None:
    for path, expected in ((PATH, 200), (b"/v1/comments/none", 404)):
        answers = [
            await raw(idle_service, get(idle_service, path=path)),
            await raw(idle_service, get(idle_service, b"Connection: close", path=path)),
            await raw(idle_service, get(idle_service, version=b"1.0", path=path)),
        ]
        told = [({k: v for k, v in h.items() if k not in OTHERWISE}, len(b)) for _, h, b in answers]
        assert [status for status, _, _ in answers] == [expected] * 3
        assert told[0] == told[1] == told[2]
        assert [headers.get("connection") for _, headers, _ in answers] == [None, "close", None]
        assert all(headers["date"].endswith(" GMT") for _, headers, _ in answers)


async def test_what_has_not_changed_has_neither_a_body_nor_a_length(idle_service: Running) -> None:
    _, headers, _ = await raw(idle_service, get(idle_service))
    again = get(idle_service, b"If-None-Match: " + headers["etag"].encode())
    status, unchanged, _ = await raw(idle_service, again)
    assert (status, unchanged["etag"]) == (304, headers["etag"])
    assert not {"content-length", "transfer-encoding"} & unchanged.keys()


async def test_requests_behind_one_another_are_answered_in_their_order(idle_service: Running) -> None:
    port = idle_service.website.http.server.port
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    names = [f"lan-{number}".encode() for number in range(20)]
    last = get(idle_service, b"Connection: close")
    asked = [get(idle_service, b"X-Request-ID: " + name, path=b"/v1/counts?thread=a") for name in names]
    writer.write(b"".join(asked) + last)
    answered = await asyncio.wait_for(reader.read(), 10)
    writer.close()
    places = [answered.index(b"X-Request-ID: " + name + b"\r\n") for name in names]
    assert places == sorted(places)
    assert answered.count(b"HTTP/1.1 200 OK\r\n") == 21
