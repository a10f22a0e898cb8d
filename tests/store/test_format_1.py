"""Records that format 1 of the data has, as the scripts see them; how they are read is in tests/comments."""

import redis

from service.comments import record
from service.store import keys
from tests.api.calls import GOOD
from tests.running import Running


async def as_format_1_had_it(service: Running, valkey: redis.Redis, comment_id: str) -> None:
    """Put the same record back as one JSON document."""
    stored = await service.store.comments.get("bao", comment_id)
    head = b'{"version":%d,"state":"%s",' % (stored.version, stored.state.value.encode())
    name = keys.comment(service.store.partitions.of_comment(comment_id), "bao", comment_id)
    valkey.set(name, head + record.document(stored)[1:])


async def test_it_can_be_answered_when_it_is_published(service: Running, valkey: redis.Redis) -> None:
    parent = await service.decide(await service.submit(GOOD), "approve")
    await as_format_1_had_it(service, valkey, parent["id"])
    await service.submit("Tôi đồng ý với bác.", parent_id=parent["id"])


async def test_it_can_be_claimed_and_decided_while_it_waits(service: Running, valkey: redis.Redis) -> None:
    waiting = await service.submit(GOOD)
    await as_format_1_had_it(service, valkey, waiting["id"])
    claimed = (await service.moderator("POST", "/v1/queue/claim", json={})).json["items"]
    assert [item["id"] for item in claimed] == [waiting["id"]]
    published = await service.decide(claimed[0], "approve")
    assert (published["state"], published["body"]) == ("published", GOOD)
    held = await service.store.claims.of("bao", [waiting["id"]])
    assert held == {}, "the step that decides ends the claim"
