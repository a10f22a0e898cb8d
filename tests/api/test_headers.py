"""What every answer says of itself, so that no browser takes it for more; and what a page may do."""

from collections.abc import AsyncIterator

import pytest

from tests.api.calls import raw
from tests.api.matrix import NOWHERE, one_of_everything, request_of, routes
from tests.api.test_roles import Who, told
from tests.running import Running

TYPES = {
    *("application/json", "application/problem+json", "text/event-stream", "text/plain"),
    *("text/html", "text/css", "text/javascript", "application/octet-stream"),
}
"""`application/octet-stream` is said of what has no body."""


@pytest.fixture
async def service(idle_service: Running) -> AsyncIterator[Running]:
    yield idle_service


async def test_every_answer_is_what_it_says_and_pages_run_their_own_scripts_alone(service: Running) -> None:
    names = await one_of_everything(service, "bao")
    for method, pattern in routes(service.nobody.http.app):
        for key, named in ((service.admin.key, names), (None, names), (service.admin.key, NOWHERE)):
            who = Who.with_key("admin", key) if key else Who(None, {})
            answer = await told(service, who, request_of(method, pattern, named))
            where, headers = (method, pattern, answer.status), answer.headers
            assert (headers["X-Content-Type-Options"], headers["Server"]) == ("nosniff", "codau"), where
            assert pattern.startswith("/docs") or "no-" in headers["Cache-Control"], where
            kind = headers.get("Content-Type", "application/octet-stream").partition(";")[0]
            assert kind in TYPES or pattern == "/metrics", where
            policy = headers.get("Content-Security-Policy", "")
            assert (kind == "text/html") <= policy.startswith("default-src 'none'"), where
            assert not {"unsafe", "http:", "https:", "*"} & set(policy.replace(";", " ").split("'")), where


async def test_what_is_no_request_is_answered_as_plainly(service: Running) -> None:
    for broken in (b"GET\r\n\r\n", b"GET /" + b"a" * 9_000 + b" HTTP/1.1\r\nHost: a\r\n\r\n"):
        status, headers, body = await raw(service, broken)
        assert (status >= 400, headers["x-content-type-options"]) == (True, "nosniff")
        assert headers["content-type"].startswith("application/problem+json") and b"aaaa" not in body


@pytest.mark.parametrize("hostile", ["<script>alert(1)</script>", "\"><img src=x onerror='alert(1)'>"])
async def test_what_is_repeated_to_its_sender_is_json(service: Running, hostile: str) -> None:
    answers = [
        await service.website("POST", "/v1/comments", json={hostile: 1}),
        await service.website("GET", "/v1/counts", params={hostile: "1"}),
        await service.admin("GET", "/v1/queue", params={"site": hostile}),
        await service.nobody("GET", f"/{hostile}"),
        await service.website("PUT", "/v1/threads/a", json={"title": hostile}),
    ]
    for answer in answers:
        assert answer.headers["Content-Type"].partition(";")[0] in (
            "application/json",
            "application/problem+json",
        )
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
