"""What happens on a site comes to its webhooks: signed, in order, again until it is taken."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from service.outgoing.client import OutgoingClient
from tests.api.calls import BETTER, GOOD
from tests.running import Running, running
from tests.workers.receiving import Receiver, receiving
from workers.courier import Courier
from workers.sending import WAITS_S


class Clock:
    """A clock that a test moves."""

    def __init__(self) -> None:
        self.ms = 1_795_323_600_000

    def __call__(self) -> int:
        return self.ms

    def forward(self, seconds: float) -> None:
        self.ms += round(seconds * 1000)


@pytest.fixture
async def service(redis_url: str) -> AsyncIterator[Running]:
    async with running(redis_url, webhook_allow_private=True) as made:
        yield made


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    async with receiving() as made:
        yield made


@pytest.fixture
def clock() -> Clock:
    return Clock()


def private_client() -> OutgoingClient:
    return OutgoingClient(allow_private=True)


@pytest.fixture
def courier(service: Running, clock: Clock) -> Courier:
    return Courier(service.store, private_client, clock)


async def set_hook(service: Running, receiver: Receiver, site: str = "bao", **fields: Any) -> Any:
    document = {"url": receiver.url} | fields
    made = await service.admin("POST", f"/v1/sites/{site}/webhooks", json=document)
    assert made.status == 201, made.text
    return made.json


async def deliveries(service: Running, hook: Any, state: str) -> Any:
    path = f"/v1/sites/bao/webhooks/{hook['id']}/deliveries?state={state}"
    return (await service.admin("GET", path)).json["deliveries"]


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


async def test_a_failure_is_tried_again_after_5_s_and_holds_up_its_comment_alone(
    service: Running, receiver: Receiver, courier: Courier, clock: Clock
) -> None:
    hook = await set_hook(service, receiver)
    receiver.answers(500)
    first, second = await service.publish(GOOD), await service.submit(BETTER)
    await courier.drain()
    assert {message.told for message in receiver.messages} == {
        (first["id"], "comment.pending"),
        (second["id"], "comment.pending"),
    }
    waiting = await deliveries(service, hook, "waiting")
    assert sorted((one["attempts"], one["error"]) for one in waiting if one["attempts"]) == [
        (1, "status"),
        (1, "status"),
    ]
    receiver.answers(200)
    clock.forward(4.9)
    await courier.drain()
    assert len(receiver.messages) == 2
    clock.forward(0.1)
    await courier.drain()
    again = [message for message in receiver.messages[2:] if message.told[0] == first["id"]]
    assert [message.told[1] for message in again] == ["comment.pending", "comment.published"]
    assert again[0].id in {message.id for message in receiver.messages[:2]}
    assert await deliveries(service, hook, "waiting") == []


async def test_after_three_days_a_delivery_is_dead_and_can_be_sent_again(
    service: Running, receiver: Receiver, courier: Courier, clock: Clock
) -> None:
    hook = await set_hook(service, receiver, types=["comment.pending"])
    receiver.answers(503)
    await service.submit(GOOD)
    await courier.drain()
    for wait_s in WAITS_S:
        clock.forward(wait_s)
        await courier.drain()
    assert len(receiver.messages) == len(WAITS_S) + 1
    assert len({message.id for message in receiver.messages}) == 1
    assert await deliveries(service, hook, "waiting") == []
    [dead] = await deliveries(service, hook, "dead")
    assert dead["attempts"] == 13
    receiver.answers(200)
    path = f"/v1/sites/bao/webhooks/{hook['id']}/deliveries/{dead['id']}/resend"
    assert (await service.admin("POST", path)).status == 202
    clock.forward(60)
    await courier.drain()
    assert receiver.messages[-1].id == dead["id"]
    assert await deliveries(service, hook, "dead") == []
    assert [one["id"] for one in await deliveries(service, hook, "done")] == [dead["id"]]


def test_the_schedule_begins_with_5_s_grows_and_ends_after_three_days() -> None:
    assert WAITS_S[0] == 5
    assert list(WAITS_S) == sorted(set(WAITS_S))
    assert 72 * 3_600 <= sum(WAITS_S) <= 73 * 3_600
