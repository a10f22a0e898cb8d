"""Every refusal is a problem document with its code, and the headers that go with it."""

import json
from typing import Any

from tests.api.calls import (
    GOOD,
    as_sent,
    comment_of,
    describe,
    dumped,
    post,
    raw,
    refused,
    set_policy,
    wrong_fields,
)
from tests.running import Answer, Running

LIMIT = 64 * 1024
TYPED = {"Content-Type": "application/json"}


async def send(service: Running, body: bytes | str, **headers: str) -> Answer:
    return await service.website("POST", "/v1/comments", data=body, headers=TYPED | headers)


def padded(size: int) -> bytes:
    """A good comment, filled up with white space to so many bytes."""
    document = dumped(comment_of())
    return document + b" " * (size - len(document))


async def test_a_problem_has_a_stable_type_and_title(idle_service: Running) -> None:
    first = await idle_service.website("GET", "/v1/comments/x")
    second = await idle_service.website("GET", f"/v1/comments/{'0' * 22}")
    documents = [refused(answer, 404, "not_found") for answer in (first, second)]
    assert documents[0]["type"] == documents[1]["type"] != "about:blank"
    assert documents[0]["title"] == documents[1]["title"]
    assert all(isinstance(document["detail"], str) for document in documents)


async def test_what_is_no_json_is_refused(idle_service: Running) -> None:
    for body in (
        b"",
        b"{",
        b"{'a': 1}",
        b"hello",
        b'{"a": 1}}',
        b"\xff\xfe{\x00",
        b'{"body": "\xc3\x28"}',
        b"\xef\xbb",
    ):
        refused(await send(idle_service, body), 400, "invalid_json")


async def test_json_that_is_no_object_is_refused(idle_service: Running) -> None:
    for body in ("[]", '"x"', "5", "null", "true", "[{}]"):
        refused(await send(idle_service, body), 422, "invalid_request")
    assert wrong_fields(await send(idle_service, "{}")) == {"thread", "body", "author"}


async def test_a_call_without_a_valid_key_is_challenged(idle_service: Running) -> None:
    key = str(idle_service.website.key)
    headers = [
        "",
        "Bearer",
        "Bearer ",
        "Bearer x",
        key,
        f"Basic {key}",
        f"Bearer {key}x",
        f"Bearer {key} {key}",
    ]
    for header in [None, *headers]:
        given = {} if header is None else {"Authorization": header}
        answer = await idle_service.nobody("GET", "/v1/counts?thread=a", headers=given)
        refused(answer, 401, "unauthorized")
        assert answer.headers["WWW-Authenticate"].startswith("Bearer")
    for header in (f"bearer {key}", f"BEARER  {key}"):
        answer = await idle_service.nobody("GET", "/v1/counts?thread=a", headers={"Authorization": header})
        assert answer.status == 200, header


async def test_a_key_in_the_address_is_no_key(idle_service: Running) -> None:
    path = f"/v1/counts?thread=a&access_token={idle_service.website.key}"
    refused(await idle_service.nobody("GET", path), 401, "unauthorized")


async def test_a_key_of_another_role_is_forbidden(idle_service: Running) -> None:
    refused(await idle_service.website("GET", "/v1/sites"), 403, "forbidden")
    refused(await idle_service.moderator("POST", "/v1/comments", json=comment_of()), 403, "forbidden")


async def test_unknown_addresses_are_not_found(idle_service: Running) -> None:
    for path in (
        "/v1",
        "/v1/",
        "/v1/comment",
        "/v2/comments",
        "/v1/comments/",
        "/favicon.ico",
        "/v1/comments/a/b",
    ):
        refused(await idle_service.website("GET", as_sent(path)), 404, "not_found")


async def test_other_methods_are_refused_with_those_that_are_allowed(idle_service: Running) -> None:
    for method, path, allowed in (
        ("GET", "/v1/comments", {"POST"}),
        ("PATCH", "/v1/comments/x", {"GET", "HEAD", "DELETE"}),
        ("POST", "/v1/counts", {"GET", "HEAD"}),
        ("DELETE", "/v1/sites/bao/policy", {"GET", "HEAD", "PUT", "PATCH"}),
        ("OPTIONS", "/v1/queue", {"GET", "HEAD"}),
        ("GET", "/v1/check", {"POST"}),
    ):
        answer = await idle_service.website(method, path)
        refused(answer, 405, "method_not_allowed")
        assert {name.strip() for name in answer.headers["Allow"].split(",")} == allowed, path


async def test_a_body_may_have_64_kib_and_no_byte_more(idle_service: Running) -> None:
    assert (await send(idle_service, padded(LIMIT))).status == 202
    refused(await send(idle_service, padded(LIMIT + 1)), 413, "too_large")
    refused(await send(idle_service, padded(LIMIT * 15)), 413, "too_large")
    assert await idle_service.queue.length() == 1


async def test_a_body_of_unknown_length_is_measured_too(idle_service: Running) -> None:
    async def chunks(size: int) -> Any:
        whole = padded(size)
        for start in range(0, size, 4096):
            yield whole[start : start + 4096]

    for size, status in ((LIMIT, 202), (LIMIT + 1, 413)):
        answer = await idle_service.website("POST", "/v1/comments", data=chunks(size), headers=TYPED)
        assert answer.status == status


async def test_other_media_types_are_refused(idle_service: Running) -> None:
    document = json.dumps(comment_of())
    for media_type in (
        "text/plain",
        "application/x-www-form-urlencoded",
        "application/jsonp",
        "text/json",
        "x",
    ):
        answer = await send(idle_service, document, **{"Content-Type": media_type})
        refused(answer, 415, "unsupported_media_type")
    for media_type in (
        "application/json; charset=utf-8",
        "Application/JSON",
        "application/json;charset=UTF-8",
    ):
        assert (await send(idle_service, document, **{"Content-Type": media_type})).status == 202, media_type
    status, headers, body = await raw(idle_service, post(idle_service.website, document.encode()))
    assert (status, json.loads(body)["code"]) == (415, "unsupported_media_type")
    assert headers["content-type"] == "application/problem+json"


async def test_a_wrong_key_is_told_before_a_wrong_body(idle_service: Running) -> None:
    answer = await idle_service.nobody("POST", "/v1/comments", data=b"{", headers=TYPED)
    refused(answer, 401, "unauthorized")
    answer = await idle_service.moderator("POST", "/v1/comments", data=b"{", headers=TYPED)
    refused(answer, 403, "forbidden")


async def test_every_conflict_has_its_own_code(service: Running) -> None:
    comment = await service.submit(GOOD, headers={"Idempotency-Key": "k"})
    path = f"/v1/comments/{comment['id']}"
    stale = await service.moderator("POST", f"{path}/approve", json={"version": 1})
    assert refused(stale, 409, "version_conflict")["current"]["version"] == comment["version"]
    wrong = await service.moderator("POST", f"{path}/reopen", json={"version": comment["version"]})
    refused(wrong, 409, "invalid_transition")
    other = comment_of("Một ý khác.")
    again = await service.website("POST", "/v1/comments", json=other, headers={"Idempotency-Key": "k"})
    refused(again, 409, "idempotency_conflict")
    await describe(service, "doi-song/1", open=False)
    refused(await service.website("POST", "/v1/comments", json=other), 409, "thread_closed")


async def test_who_is_too_fast_is_told_when_to_come_back(idle_service: Running) -> None:
    await set_policy(idle_service, limits={"site": "1/30s"})
    assert (await idle_service.website("POST", "/v1/comments", json=comment_of())).status == 202
    answer = await idle_service.website("POST", "/v1/comments", json=comment_of())
    refused(answer, 429, "rate_limited")
    assert 25 <= int(answer.headers["Retry-After"]) <= 30


async def test_a_head_request_is_refused_without_a_body(idle_service: Running) -> None:
    answer = await idle_service.nobody("HEAD", "/v1/counts?thread=a")
    assert (answer.status, answer.text) == (401, "")
    answer = await idle_service.website("HEAD", "/v1/comments/x")
    assert (answer.status, answer.text) == (404, "")


async def test_the_readers_text_is_not_in_the_refusal(idle_service: Running) -> None:
    secret = "Chuyện riêng tư không ai được biết"
    for document in (comment_of(secret + "\0"), comment_of(secret, thread=".."), comment_of([secret])):  # type: ignore[arg-type]
        answer = await idle_service.website("POST", "/v1/comments", json=document)
        wrong_fields(answer)
        assert secret not in answer.text
