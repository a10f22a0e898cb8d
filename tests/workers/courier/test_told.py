"""What webhooks are told of: what happens on their site from then on, signed, and as it stands now."""

import asyncio
from pathlib import Path
from typing import Any

from aiohttp import web

from service.store import keys
from tests.api.calls import BETTER, GOOD
from tests.running import Running, running
from tests.store.cluster import cluster
from tests.store.looking import connected
from tests.workers.courier.hooks import Clock, comments, deliveries, happens, private_client, set_hook, until
from tests.workers.receiving import Receiver, receiving
from workers.courier import Courier


async def test_what_happens_is_told_signed_and_once(
    service: Running, receiver: Receiver, courier: Courier
) -> None:
    hook = await set_hook(service, receiver)
    comment = await service.publish(GOOD, author={"name": "Minh Anh", "email": "a@thu.example"})
    await courier.drain()
    assert [message.told for message in receiver.messages] == [
        (comment["id"], "comment.pending"),
        (comment["id"], "comment.published"),
    ]
    last = receiver.messages[-1]
    assert last.signed_by(hook["secret"])
    assert last.headers["Content-Type"] == "application/json"
    assert last.document["data"] == (await service.website("GET", f"/v1/comments/{comment['id']}")).json
    assert last.document["timestamp"] == last.document["data"]["updated_at"]
    assert b"a@thu.example" not in last.body
    await courier.drain()
    assert len(receiver.messages) == 2
    done = await deliveries(service, hook, "done")
    assert [(one["state"], one["status"], one["attempts"]) for one in done] == [("done", 204, 1)] * 2


async def test_every_step_sends_the_type_of_the_state_it_leads_to(
    service: Running, receiver: Receiver, courier: Courier
) -> None:
    await set_hook(service, receiver)
    comment = await service.submit(GOOD)
    comment = await service.decide(comment, "edit", body=BETTER)
    comment = await service.decide(comment, "reject", reason="off_topic")
    comment = await service.decide(comment, "reopen")
    comment = await service.decide(comment, "approve")
    await service.moderator("POST", f"/v1/comments/{comment['id']}/undo", json={})
    await service.website("DELETE", f"/v1/comments/{comment['id']}")
    await courier.drain()
    kinds = ["pending", "updated", "rejected", "pending", "published", "pending", "erased"]
    assert [message.told[1] for message in receiver.messages] == [f"comment.{kind}" for kind in kinds]
    assert len({message.id for message in receiver.messages}) == 7


async def test_what_happened_before_a_webhook_was_set_is_not_told(
    service: Running, receiver: Receiver, courier: Courier
) -> None:
    await service.publish(GOOD)
    await set_hook(service, receiver)
    await courier.drain()
    assert receiver.messages == []


async def test_sites_hear_of_nothing_but_their_own(
    service: Running, receiver: Receiver, courier: Courier
) -> None:
    await set_hook(service, receiver, site="khac")
    await service.publish(GOOD)
    await courier.drain()
    assert receiver.messages == []
    assert await service.store.commands.run("KEYS", "codau:{hooks:bao}*") == []


async def test_a_late_delivery_never_brings_back_what_was_taken_down_or_erased(
    service: Running, receiver: Receiver, courier: Courier, clock: Clock
) -> None:
    await set_hook(service, receiver, types=["comment.published"])
    receiver.answers(500)
    taken_down, erased = await service.publish(GOOD), await service.publish(BETTER, thread="khac")
    await courier.drain()
    await service.decide(taken_down, "reject", reason="offensive")
    await service.website("DELETE", f"/v1/comments/{erased['id']}")
    receiver.answers(200)
    receiver.messages.clear()
    clock.forward(5)
    await courier.drain()
    data = {message.document["data"]["id"]: message.document["data"] for message in receiver.messages}
    assert data[taken_down["id"]]["state"] == "rejected"
    assert data[taken_down["id"]]["version"] > taken_down["version"]
    assert (data[erased["id"]]["state"], data[erased["id"]]["body"]) == ("erased", None)
    assert data[erased["id"]]["author"] == {"name": None, "id": None}


async def test_a_webhook_is_served_as_it_was_changed_from_the_next_event_on(
    service: Running, receiver: Receiver
) -> None:
    """Though the process keeps webhooks in memory."""
    stop = asyncio.Event()
    working = asyncio.create_task(Courier(service.store, private_client).run(stop))
    async with receiving() as other:
        hook = await set_hook(service, receiver, types=["comment.pending"])
        path = f"/v1/sites/bao/webhooks/{hook['id']}"
        first = (await service.submit(GOOD))["id"]
        await until(lambda: comments(receiver) == [first])
        await set_hook(service, other, types=["comment.pending"])
        await service.admin("PATCH", path, json={"active": False})
        second = (await service.submit(BETTER))["id"]
        await until(lambda: comments(other) == [second])
        assert await deliveries(service, hook, "waiting") == []
        await service.admin("PATCH", path, json={"active": True})
        third = (await service.submit("Chuyện này đã được sửa từ hôm qua rồi.", thread="khac"))["id"]
        await until(lambda: comments(receiver) == [first, third])
        stop.set()
        await asyncio.wait_for(working, 10)


async def test_all_partitions_are_followed_on_a_cluster(receiver: Receiver, tmp_path: Path) -> None:
    with cluster(tmp_path) as url:
        async with running(url, webhook_allow_private=True) as service:
            await set_hook(service, receiver, types=["comment.published"])
            ids = await happens(service, 14)
            await Courier(service.store, private_client).drain()
            assert {message.told[0] for message in receiver.messages} == set(ids)
            assert len(receiver.messages) == 14


async def test_events_that_come_again_are_not_sent_again(
    service: Running, receiver: Receiver, courier: Courier
) -> None:
    """Whoever died after enqueuing and before noting how far it was begins again at the beginning."""
    await set_hook(service, receiver)
    await happens(service, 6)
    for _ in range(3):
        await courier.drain()
        await service.store.commands.run("DEL", keys.HOOKS_READ)
    assert len(receiver.messages) == 12


def contents(client: Any, name: bytes) -> list[bytes]:
    kind = client.type(name)
    if kind == b"hash":
        return [part for pair in client.hgetall(name).items() for part in pair]
    if kind == b"zset":
        return list(client.zrange(name, 0, -1))
    return list(client.smembers(name)) if kind == b"set" else [client.get(name)]


async def test_what_waits_or_is_dead_holds_no_text(
    service: Running, receiver: Receiver, courier: Courier, redis_url: str
) -> None:
    await set_hook(service, receiver)
    receiver.reply = lambda: web.Response(status=500, text=GOOD)
    await service.publish(GOOD, author={"name": "Nguyễn Thị Bưởi"})
    await courier.drain()
    with connected(redis_url) as client:
        kept = b" ".join(
            part for name in client.scan_iter("codau:{hooks*") for part in contents(client, name)
        )
    assert b"comment.pending" in kept
    assert GOOD.encode()[:12] not in kept
    assert "Bưởi".encode() not in kept
