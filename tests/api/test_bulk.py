"""Many decisions in one request, and undo."""

from typing import Any

import pytest

from service.comments import lifecycle
from service.comments.model import Entry, Event, State
from service.errors import Claimed
from service.store.steps import Step
from tests.running import Running

GOOD = "Cảm ơn tòa soạn đã lên tiếng!"


async def bulk(service: Running, *decisions: Any) -> list[Any]:
    answer = await service.moderator("POST", "/v1/decisions", json={"decisions": list(decisions)})
    assert answer.status == 200, answer.text
    results: list[Any] = answer.json["results"]
    return results


async def test_one_that_fails_stops_none_of_the_others(service: Running) -> None:
    first, second, third = [await service.submit(f"{GOOD} {n}", thread=str(n)) for n in range(3)]
    results = await bulk(
        service,
        {"id": first["id"], "action": "approve", "version": 2, "body": "Cảm ơn!"},
        {"id": second["id"], "action": "reject", "version": 1, "reason": "spam"},
        {"id": "khong-co", "action": "approve", "version": 2},
        {"id": third["id"], "action": "approve"},
        {"id": third["id"], "action": "like", "version": 2},
        {"id": third["id"], "action": "reject", "version": 2, "reason": "dislike"},
        "approve",
        {"action": "approve", "version": 2},
        {"id": third["id"], "action": "reject", "version": 2, "reason": "off_topic"},
    )
    assert [result["status"] for result in results] == [200, 409, 404, 422, 422, 422, 422, 422, 200]
    assert results[0]["comment"]["body"] == "Cảm ơn!"
    assert results[1]["problem"]["code"] == "version_conflict"
    assert results[1]["problem"]["current"]["version"] == 2
    assert results[3]["problem"]["errors"][0]["field"] == "version"
    assert results[8]["comment"]["reason"] == "off_topic"
    assert (await service.moderator("GET", "/v1/queue")).json["total"] == 1


async def test_decisions_on_one_comment_are_made_in_their_order(service: Running) -> None:
    first, second = [await service.submit(f"{GOOD} {n}", thread=str(n)) for n in range(2)]
    results = await bulk(
        service,
        {"id": first["id"], "action": "edit", "version": 2, "body": "Cảm ơn nhiều!"},
        {"id": second["id"], "action": "approve", "version": 2},
        {"id": first["id"], "action": "approve", "version": 3},
        {"id": first["id"], "action": "reject", "version": 4, "reason": "other"},
    )
    assert [(result["id"], result["status"]) for result in results] == [
        (first["id"], 200),
        (second["id"], 200),
        (first["id"], 200),
        (first["id"], 200),
    ]
    assert [result["comment"]["version"] for result in results] == [3, 3, 4, 5]


async def test_a_bulk_request_takes_1_to_200(service: Running) -> None:
    for decisions in ([], [{}] * 201):
        answer = await service.moderator("POST", "/v1/decisions", json={"decisions": decisions})
        assert (answer.status, answer.code) == (422, "invalid_request")


async def test_an_undo_takes_the_decision_back_once(service: Running) -> None:
    published = await service.publish(GOOD)
    rejected = await service.decide(published, "reject", reason="other", message="Xin lỗi bạn.")
    path = f"/v1/comments/{rejected['id']}/undo"
    theirs = await service.colleague("POST", path, json={})
    assert (theirs.status, theirs.code) == (409, "invalid_transition")
    undone = await service.moderator("POST", path)
    assert undone.status == 200
    for name in ("state", "body", "reason", "message", "published_at"):
        assert undone.json[name] == published[name]
    assert (await service.moderator("POST", path)).status == 409, "once"
    assert (await service.website("GET", "/v1/counts", params={"thread": "doi-song/1"})).json["counts"] == {
        "doi-song/1": 1
    }


async def test_an_undone_edit_brings_the_text_back(service: Running) -> None:
    published = await service.publish(GOOD)
    await service.decide(published, "edit", body="Khác hẳn")
    undone = await service.moderator("POST", f"/v1/comments/{published['id']}/undo", json={})
    assert (undone.json["body"], undone.json["edited"]) == (GOOD, False)
    history = await service.moderator("GET", f"/v1/comments/{published['id']}/history")
    assert [entry["body"] for entry in history.json["entries"]] == [GOOD, None, None, "Khác hẳn", GOOD]


async def test_a_claim_that_comes_between_reading_and_deciding_stops_the_decision(service: Running) -> None:
    made = await service.submit(GOOD)
    before = await service.store.comments.get("bao", made["id"])
    await service.colleague("POST", "/v1/queue/claim")
    entry = Entry(Event.APPROVED, State.PUBLISHED, "moderator", before.updated_at, key_id="mine")
    after = lifecycle.decide(before, entry)
    with pytest.raises(Claimed):
        await service.store.comments.commit(Step(before, after, key_id="mine"))
    assert await service.store.comments.commit(Step(before, after)), "forced"
