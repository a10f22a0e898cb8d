"""What happens at the same moment: one wins, the other is told, and nothing is lost or done twice."""

import asyncio
from typing import Any

from tests.api.calls import GOOD, WHO, comment_of, refused, thread_of
from tests.running import Answer, Running

RACES = 200
AT_ONCE = 20  # races run side by side


async def decide(caller: Any, comment: Any, action: str, **fields: Any) -> Answer:
    document = {"version": comment["version"]} | fields
    answer: Answer = await caller("POST", f"/v1/comments/{comment['id']}/{action}", json=document)
    return answer


async def pending(service: Running, count: int) -> list[Any]:
    """Comments that wait, as moderators see them."""
    documents = [comment_of(f"{GOOD} {number}", thread=f"bai/{number % 40}") for number in range(count)]
    sent = await asyncio.gather(*(service.website("POST", "/v1/comments", json=each) for each in documents))
    assert {answer.status for answer in sent} == {202}
    await service.validator.drain()
    found: list[Any] = []
    cursor: dict[str, str] = {}
    while len(found) < count:
        page = (await service.moderator("GET", "/v1/queue", params={"limit": "100"} | cursor)).json
        found += page["items"]
        cursor = {"cursor": page["next_cursor"] or ""}
    return found


async def test_of_two_opposite_decisions_at_once_one_stands(idle_service: Running) -> None:
    comments = await pending(idle_service, RACES)

    async def race(comment: Any) -> str:
        approved, rejected = await asyncio.gather(
            decide(idle_service.moderator, comment, "approve"),
            decide(idle_service.colleague, comment, "reject", reason="other"),
        )
        assert sorted([approved.status, rejected.status]) == [200, 409]
        won, lost = (approved, rejected) if approved.status == 200 else (rejected, approved)
        refused(lost, 409, "version_conflict")
        assert lost.json["current"] == won.json
        assert won.json["version"] == comment["version"] + 1
        return str(won.json["state"])

    outcomes: list[str] = []
    for start in range(0, RACES, AT_ONCE):
        outcomes += await asyncio.gather(*(race(comment) for comment in comments[start : start + AT_ONCE]))
    totals = [
        (await idle_service.moderator("GET", "/v1/queue", params={"state": state})).json["total"]
        for state in ("pending", "published", "rejected")
    ]
    assert totals == [0, outcomes.count("published"), outcomes.count("rejected")]
    assert sum(totals) == RACES
    names = {comment["thread"] for comment in comments}
    counts = await idle_service.website("GET", "/v1/counts", params=[("thread", name) for name in names])
    assert sum(counts.json["counts"].values()) == outcomes.count("published")


async def test_of_the_same_decision_sent_twice_at_once_one_stands(idle_service: Running) -> None:
    for comment in await pending(idle_service, 20):
        answers = await asyncio.gather(
            *(decide(idle_service.moderator, comment, "approve") for _ in range(4))
        )
        assert sorted(answer.status for answer in answers) == [200, 409, 409, 409]
    assert (await idle_service.moderator("GET", "/v1/queue?state=published")).json["total"] == 20


async def test_a_decision_and_a_revision_at_once(idle_service: Running) -> None:
    for comment in await pending(idle_service, 40):
        path = f"/v1/comments/{comment['id']}"
        approved, revised = await asyncio.gather(
            decide(idle_service.moderator, comment, "approve"),
            idle_service.website("POST", f"{path}/revise", json={"body": "Tôi viết lại cho rõ hơn."}),
        )
        now = (await idle_service.moderator("GET", path)).json
        if approved.status == 200:
            refused(revised, 409, "invalid_transition")
            assert (now["state"], now["body"]) == ("published", comment["body"])
        else:
            refused(approved, 409, "version_conflict")
            assert revised.status == 202
            assert (now["state"], now["body"]) == ("queued", "Tôi viết lại cho rõ hơn.")
    await idle_service.validator.drain()
    assert await idle_service.queue.length() == 0


async def test_a_decision_and_an_erasure_at_once(idle_service: Running) -> None:
    for comment in await pending(idle_service, 40):
        path = f"/v1/comments/{comment['id']}"
        approved, erased = await asyncio.gather(
            decide(idle_service.moderator, comment, "approve", body="Bản đã sửa."),
            idle_service.website("DELETE", path),
        )
        assert erased.status == 204
        assert approved.status in (200, 409)
        now = await idle_service.moderator("GET", path)
        assert (now.json["state"], now.json["body"]) == ("erased", None)
        history = await idle_service.moderator("GET", f"{path}/history")
        assert "Bản đã sửa" not in history.text
    total = (await idle_service.moderator("GET", "/v1/queue?state=published")).json["total"]
    assert total == 0


async def test_revisions_at_once_all_stand_in_the_history(service: Running) -> None:
    comment = await service.submit(GOOD)
    path = f"/v1/comments/{comment['id']}"
    bodies = [f"Tôi viết lại lần {number}." for number in range(8)]
    answers = await asyncio.gather(
        *(service.website("POST", f"{path}/revise", json={"body": body}) for body in bodies)
    )
    assert {answer.status for answer in answers} == {202}
    history = (await service.moderator("GET", f"{path}/history")).json["entries"]
    assert sorted(entry["body"] for entry in history if entry["body"] in bodies) == bodies
    assert [entry["version"] for entry in history] == list(range(1, len(history) + 1))


async def test_erasing_at_once_erases_once(service: Running) -> None:
    comment = await service.publish(GOOD)
    path = f"/v1/comments/{comment['id']}"
    answers = await asyncio.gather(*(service.website("DELETE", path) for _ in range(8)))
    assert {answer.status for answer in answers} == {204}
    assert (await service.moderator("GET", path)).json["version"] == comment["version"] + 1
    assert (await thread_of(service.website))["count"] == 0


async def test_replies_and_the_fall_of_their_parent_at_once_leave_a_whole_tree(service: Running) -> None:
    for number in range(10):
        thread = f"cay/{number}"
        parent = await service.publish(f"{GOOD} {number}", thread=thread)
        document = comment_of("Tôi đồng ý.", thread=thread, parent_id=parent["id"])
        rejected, sent = await asyncio.gather(
            decide(service.moderator, parent, "reject", reason="other"),
            service.website("POST", "/v1/comments", json=document),
        )
        assert rejected.status == 200
        if sent.status != 202:
            refused(sent, 422, "invalid_parent")
        assert (await thread_of(service.website, thread))["count"] == 0


async def test_an_authors_record_counts_every_comment_once(idle_service: Running) -> None:
    for number in range(12):
        document = comment_of(f"{GOOD} {number}", author=WHO | {"id": "mot-nguoi"})
        assert (await idle_service.website("POST", "/v1/comments", json=document)).status == 202
    await idle_service.validator.drain()
    comments = (await idle_service.moderator("GET", "/v1/queue")).json["items"]
    await asyncio.gather(*(decide(idle_service.moderator, comment, "approve") for comment in comments))
    published = (await idle_service.moderator("GET", "/v1/queue?state=published")).json["items"]
    assert {item["author"]["record"]["published"] for item in published} == {12}
