"""Requests that no well-meaning client sends: refused as a problem, without a 500 or a traceback."""

import asyncio
import gzip
import json
import zlib

from tests.api.calls import GOOD, JSON, as_sent, comment_of, dumped, post, raw, refused, wrong_fields
from tests.api.surviving import alive
from tests.running import ADMIN_KEY, Running


async def test_a_body_that_says_it_is_compressed_is_refused(idle_service: Running) -> None:
    for encoding, body in (
        ("gzip", b"this is no gzip"),
        ("gzip", gzip.compress(dumped(comment_of()))[:-12]),
        ("gzip", b""),
        ("deflate", b"\x00\x01\x02"),
        ("br", b"\xff\xff\xff"),
        ("zstd", b"nonsense"),
        ("identity, gzip", b"nonsense"),
        ("nonsense", dumped(comment_of())),
    ):
        status, _, answer = await raw(
            idle_service, post(idle_service.website, body, JSON, b"Content-Encoding: " + encoding.encode())
        )
        assert (status, json.loads(answer)["code"]) == (415, "unsupported_media_type"), encoding
        assert b"Traceback" not in answer
    await alive(idle_service)


async def test_a_small_body_that_unpacks_to_a_large_one_is_not_unpacked(idle_service: Running) -> None:
    bomb = zlib.compressobj(9, wbits=31)
    packed = bomb.compress(dumped(comment_of()) + b" " * 30_000_000) + bomb.flush()
    assert len(packed) < 64 * 1024
    request = post(idle_service.website, packed, JSON, b"Content-Encoding: gzip")
    status, _, answer = await raw(idle_service, request)
    assert (status, json.loads(answer)["code"]) == (415, "unsupported_media_type")
    await alive(idle_service)


async def test_wrong_charsets_change_nothing(idle_service: Running) -> None:
    for charset in ("latin-1", "utf-16", "no-such-charset", '"', "utf-8; charset=latin-1"):
        header = JSON + b"; charset=" + charset.encode()
        status, _, body = await raw(idle_service, post(idle_service.website, dumped(comment_of()), header))
        assert status in (202, 415), (charset, body)
        if status == 202:
            assert json.loads(body)["body"] == GOOD


CURSORS = [
    "",
    "x",
    "%",
    "=",
    "é",
    "\x00",
    "A" * 10_000,
    "bmFuIDA",  # nan 0
    "aW5mIDBzbmM1MjB3MDIzZWcwMDAwMDAwMDc",  # inf and a well-formed id
    "bmFuIDBzbmM1MjB3MDIzZWcwMDAwMDAwMDc",  # nan and a well-formed id
    "LWluZiAwc25jNTIwdzAyM2VnMDAwMDAwMDA3",  # -inf and a well-formed id
    "MWUzMDAgMHNuYzUyMHcwMjNlZzAwMDAwMDAwNwo",  # ends in a line feed
    "MTcwMDAwMDAwMDAwMC4wIA",  # no id
    "eyJhIjoxfQ",
]


async def test_what_is_no_cursor_is_refused(idle_service: Running) -> None:
    for cursor in CURSORS:
        for caller, path in (
            (idle_service.moderator, "/v1/queue"),
            (idle_service.moderator, "/v1/queue?order=risk"),
            (idle_service.moderator, "/v1/authors/u-1"),
            (idle_service.website, "/v1/threads/a/comments"),
        ):
            answer = await caller("GET", path, params={"cursor": cursor})
            assert wrong_fields(answer) == {"cursor"}, cursor[:50]


async def test_unknown_and_repeated_parameters_are_refused(service: Running) -> None:
    comment = await service.submit(GOOD)
    for caller, path, field in (
        (service.website, f"/v1/comments/{comment['id']}?verbose=1", "verbose"),
        (service.website, f"/v1/comments/{comment['id']}?site=bao&site=bao", "site"),
        (service.website, "/v1/threads/a/comments?limt=5", "limt"),
        (service.moderator, "/v1/queue?state=pending&state=rejected", "state"),
        (service.moderator, "/v1/queue?=x", ""),
        (service.admin, "/v1/sites?site=bao", "site"),
        (service.moderator, "/v1/queue?limit=5&limit=5", "limit"),
        (service.moderator, "/v1/queue?limit", "limit"),
        (service.moderator, "/v1/queue?limit=%EF%BC%95%00", "limit"),
    ):
        assert wrong_fields(await caller("GET", as_sent(path))) == {field}, path
    answer = await service.website("POST", "/v1/comments?dry_run=1", json=comment_of())
    assert wrong_fields(answer) == {"dry_run"}


PATHS = [
    "%00",
    "a%00b",
    "%FF",
    "%ED%A0%80",
    "%C0%AE%C0%AE",
    "%2F",
    "%252F",
    "%25",
    "%",
    "%zz",
    "%2",
    "a%0D%0AX-Evil:%201",
    "%E2%80%AE",
    "%7B%7D",
    "*",
    "a;b",
    "%5C..%5C",
    "..%2F..%2Fqueue",
    "%2e%2e%2fqueue",
    "a" * 7_000,
    "%F0%9F%98%80" * 500,
]


async def test_absurd_addresses_are_answered(service: Running) -> None:
    request = b"%s %s HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer %s\r\nContent-Length: 0\r\n\r\n"
    for part in PATHS:
        for method, pattern, caller in (
            ("GET", "/v1/comments/{}", service.website),
            ("DELETE", "/v1/comments/{}", service.website),
            ("GET", "/v1/comments/{}/history", service.moderator),
            ("GET", "/v1/threads/{}/comments", service.website),
            ("PUT", "/v1/threads/{}", service.website),
            ("GET", "/v1/sites/{}/policy", service.admin),
            ("DELETE", "/v1/sites/bao/keys/{}", service.admin),
            ("GET", "/v1/counts?thread={}", service.website),
            ("GET", "/v1/queue?cursor={}", service.moderator),
            ("GET", "/v1/queue?site={}", service.admin),
            ("GET", "/{}", service.nobody),
        ):
            key = str(caller.key).encode()
            line = (method.encode(), pattern.format(part).encode(), key)
            status, headers, body = await raw(service, request % line)
            assert status < 500, (line, body)
            assert "x-evil" not in headers
            assert b"Traceback" not in body
    await alive(service)


HEADERS = [
    b"Authorization: Bearer \xff\xfe",
    b"Authorization: Bearer \xc3\xa9",
    b"Authorization: Bearer " + b"x" * 7_000,
    b"Authorization: \xed\xa0\x80",
    b"Idempotency-Key: \xff",
    b"Idempotency-Key: " + "khóa".encode(),
    b"Prefer: wait=\xff",
    b"Prefer: " + b"wait=1," * 900,
    b"Accept-Language: \xff\xfe;q=\xff",
    b"Accept-Language: en;q=" + b"9" * 5_000,
    b"Accept-Language: " + b"en;q=0.1," * 700,
    b"Accept: application/xml",
    b"Content-Type: \xff/\xff",
    b"Content-Type: ;;;",
    b"Content-Type: application/json; charset=\xff",
    b"If-None-Match: \xff",
    b"X-Forwarded-For: \xff",
    b"Cookie: a=\xff; \x01",
    b"Expect: 200-maybe",
    b"Accept-Encoding: \xff",
    b"Range: bytes=0-0,-1",
    b"Host: \xff",
]


async def test_odd_headers_are_survived(idle_service: Running) -> None:
    good = dumped(comment_of())
    for header in HEADERS:
        name = header.partition(b":")[0]
        lines = [line for line in (JSON,) if not line.startswith(name)]
        request = post(idle_service.website, good, *lines, b"Connection: close", header)
        if name in (b"Authorization", b"Host"):
            request = b"\r\n".join(
                line for line in request.split(b"\r\n") if not line.startswith(name) or line == header
            )
        status, _, body = await raw(idle_service, request)
        assert status < 500, (header[:60], body)
        assert b"Traceback" not in body
    await alive(idle_service)


async def test_a_key_in_bytes_that_are_no_text_is_no_key(idle_service: Running) -> None:
    for key in (b"\xff\xfe", b"\xed\xa0\x80", "chìa".encode()):
        request = b"GET /v1/counts?thread=a HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer " + key + b"\r\n\r\n"
        status, headers, body = await raw(idle_service, request)
        assert (status, json.loads(body)["code"]) == (401, "unauthorized")
        assert headers["www-authenticate"].startswith("Bearer")


BROKEN = [
    b"GET\r\n\r\n",
    b"\x16\x03\x01\x02\x00\x01\x00\r\n\r\n",
    b"GET /v1/counts HTTP/9.9\r\n\r\n",
    b"GET /v1/counts HTTP/1.1\r\nHost: a\r\nbroken header\r\n\r\n",
    b"GET /v1/counts HTTP/1.1\r\nHost: a\r\nX: " + b"x" * 20_000 + b"\r\n\r\n",
    b"GET /" + b"x" * 700_000 + b" HTTP/1.1\r\nHost: a\r\n\r\n",
    b"POST /v1/check HTTP/1.1\r\nHost: a\r\nContent-Length: -1\r\n\r\n",
    b"POST /v1/check HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    b"POST /v1/check HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n\r\n",
    b"G\x00T / HTTP/1.1\r\nHost: a\r\n\r\n",
    "LẤY / HTTP/1.1\r\nHost: a\r\n\r\n".encode(),
]


async def test_what_is_no_http_is_refused(idle_service: Running) -> None:
    for request in BROKEN:
        status, _, body = await raw(idle_service, request)
        assert 400 <= status < 500, (request[:60], status, body)
        assert b"Traceback" not in body
    await alive(idle_service)


async def test_a_client_that_goes_away_in_the_middle_harms_nobody(idle_service: Running) -> None:
    request = post(idle_service.website, dumped(comment_of()), JSON)
    for cut in (10, 80, len(request) - 5):
        port = idle_service.website.http.server.port
        _, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(request[:cut])
        await writer.drain()
        writer.close()
        await writer.wait_closed()
    await alive(idle_service)
    assert await idle_service.queue.length() == 1


async def test_the_admins_key_is_compared_as_a_whole(idle_service: Running) -> None:
    for key in (ADMIN_KEY[:-1], ADMIN_KEY + "x", ADMIN_KEY.upper()):
        answer = await idle_service.nobody("GET", "/v1/sites", headers={"Authorization": f"Bearer {key}"})
        refused(answer, 401, "unauthorized")
