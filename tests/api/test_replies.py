"""Replies: to a published comment of the same thread, as deep as the policy allows."""

from typing import Any

from tests.api.calls import GOOD, comment_of, describe, refused, set_policy, thread_of
from tests.running import Answer, Running


async def reply(service: Running, parent: Any, **fields: Any) -> Answer:
    document = comment_of("Tôi đồng ý với bạn.", parent_id=parent["id"]) | fields
    return await service.website("POST", "/v1/comments", json=document)


async def published_chain(service: Running, length: int) -> list[Any]:
    """Comments, each answering the one before."""
    chain: list[Any] = []
    for number in range(length):
        parent = chain[-1]["id"] if chain else None
        chain.append(await service.publish(f"{GOOD} {number}", parent_id=parent))
    return chain


async def test_a_reply_names_its_parent(service: Running) -> None:
    parent = await service.publish(GOOD)
    answer = await reply(service, parent)
    assert (answer.status, answer.json["parent_id"]) == (202, parent["id"])


async def test_only_a_published_comment_can_be_answered(service: Running) -> None:
    pending = await service.submit(GOOD)
    refused(await reply(service, pending), 422, "invalid_parent")
    published = await service.decide(pending, "approve")
    assert (await reply(service, published)).status == 202
    await service.decide(published, "reject", reason="other")
    refused(await reply(service, published), 422, "invalid_parent")
    await service.website("DELETE", f"/v1/comments/{published['id']}")
    refused(await reply(service, published), 422, "invalid_parent")


async def test_parents_that_do_not_exist_are_refused(service: Running) -> None:
    for name in ("", "khong-co", "0" * 22, "..", "a" * 64):
        refused(await reply(service, {"id": name}), 422, "invalid_parent")


async def test_a_parent_stands_in_the_same_thread_and_site(service: Running) -> None:
    parent = await service.publish(GOOD, thread="doi-song/1")
    refused(await reply(service, parent, thread="doi-song/2"), 422, "invalid_parent")
    document = comment_of(parent_id=parent["id"])
    refused(await service.admin("POST", "/v1/comments?site=khac", json=document), 422, "invalid_parent")


async def test_three_levels_are_allowed_below_the_top(service: Running) -> None:
    chain = await published_chain(service, 6)
    assert [comment["parent_id"] for comment in chain] == [
        None,
        chain[0]["id"],
        chain[1]["id"],
        chain[2]["id"],
        chain[2]["id"],
        chain[2]["id"],
    ]
    [top] = (await thread_of(service.website))["comments"]
    deepest = top["replies"][0]["replies"][0]["replies"]
    assert [comment["id"] for comment in deepest] == [comment["id"] for comment in chain[3:]]


async def test_the_policy_sets_how_deep_replies_go(service: Running) -> None:
    await set_policy(service, replies={"depth": 1})
    chain = await published_chain(service, 3)
    assert [comment["parent_id"] for comment in chain] == [None, chain[0]["id"], chain[0]["id"]]


async def test_a_thread_may_be_flatter_than_its_site(service: Running) -> None:
    await describe(service, "doi-song/1", policy={"replies": {"depth": 2}})
    chain = await published_chain(service, 4)
    assert [comment["parent_id"] for comment in chain] == [None, *[chain[0]["id"]], *[chain[1]["id"]] * 2]


async def test_a_published_comment_can_be_answered_though_the_one_above_it_was_taken_down(
    service: Running,
) -> None:
    chain = await published_chain(service, 4)
    await service.decide(chain[2], "reject", reason="other")
    answer = await reply(service, chain[3])
    assert (answer.status, answer.json["parent_id"]) == (202, chain[2]["id"])


async def test_a_refused_reply_leaves_nothing_behind(idle_service: Running) -> None:
    refused(await reply(idle_service, {"id": "0" * 22}), 422, "invalid_parent")
    assert await idle_service.queue.length() == 0
