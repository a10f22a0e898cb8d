"""Two processes of the API on one store: what one did the other knows at the next request."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from tests.api.calls import BETTER, GOOD, another_process, comment_of, refused, thread_of
from tests.running import WAIT, Caller, Running


@pytest.fixture
async def pair(service: Running, redis_url: str) -> AsyncIterator[tuple[Running, "Elsewhere"]]:
    async with another_process(redis_url) as http:
        yield service, Elsewhere(Caller(http, service.website.key), Caller(http, service.moderator.key))


class Elsewhere:
    """The same callers at the other process."""

    def __init__(self, website: Caller, moderator: Caller) -> None:
        self.website = website
        self.moderator = moderator


async def test_requests_with_one_key_make_one_comment_wherever_they_come_in(
    pair: tuple[Running, Elsewhere],
) -> None:
    here, there = pair
    headers = {"Idempotency-Key": "mot-khoa"}
    callers = [here.website, there.website] * 8
    answers = await asyncio.gather(
        *(caller("POST", "/v1/comments", json=comment_of(), headers=headers) for caller in callers)
    )
    assert {answer.status for answer in answers} <= {201, 202}
    assert len({answer.json["id"] for answer in answers}) == 1


async def test_a_thread_is_the_same_everywhere_after_every_decision(pair: tuple[Running, Elsewhere]) -> None:
    here, there = pair
    comment = await here.submit(GOOD)
    for action, fields, shown in (
        ("approve", {}, GOOD),
        ("edit", {"body": BETTER}, BETTER),
        ("reject", {"reason": "other"}, None),
    ):
        before = await there.website("GET", "/v1/threads/doi-song%2F1/comments")
        comment = await here.decide(comment, action, **fields)
        known = {"If-None-Match": before.headers["ETag"]}
        after = await there.website("GET", "/v1/threads/doi-song%2F1/comments", headers=known)
        assert after.status == 200
        assert [each["body"] for each in after.json["comments"]] == ([shown] if shown else []), action
        assert after.json == await thread_of(here.website)


async def test_one_etag_serves_all_processes(pair: tuple[Running, Elsewhere]) -> None:
    here, there = pair
    await here.publish(GOOD)
    path = "/v1/threads/doi-song%2F1/comments"
    known = {"If-None-Match": (await here.website("GET", path)).headers["ETag"]}
    assert (await there.website("GET", path, headers=known)).status == 304


async def test_each_process_tells_its_own_who_wait(pair: tuple[Running, Elsewhere]) -> None:
    here, there = pair
    bodies = [f"{GOOD} {number}" for number in range(6)]
    callers = [here.website, there.website] * 3
    answers = await asyncio.gather(
        *(
            caller("POST", "/v1/comments", json=comment_of(body), headers=WAIT)
            for caller, body in zip(callers, bodies, strict=True)
        )
    )
    assert [(answer.status, answer.json["body"]) for answer in answers] == [(201, body) for body in bodies]


async def test_opposite_decisions_at_two_processes(pair: tuple[Running, Elsewhere]) -> None:
    here, there = pair
    for number in range(10):
        comment = await here.submit(f"{GOOD} {number}")
        seen = {"version": comment["version"]}
        path = f"/v1/comments/{comment['id']}"
        answers = await asyncio.gather(
            here.moderator("POST", f"{path}/approve", json=seen),
            there.moderator("POST", f"{path}/reject", json=seen | {"reason": "other"}),
        )
        assert sorted(answer.status for answer in answers) == [200, 409]
        [lost] = [answer for answer in answers if answer.status == 409]
        refused(lost, 409, "version_conflict")
