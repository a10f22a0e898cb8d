"""The newsroom's answer to a published comment, made once however often it is sent under its key."""

import asyncio

import pytest

from service.comments.ids import new_id
from service.comments.model import Comment, Entry, Event, State
from service.errors import InvalidTransition
from service.store.steps import Step
from tests.running import Running

GOOD = "Bài viết rất hay, cảm ơn tòa soạn!"
SAID = {"body": "Dự kiến trước Tết, bạn nhé."}
KEY = {"Idempotency-Key": "tra-loi-1"}


async def test_the_newsroom_answers_in_the_sites_name(service: Running) -> None:
    asked = await service.publish("Bao giờ cầu mới thông xe ạ?")
    path = f"/v1/comments/{asked['id']}/reply"
    answer = await service.moderator("POST", path, json={"body": "Dự kiến trước Tết, bạn nhé."})
    assert answer.status == 201
    assert answer.headers["Location"] == f"/v1/comments/{answer.json['id']}"
    [top] = (await service.website("GET", "/v1/threads/doi-song%2F1/comments")).json["comments"]
    [reply] = top["replies"]
    assert (reply["author"], reply["newsroom"]) == ({"name": "Báo Ví Dụ"}, True)
    assert reply["parent_id"] == asked["id"]


async def test_only_what_is_published_is_answered(service: Running) -> None:
    pending = await service.submit(GOOD)
    answer = await service.moderator("POST", f"/v1/comments/{pending['id']}/reply", json={"body": "Vâng."})
    assert (answer.status, answer.code) == (409, "invalid_transition")


async def test_an_answer_to_what_was_taken_down_meanwhile_is_refused(service: Running) -> None:
    asked = await service.publish("Bao giờ cầu mới thông xe ạ?")
    parent = await service.store.comments.get("bao", asked["id"])
    await service.decide(asked, "reject", reason="other")
    entry = Entry(Event.REPLIED, State.PUBLISHED, "Lan", parent.updated_at, text="Sắp rồi bạn nhé.")
    answer = Comment("bao", new_id(parent.thread, 1, 1), parent.thread, parent.author, (entry,), parent.id)
    with pytest.raises(InvalidTransition):
        await service.store.comments.commit(Step(None, answer, answers=parent.id))
    assert await service.store.comments.find("bao", answer.id) is None


async def replies(service: Running) -> list[str]:
    [top] = (await service.website("GET", "/v1/threads/doi-song%2F1/comments")).json["comments"]
    return [reply["id"] for reply in top["replies"]]


async def test_an_answer_sent_again_under_its_key_stands_there_once(service: Running) -> None:
    asked = await service.publish("Bao giờ cầu mới thông xe ạ?")
    path = f"/v1/comments/{asked['id']}/reply"
    answers = [await service.moderator("POST", path, json=SAID, headers=KEY) for _ in range(2)]
    assert {(answer.status, answer.json["id"], answer.json["version"]) for answer in answers} == {
        (201, answers[0].json["id"], 1)
    }
    assert await replies(service) == [answers[0].json["id"]]


async def test_answers_that_come_at_once_under_one_key_are_one(service: Running) -> None:
    asked = await service.publish("Bao giờ cầu mới thông xe ạ?")
    path = f"/v1/comments/{asked['id']}/reply"
    answers = await asyncio.gather(
        *(service.moderator("POST", path, json=SAID, headers=KEY) for _ in range(20))
    )
    assert {answer.status for answer in answers} == {201}
    assert await replies(service) == [answers[0].json["id"]]


async def test_a_repeated_answer_is_told_as_it_now_stands(service: Running) -> None:
    asked = await service.publish("Bao giờ cầu mới thông xe ạ?")
    path = f"/v1/comments/{asked['id']}/reply"
    first = await service.moderator("POST", path, json=SAID, headers=KEY)
    await service.decide(first.json, "edit", body="Trước Tết, bạn nhé.")
    await service.decide(asked, "reject", reason="other")
    again = await service.moderator("POST", path, json=SAID, headers=KEY)
    assert (again.status, again.json["id"], again.json["version"]) == (201, first.json["id"], 2)


async def test_a_key_is_for_one_answer(service: Running) -> None:
    asked = await service.publish("Bao giờ cầu mới thông xe ạ?")
    path = f"/v1/comments/{asked['id']}/reply"
    first = await service.moderator("POST", path, json=SAID, headers=KEY)
    other = await service.moderator("POST", path, json={"body": "Chưa rõ, bạn ạ."}, headers=KEY)
    assert (other.status, other.code) == (409, "idempotency_conflict")
    malformed = await service.moderator("POST", path, json=SAID, headers={"Idempotency-Key": "có dấu"})
    assert (malformed.status, malformed.code) == (422, "invalid_request")
    without = await service.moderator("POST", path, json=SAID)
    assert await replies(service) == [first.json["id"], without.json["id"]]


async def test_an_answer_that_was_refused_may_be_sent_again(service: Running) -> None:
    asked = await service.submit(GOOD)
    path = f"/v1/comments/{asked['id']}/reply"
    assert (await service.moderator("POST", path, json=SAID, headers=KEY)).status == 409
    pending = (await service.moderator("GET", f"/v1/comments/{asked['id']}")).json
    await service.decide(pending, "approve")
    made = await service.moderator("POST", path, json=SAID, headers=KEY)
    assert made.status == 201
    assert await replies(service) == [made.json["id"]]
