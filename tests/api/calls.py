"""What the tests of the HTTP API share: texts, shapes of answers, requests that no client library sends."""

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator
from typing import Any

from aiohttp.test_utils import TestClient, TestServer
from yarl import URL

from service.app import create_app
from service.settings import Settings
from tests.running import ADMIN_KEY, Answer, Caller, Running, Server

GOOD = "Bài viết rất hay, cảm ơn tòa soạn đã nói lên điều này!"
BETTER = "Bài viết hay, cảm ơn tòa soạn đã nói lên điều này!"
UNMARKED = "Bai viet rat hay, cam on toa soan da noi len dieu nay!"

WHO = {
    "name": "Minh Anh",
    "id": "ban-doc-7",
    "email": "minhanh@thu.example",
    "ip": "203.0.113.9",
    "user_agent": "Trinh-duyet/1.0 (rieng)",
}
"""A reader of whom the website says all it knows."""

PRIVATE = (WHO["email"], WHO["ip"], WHO["user_agent"])

PROBLEM_MEMBERS = {"type", "title", "status", "code", "detail"}


def comment_of(body: str = GOOD, **fields: Any) -> dict[str, Any]:
    """The JSON of a new comment."""
    return {"thread": "doi-song/1", "body": body, "author": {"name": "Minh Anh"}} | fields


def refused(answer: Answer, status: int, code: str) -> Any:
    """Assert that an answer is this problem, in its proper form; returns the document."""
    assert (answer.status, answer.code) == (status, code), answer.text
    assert answer.headers["Content-Type"].partition(";")[0] == "application/problem+json"
    assert answer.json.keys() >= PROBLEM_MEMBERS
    assert answer.json["status"] == status
    assert "Traceback" not in answer.text
    return answer.json


def wrong_fields(answer: Answer) -> set[str]:
    """The fields that a 422 names."""
    document = refused(answer, 422, "invalid_request")
    assert all(error["message"] for error in document["errors"])
    return {error["field"] for error in document["errors"]}


async def set_policy(service: Running, **sections: Any) -> None:
    """Change the policy of the site `bao`."""
    answer = await service.admin("PATCH", "/v1/sites/bao/policy", json=sections)
    assert answer.status == 200, answer.text


async def describe(service: Running, thread: str, **said: Any) -> Answer:
    """Say something of an article."""
    return await service.website("PUT", thread_path(thread), json=said)


def thread_path(thread: str, rest: str = "") -> URL:
    """The address of a thread, percent-encoded as one segment."""
    return as_sent("/v1/threads/" + segment(thread) + rest)


def segment(text: str) -> str:
    """Percent-encode everything but letters and digits."""
    return "".join(
        chr(byte) if chr(byte).isascii() and chr(byte).isalnum() else f"%{byte:02X}" for byte in text.encode()
    )


def as_sent(path: str) -> URL:
    """A path that aiohttp's client leaves as it is."""
    return URL(path, encoded=True)


async def thread_of(caller: Caller, thread: str = "doi-song/1", **query: Any) -> Any:
    """A thread as a website reads it."""
    path = f"/v1/threads/{segment(thread)}/comments"
    named = "&".join(f"{name}={value}" for name, value in query.items())
    answer = await caller("GET", as_sent(f"{path}?{named}" if named else path))
    assert answer.status == 200, answer.text
    return answer.json


async def with_key_of(service: Running, site: str, role: str, name: str = "ai đó") -> Caller:
    """A caller with a new key."""
    made = await service.admin("POST", f"/v1/sites/{site}/keys", json={"role": role, "name": name})
    assert made.status == 201, made.text
    return Caller(service.website.http, made.json["key"])


@contextlib.asynccontextmanager
async def another_process(redis_url: str) -> AsyncIterator[Any]:
    """The API once more, on the same store."""
    settings = Settings(redis_url=redis_url, admin_key=ADMIN_KEY)  # type: ignore[arg-type]
    async with TestClient(Server(create_app(settings))) as http:
        yield http


async def raw(service: Running, request: bytes) -> tuple[int, dict[str, str], bytes]:
    """Send bytes to the service and read one answer: its status, its headers in lower case, its body."""
    server: TestServer = service.website.http.server
    reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
    try:
        writer.write(request)
        await writer.drain()
        head = (await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), 10)).decode("latin-1")
        status, *lines = head.rstrip().split("\r\n")
        headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
        body = await reader.readexactly(int(headers.get("content-length", 0)))
        return int(status.split(" ")[1]), headers, body
    finally:
        writer.close()


def post(caller: Caller, body: bytes, *headers: bytes, path: bytes = b"/v1/comments") -> bytes:
    """A POST as bytes."""
    lines = [
        b"POST " + path + b" HTTP/1.1",
        b"Host: localhost",
        b"Authorization: Bearer " + (caller.key or "").encode(),
        b"Content-Length: %d" % len(body),
        *headers,
    ]
    return b"\r\n".join(lines) + b"\r\n\r\n" + body


JSON = b"Content-Type: application/json"


def dumped(document: Any) -> bytes:
    """JSON in UTF-8, nothing escaped that need not be."""
    return json.dumps(document, ensure_ascii=False).encode()
