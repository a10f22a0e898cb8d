"""`Idempotency-Key`: the same request again makes nothing new, another request is a conflict."""

import asyncio
import unicodedata
from typing import Any

from multidict import CIMultiDict

from service.store.submissions import IDEMPOTENCY_KEPT_MS
from tests.api.calls import GOOD, WHO, comment_of, describe, refused, set_policy, wrong_fields
from tests.running import Answer, Running
from tests.store.looking import connected


async def send(service: Running, key: str, document: Any = None, **headers: str) -> Answer:
    document = document or comment_of()
    return await service.website(
        "POST", "/v1/comments", json=document, headers={"Idempotency-Key": key} | headers
    )


async def test_a_repeat_is_answered_with_the_comment_that_the_first_made(idle_service: Running) -> None:
    first, second = await send(idle_service, "k-1"), await send(idle_service, "k-1")
    assert (first.status, second.status) == (202, 202)
    assert second.json == first.json
    assert second.headers["Location"] == first.headers["Location"]
    assert await idle_service.queue.length() == 1


async def test_a_repeat_that_would_wait_is_answered_with_what_is_still_queued(idle_service: Running) -> None:
    first = await send(idle_service, "k-1", Prefer="wait=1")
    again = await send(idle_service, "k-1", Prefer="wait=1")
    assert (again.status, again.json) == (202, first.json)


async def test_a_repeat_shows_the_comment_as_it_now_stands(service: Running) -> None:
    made = await service.submit(GOOD, headers={"Idempotency-Key": "k-1"})
    await service.decide(made, "approve", body="Hay!")
    again = await send(service, "k-1")
    assert (again.status, again.json["id"], again.json["state"]) == (201, made["id"], "published")
    assert again.json["body"] == "Hay!"


async def test_another_request_with_the_same_key_is_a_conflict(idle_service: Running) -> None:
    await send(idle_service, "k-1")
    for other in (
        comment_of("Một ý khác hẳn."),
        comment_of(author={"name": "Người khác"}),
        comment_of(thread_title="Có tựa"),
    ):
        refused(await send(idle_service, "k-1", other), 409, "idempotency_conflict")
    assert await idle_service.queue.length() == 1


async def test_a_request_is_the_same_however_it_is_written(idle_service: Running) -> None:
    first = await send(idle_service, "k-1")
    typed = comment_of(unicodedata.normalize("NFD", GOOD) + "\n", parent_id=None)
    reordered = dict(reversed(typed.items()))
    again = await send(idle_service, "k-1", reordered)
    assert again.json["id"] == first.json["id"]


async def test_a_key_counts_within_its_site_and_thread(idle_service: Running) -> None:
    here = await send(idle_service, "k-1")
    there = await send(idle_service, "k-1", comment_of(thread="doi-song/2"))
    elsewhere = await idle_service.admin(
        "POST", "/v1/comments?site=khac", json=comment_of(), headers={"Idempotency-Key": "k-1"}
    )
    assert {here.status, there.status, elsewhere.status} == {202}
    assert len({here.json["id"], there.json["id"], elsewhere.json["id"]}) == 3


async def test_malformed_keys_are_refused(idle_service: Running) -> None:
    for key in ("", "x" * 256, "a b", "khóa", "a\tb"):
        assert wrong_fields(await send(idle_service, key)) == {"Idempotency-Key"}, key
    for key in ("x", "x" * 255, "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~"):
        assert (await send(idle_service, key)).status == 202, key


async def test_two_keys_are_none(idle_service: Running) -> None:
    twice = CIMultiDict([("Idempotency-Key", "a"), ("Idempotency-Key", "b")])
    twice["Authorization"] = f"Bearer {idle_service.website.key}"
    post = idle_service.website.http.post
    async with post("/v1/comments", json=comment_of(), headers=twice) as response:
        assert (response.status, (await response.json(content_type=None))["code"]) == (422, "invalid_request")


async def test_a_repeat_is_recognised_before_limits_closed_threads_and_parents(service: Running) -> None:
    parent = await service.publish("Xin hỏi tòa soạn một câu.")
    document = comment_of(parent_id=parent["id"], author=WHO)
    await set_policy(service, limits={"author": "1/1h"})
    first = await send(service, "k-1", document)
    assert first.status == 202
    refused(await send(service, "k-2", document), 429, "rate_limited")
    await describe(service, "doi-song/1", open=False)
    await service.decide(parent, "reject", reason="other")
    again = await send(service, "k-1", document)
    assert (again.status in (201, 202), again.json["id"]) == (True, first.json["id"])


async def test_an_invalid_repeat_is_refused_like_any_invalid_request(idle_service: Running) -> None:
    await send(idle_service, "k-1")
    assert wrong_fields(await send(idle_service, "k-1", comment_of(body=""))) == {"body"}


async def test_a_request_that_was_refused_does_not_spend_its_key(idle_service: Running) -> None:
    await describe(idle_service, "doi-song/1", open=False)
    refused(await send(idle_service, "k-1"), 409, "thread_closed")
    await describe(idle_service, "doi-song/1", open=True)
    assert (await send(idle_service, "k-1")).status == 202


async def test_sixteen_requests_with_one_key_make_one_comment(idle_service: Running) -> None:
    for race in range(5):
        answers = await asyncio.gather(
            *(send(idle_service, f"race-{race}", comment_of(f"{GOOD} {race}", author=WHO)) for _ in range(16))
        )
        assert {answer.status for answer in answers} == {202}
        assert len({answer.json["id"] for answer in answers}) == 1
    assert await idle_service.queue.length() == 5


async def test_of_different_requests_that_race_with_one_key_one_is_taken(idle_service: Running) -> None:
    for race in range(5):
        bodies = [f"Ý thứ nhất, lần {race}.", f"Ý thứ hai, lần {race}."] * 4
        answers = await asyncio.gather(
            *(send(idle_service, f"race-{race}", comment_of(body)) for body in bodies)
        )
        taken = [answer for answer in answers if answer.status == 202]
        assert len({answer.json["id"] for answer in taken}) == 1
        for body, answer in zip(bodies, answers, strict=True):
            if body == taken[0].json["body"]:
                assert answer.status == 202
            else:
                refused(answer, 409, "idempotency_conflict")
    assert await idle_service.queue.length() == 5


async def test_repeats_that_race_cost_an_author_one_comment(idle_service: Running) -> None:
    await set_policy(idle_service, limits={"author": "20/1h"})
    for race in range(3):
        answers = await asyncio.gather(
            *(send(idle_service, f"race-{race}", comment_of(author=WHO)) for _ in range(8))
        )
        assert {answer.status for answer in answers} == {202}


async def test_what_is_kept_of_a_key_holds_no_text(idle_service: Running, redis_url: str) -> None:
    made = await send(idle_service, "mot-khoa-rieng")
    with connected(redis_url) as client:
        [name] = client.scan_iter("codau:*:repeat:*")
        kept, expires_ms = bytes(client.get(name)), int(client.pttl(name))
    assert b"mot-khoa-rieng" not in name
    assert kept.decode().split(" ")[0] == made.json["id"]
    assert GOOD.encode() not in kept
    assert 24 * 3_600_000 < expires_ms <= IDEMPOTENCY_KEPT_MS
