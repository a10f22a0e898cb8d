"""Claims: nobody is handed a colleague's comment, and a lease ends by itself."""

import asyncio
from typing import Any

from bench import moderators
from tests.running import Caller, Running


async def waiting(service: Running, count: int) -> list[Any]:
    return [await service.submit(f"Ý kiến thứ {n} của tôi!", thread=str(n % 5)) for n in range(count)]


async def claimed(caller: Caller, **asked: Any) -> list[str]:
    answer = await caller("POST", "/v1/queue/claim", json=asked)
    assert answer.status == 200, answer.text
    return [item["id"] for item in answer.json["items"]]


async def test_the_oldest_that_nobody_holds_are_claimed(service: Running) -> None:
    ids = [comment["id"] for comment in await waiting(service, 7)]
    assert await claimed(service.moderator, limit=3) == ids[:3]
    assert await claimed(service.colleague, limit=3) == ids[3:6]
    assert await claimed(service.moderator, limit=10) == ids[6:]
    assert await claimed(service.colleague) == []


async def test_a_claim_shows_who_and_until_when(service: Running) -> None:
    [comment] = await waiting(service, 1)
    await claimed(service.moderator, lease_seconds=60)
    [item] = (await service.colleague("GET", "/v1/queue")).json["items"]
    assert item["claim"]["by"] == "moderator"
    assert item["claim"]["until"] > comment["updated_at"]


async def test_what_a_colleague_holds_is_refused_unless_forced(service: Running) -> None:
    [comment] = await waiting(service, 1)
    await claimed(service.colleague)
    path, body = f"/v1/comments/{comment['id']}/approve", {"version": 2}
    refused = await service.moderator("POST", path, json=body)
    assert (refused.status, refused.code) == (409, "claimed")
    assert refused.json["claim"]["by"] == "colleague"
    stale = await service.moderator("POST", path, json={"version": 1})
    assert stale.code == "version_conflict", "the stale version is told first"
    assert (await service.moderator("POST", path, json=body | {"force": True})).status == 200


async def test_the_holder_decides_and_the_claim_is_gone(service: Running) -> None:
    [comment] = await waiting(service, 1)
    await claimed(service.moderator)
    rejected = await service.decide(comment, "reject", reason="other")
    await service.decide(rejected, "reopen")
    [item] = (await service.moderator("GET", "/v1/queue")).json["items"]
    assert item["claim"] is None


async def test_released_comments_are_free_again(service: Running) -> None:
    ids = [comment["id"] for comment in await waiting(service, 3)]
    await claimed(service.moderator)
    theirs = await service.colleague("POST", "/v1/queue/release", json={"ids": ids})
    assert theirs.json == {"released": 0}, "only the holder gives back"
    some = await service.moderator("POST", "/v1/queue/release", json={"ids": [ids[1], "none"]})
    assert some.json == {"released": 1}
    assert await claimed(service.colleague) == [ids[1]]
    rest = await service.moderator("POST", "/v1/queue/release")
    assert rest.json == {"released": 2}


async def test_a_lease_ends_by_itself(service: Running) -> None:
    [comment] = await waiting(service, 1)
    assert await claimed(service.moderator, lease_seconds=1) == [comment["id"]]
    assert await claimed(service.colleague) == []
    async with asyncio.timeout(60):
        while not await claimed(service.colleague):  # noqa: ASYNC110  the store's clock ends it, no event
            await asyncio.sleep(0.05)


async def test_a_claimed_comment_cannot_be_revised_by_its_reader(service: Running) -> None:
    [comment] = await waiting(service, 1)
    await claimed(service.moderator)
    revised = await service.website("POST", f"/v1/comments/{comment['id']}/revise", json={"body": "Mới đây!"})
    assert (revised.status, revised.code) == (409, "claimed")


async def test_eight_moderators_at_once_are_handed_each_comment_once(service: Running) -> None:
    ids = [comment["id"] for comment in await waiting(service, 60)]
    callers = [service.moderator, service.colleague] * 4
    handed = await asyncio.gather(*(claimed(caller, limit=10) for caller in callers))
    given = [comment_id for batch in handed for comment_id in batch]
    assert sorted(given) == sorted(ids)


async def test_wrong_limits_are_refused(service: Running) -> None:
    for asked in ({"limit": 0}, {"limit": 101}, {"lease_seconds": 0}, {"lease_seconds": 3601}, {"x": 1}):
        assert (await service.moderator("POST", "/v1/queue/claim", json=asked)).status == 422
    assert (await service.website("POST", "/v1/queue/claim", json={})).status == 403


async def test_eight_moderators_decide_each_comment_once_and_every_loser_sees_it(service: Running) -> None:
    log = await moderators.raced(service, 160)
    await moderators.check(service, log, 160)
    assert log.refused, "there were races"
