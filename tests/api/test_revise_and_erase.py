"""A reader's better text under the same id, and the end of a comment, of which only its place is kept."""

import asyncio
import json
from typing import Any

import pytest

from service import app
from service.api import services
from service.api.kept import Kept
from tests.api.calls import (
    BETTER,
    GOOD,
    UNMARKED,
    WHO,
    comment_of,
    refused,
    set_policy,
    thread_of,
    wrong_fields,
)
from tests.compressed import readable
from tests.running import WAIT, Answer, Running, running
from tests.store.looking import connected


async def revise(service: Running, comment: Any, body: str = GOOD, **headers: str) -> Answer:
    path = f"/v1/comments/{comment['id']}/revise"
    return await service.website("POST", path, json={"body": body}, headers=headers)


async def erase(service: Running, comment: Any) -> Answer:
    return await service.website("DELETE", f"/v1/comments/{comment['id']}")


async def seen(service: Running, comment: Any) -> Any:
    return (await service.moderator("GET", f"/v1/comments/{comment['id']}")).json


async def test_a_revision_keeps_the_id_and_drops_the_old_findings(service: Running) -> None:
    rejected = await service.submit(UNMARKED)
    answer = await revise(service, rejected)
    assert answer.status == 202
    revised = answer.json
    assert (revised["id"], revised["state"], revised["version"]) == (rejected["id"], "queued", 3)
    assert [revised[name] for name in ("body", "findings", "suggestion", "reason", "message")] == [
        GOOD,
        [],
        None,
        None,
        None,
    ]
    assert (revised["edited"], revised["original_body"]) == (False, None)
    assert revised["created_at"] == rejected["created_at"]


async def test_a_revision_is_judged_anew(service: Running) -> None:
    pending = await service.submit(GOOD)
    answer = await revise(service, pending, UNMARKED, **WAIT)
    assert (answer.status, answer.json["state"], answer.json["version"]) == (201, "rejected", 4)
    answer = await revise(service, pending, BETTER, **WAIT)
    assert (answer.status, answer.json["state"], answer.json["body"]) == (201, "pending", BETTER)


async def test_a_queued_comment_is_judged_by_its_last_text_alone(idle_service: Running) -> None:
    sent = (await idle_service.website("POST", "/v1/comments", json=comment_of(UNMARKED))).json
    answer = await revise(idle_service, sent)
    assert (answer.status, answer.json["version"]) == (202, 2)
    await idle_service.validator.drain()
    comment = await seen(idle_service, sent)
    assert (comment["state"], comment["version"], comment["findings"]) == ("pending", 3, [])
    assert await idle_service.queue.length() == 0


async def test_a_moderator_who_looked_at_the_old_text_is_told(service: Running) -> None:
    pending = await service.submit(GOOD)
    await revise(service, pending, BETTER, **WAIT)
    stale = {"version": pending["version"]}
    answer = await service.moderator("POST", f"/v1/comments/{pending['id']}/approve", json=stale)
    assert refused(answer, 409, "version_conflict")["current"]["body"] == BETTER


async def test_what_a_moderator_touched_is_not_revised(service: Running) -> None:
    published = await service.publish(GOOD)
    rejected = await service.decide(await service.submit("Ý thứ hai."), "reject", reason="other")
    edited = await service.decide(await service.submit("Ý thứ ba."), "edit", body="Ý thứ 3.")
    erased = await service.submit("Ý thứ tư.")
    await erase(service, erased)
    for comment in (published, rejected, edited, erased):
        before = await seen(service, comment)
        refused(await revise(service, comment), 409, "invalid_transition")
        assert await seen(service, comment) == before


async def test_a_reopened_comment_may_be_revised(service: Running) -> None:
    rejected = await service.decide(await service.submit(UNMARKED), "reopen")
    answer = await revise(service, rejected, **WAIT)
    assert (answer.status, answer.json["state"]) == (201, "pending")


async def test_a_revision_is_checked_like_a_comment(service: Running) -> None:
    rejected = await service.submit(UNMARKED)
    for body in ("", " ", "a\0b", "a" * 5001, "\u200b"):
        assert wrong_fields(await revise(service, rejected, body)) == {"body"}, body[:9]
    await set_policy(service, length={"min": 10})
    assert wrong_fields(await revise(service, rejected, "Hay!")) == {"body"}
    path = f"/v1/comments/{rejected['id']}/revise"
    assert wrong_fields(await service.website("POST", path, json={})) == {"body"}
    assert wrong_fields(await service.website("POST", path, json={"body": GOOD, "thread": "x"})) == {"thread"}
    assert (await seen(service, rejected))["state"] == "rejected"


async def test_only_the_sites_own_comments_are_revised_and_erased(service: Running) -> None:
    theirs = (await service.admin("POST", "/v1/comments?site=khac", json=comment_of())).json
    for comment in (theirs, {"id": "0" * 22}, {"id": "khong-co"}):
        refused(await revise(service, comment), 404, "not_found")
        refused(await erase(service, comment), 404, "not_found")
    ours = await service.submit(GOOD)
    refused(await service.moderator("DELETE", f"/v1/comments/{ours['id']}"), 403, "forbidden")
    path = f"/v1/comments/{ours['id']}/revise"
    refused(await service.moderator("POST", path, json={"body": GOOD}), 403, "forbidden")


STATES = ["queued", "pending", "published", "rejected"]
SECRET = "Chuyện riêng của tôi thì không ai được biết đâu nhé."


async def in_state(service: Running, state: str) -> Any:
    sent = await service.website("POST", "/v1/comments", json=comment_of(SECRET, author=WHO))
    if state != "queued":
        await service.validator.drain()
        comment = await seen(service, sent.json)
        if state == "published":
            await service.decide(comment, "approve", body=SECRET + " Hết.", note="ghi chú " + SECRET)
        if state == "rejected":
            await service.decide(comment, "reject", reason="other", message=SECRET)
    found = await seen(service, sent.json)
    assert found["state"] == state
    return found


@pytest.mark.one_server
@pytest.mark.parametrize("state", STATES)
async def test_an_erased_comment_leaves_its_place_and_nothing_else(
    idle_service: Running, redis_url: str, state: str
) -> None:
    comment = await in_state(idle_service, state)
    answer = await erase(idle_service, comment)
    assert (answer.status, answer.text) == (204, "")
    for caller in (idle_service.website, idle_service.moderator):
        shown = await caller("GET", f"/v1/comments/{comment['id']}")
        assert shown.status == 200
        assert (shown.json["state"], shown.json["body"]) == ("erased", None)
        assert set(shown.json["author"].values()) == {None}
        nothing = ("original_body", "suggestion", "reason", "message", "published_at")
        assert [shown.json[name] for name in nothing] == [None] * 5
        assert shown.json.get("submitted_body") is None
        assert shown.json["findings"] == []
        kept = ("id", "site", "thread", "parent_id", "created_at")
        assert [shown.json[name] for name in kept] == [comment[name] for name in kept]
        assert shown.json["version"] == comment["version"] + 1
    for name, stored in everything(redis_url):
        for secret in ("riêng của tôi", *(str(WHO[part]) for part in WHO)):
            assert secret not in stored, (name, secret)
    told = await idle_service.moderator("GET", f"/v1/comments/{comment['id']}/history")
    assert all(entry["body"] is None and entry["note"] is None for entry in told.json["entries"])
    assert "riêng của tôi" not in told.text
    assert (await thread_of(idle_service.website))["comments"] == []


def everything(redis_url: str) -> list[tuple[str, str]]:
    """Every key and what it holds, as text."""
    with connected(redis_url, decode_responses=True) as client:
        return [
            (name, f"{name} {json.dumps(held(client, name), ensure_ascii=False)}")
            for name in client.scan_iter()
        ]


def held(client: Any, name: str) -> Any:
    match client.type(name):
        case "string":
            return readable(client.execute_command("GET", name, NEVER_DECODE=True)).decode(errors="ignore")
        case "hash":
            return client.hgetall(name)
        case "zset":
            return client.zrange(name, 0, -1)
        case "list":
            return client.lrange(name, 0, -1)
        case "stream":
            return client.xrange(name)
        case other:
            raise AssertionError(other)


async def test_erasing_is_done_as_often_as_asked(service: Running) -> None:
    comment = await service.publish(GOOD)
    assert [(await erase(service, comment)).status for _ in range(3)] == [204] * 3
    assert (await seen(service, comment))["version"] == comment["version"] + 1
    assert (await thread_of(service.website))["count"] == 0


async def test_a_verdict_that_comes_too_late_changes_nothing(idle_service: Running) -> None:
    comment = await in_state(idle_service, "queued")
    await erase(idle_service, comment)
    await idle_service.validator.drain()
    assert (await seen(idle_service, comment))["state"] == "erased"
    assert await idle_service.queue.length() == 0


async def test_an_erased_comment_is_no_longer_in_its_authors_record(service: Running) -> None:
    await service.decide(await service.submit(GOOD, author=WHO), "approve")
    rejected = await service.decide(await service.submit("Ý khác.", author=WHO), "reject", reason="other")
    await erase(service, rejected)
    await service.submit("Tôi còn chờ.", author=WHO)
    [item] = (await service.moderator("GET", "/v1/queue")).json["items"]
    assert item["author"]["record"] == {"published": 1, "rejected": 0, "standing": "normal"}


async def test_an_admin_erases_too(service: Running) -> None:
    comment = await service.submit(GOOD)
    path = f"/v1/comments/{comment['id']}"
    assert (await service.admin("DELETE", path, params={"site": "bao"})).status == 204
    assert (await seen(service, comment))["state"] == "erased"


async def test_revisions_count_for_the_same_limits_as_comments(idle_service: Running) -> None:
    await set_policy(idle_service, limits={"author": "3/60s"})
    sent = await idle_service.website("POST", "/v1/comments", json=comment_of(author=WHO))
    for number in range(2):
        assert (await revise(idle_service, sent.json, f"{BETTER} {number}")).status == 202
    again = await revise(idle_service, sent.json)
    refused(again, 429, "rate_limited")
    assert 1 <= int(again.headers["Retry-After"]) <= 60
    kept = await idle_service.website("GET", f"/v1/comments/{sent.json['id']}")
    assert kept.json["body"] == f"{BETTER} 1"


def rendered(service: Running) -> str:
    """All that the API's process keeps rendered."""
    kept = [*vars(service.services.pages).values(), *vars(service.services.nodes).values()]
    return "".join(repr(vars(one)) for one in kept if isinstance(one, Kept))


async def test_the_process_forgets_what_was_erased_though_nobody_reads_it_again(
    redis_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(app, "_LOOK_S", 0.01)
    async with running(redis_url) as service:
        comment = await service.publish("Xe mang số KX4711 chạy ngang đây lúc chiều.")
        for page in ("?sort=oldest", "?sort=newest"):
            await service.website("GET", f"/v1/threads/doi-song%2F1/comments{page}")
        await erase(service, comment)
        await service.website("GET", "/v1/threads/doi-song%2F1/comments")
        assert "KX4711" in rendered(service), "a page that nobody asked for since"
        monkeypatch.setattr(services, "KEPT_UNREAD_S", 0.0)
        async with asyncio.timeout(60):
            while "KX4711" in rendered(service):  # noqa: ASYNC110 - it tells nobody
                await asyncio.sleep(0.01)
