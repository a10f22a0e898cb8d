"""Bytes that are no HTTP request: refused as a problem that repeats nothing of them, and briefly logged."""

import asyncio
import json
import logging

import pytest
import structlog

from service.api.server import MAX_LINE_BYTES
from tests.api.calls import raw
from tests.running import Running

SECRET = b"0912345678"
NO_REQUESTS = {
    "bad method": b"G@T-" + SECRET + b" / HTTP/1.1\r\nHost: x\r\n\r\n",
    "no HTTP at all": b"\x16\x03\x01\x02" + SECRET + b"\r\n\r\n",
    "NUL in a header": b"GET /healthz HTTP/1.1\r\nHost: x\r\nX-A: " + SECRET + b"\0\r\n\r\n",
    "bad version": b"GET /" + SECRET + b" HTTP/9.z\r\nHost: x\r\n\r\n",
    "line too long": b"GET /" + SECRET * (MAX_LINE_BYTES // 10 + 10) + b" HTTP/1.1\r\nHost: x\r\n\r\n",
    "header too long": b"GET /healthz HTTP/1.1\r\nHost: x\r\nX-A: " + SECRET * 1_000 + b"\r\n\r\n",
}


@pytest.mark.parametrize("request_bytes", NO_REQUESTS.values(), ids=list(NO_REQUESTS))
async def test_it_is_refused_as_a_problem_without_echo_or_traceback(
    request_bytes: bytes, idle_service: Running, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    with structlog.testing.capture_logs() as told:
        status, headers, body = await raw(idle_service, request_bytes)
    assert (status, headers["content-type"]) == (400, "application/problem+json")
    assert json.loads(body)["code"] == "bad_request"
    assert SECRET not in body
    assert [line for line in told if line["log_level"] != "debug"] == []
    assert caplog.records == []


async def test_the_connection_ends_and_the_next_one_is_served(idle_service: Running) -> None:
    port = idle_service.website.http.server.port
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(NO_REQUESTS["bad method"] * 3)
    answer = await asyncio.wait_for(reader.read(), 10)
    writer.close()
    assert answer.count(b" 400 Bad Request") == 1
    status, _, _ = await raw(idle_service, b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n")
    assert status == 200
