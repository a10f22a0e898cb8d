"""Every request has a name: in its answer, in its problem, in every line that it logs."""

import asyncio
import re

import pytest
import structlog
from structlog.testing import LogCapture

from service.api.request_ids import HEADER
from service.store.comments import CommentStore
from tests.api.calls import GOOD, raw
from tests.running import Running


async def test_each_request_has_a_name_of_its_own(service: Running) -> None:
    answers = [await service.nobody("GET", "/healthz") for _ in range(3)]
    answers += await asyncio.gather(*(service.nobody("GET", "/healthz") for _ in range(3)))
    names = {answer.headers[HEADER] for answer in answers}
    assert len(names) == 6
    assert all(re.fullmatch("[0-9a-f]{16}", name) for name in names)


@pytest.mark.parametrize(
    "given", ["b7c1f0de-4d0f-4c0e-9c0b-1d6e6a1c9a55", "x", "9" * 64, "a:b/c=d+e,f;g~h_i."]
)
async def test_a_callers_own_name_is_taken_over(service: Running, given: str) -> None:
    answer = await service.website("GET", "/v1/comments/khong-co", headers={HEADER: given})
    assert answer.headers[HEADER] == given
    assert answer.json["request_id"] == given


@pytest.mark.parametrize("given", ["", " ", "a b", "x" * 65, "a@thu.example", 'a"b', "ă", "a\tb", "a%0Ab"])
async def test_what_is_no_name_is_not_repeated(service: Running, given: str) -> None:
    answer = await service.website("GET", "/v1/comments/khong-co", headers={HEADER: given})
    assert re.fullmatch("[0-9a-f]{16}", answer.headers[HEADER])
    assert answer.json["request_id"] == answer.headers[HEADER]


async def test_refusals_from_all_places_carry_the_name(service: Running) -> None:
    calls = [
        ("GET", "/khong/co", 404),
        ("PATCH", "/v1/comments", 405),
        ("POST", "/v1/comments", 401),
        ("GET", "/" + "x" * 9_000, 414),
    ]
    for method, path, status in calls:
        answer = await service.nobody(method, path, headers={HEADER: "ten-toi"})
        assert (answer.status, answer.headers[HEADER], answer.json["request_id"]) == (
            status,
            "ten-toi",
            "ten-toi",
        )


async def test_what_is_no_request_has_a_name_and_takes_none_over(service: Running) -> None:
    _, headers, body = await raw(service, b"G@T / HTTP/1.1\r\nHost: x\r\nX-Request-ID: ten-toi\r\n\r\n")
    assert re.fullmatch("[0-9a-f]{16}", headers["x-request-id"])
    assert headers["x-request-id"].encode() in body


async def test_answers_without_a_body_and_streams_carry_it_too(service: Running) -> None:
    comment = await service.publish(GOOD)
    page = "/v1/threads/doi-song%2F1/comments"
    known = {"If-None-Match": (await service.website("GET", page)).headers["ETag"], HEADER: "ten-toi"}
    assert (await service.website("GET", page, headers=known)).headers[HEADER] == "ten-toi"
    erased = await service.website("DELETE", f"/v1/comments/{comment['id']}", headers={HEADER: "ten-toi"})
    assert (erased.status, erased.headers[HEADER]) == (204, "ten-toi")
    stream = await service.moderator("HEAD", "/v1/events", headers={HEADER: "ten-toi"})
    assert (stream.status, stream.headers[HEADER]) == (200, "ten-toi")


async def test_every_line_of_a_request_carries_its_name_also_among_others(
    service: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two requests at once whose handlers fail: each line has the name of its own."""
    captured = LogCapture()
    monkeypatch.setattr(CommentStore, "get", _broken)
    structlog.configure(processors=[structlog.contextvars.merge_contextvars, captured])
    try:
        answers = await asyncio.gather(
            *(
                service.website("GET", "/v1/comments/x", headers={HEADER: f"so-{number}"})
                for number in range(2)
            )
        )
    finally:
        structlog.reset_defaults()
    assert [answer.status for answer in answers] == [500, 500]
    assert sorted(line["request_id"] for line in captured.entries) == ["so-0", "so-1"]


async def _broken(*_: object) -> None:
    raise RuntimeError
