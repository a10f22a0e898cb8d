"""What a receiver does not take comes again: in order, after a while, for three days."""

import asyncio
from email.utils import formatdate
from functools import partial

import pytest

from service.clock import unix_ms
from service.outgoing.client import OutgoingClient
from tests.api.calls import BETTER, GOOD
from tests.running import Running
from tests.workers.courier.hooks import Clock, deliveries, happens, set_hook
from tests.workers.receiving import Receiver, receiving
from workers.courier import Courier
from workers.sending import LONGEST_PAUSE_MS, PATIENCE_MS, WAITS_S, retry_after_ms


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


async def test_what_nobody_came_to_for_four_days_is_dead_and_can_be_sent_again(
    service: Running, receiver: Receiver, courier: Courier, clock: Clock
) -> None:
    hook = await set_hook(service, receiver, types=["comment.pending"])
    await service.submit(GOOD)
    clock.ms = unix_ms() + PATIENCE_MS + 1
    await courier.drain()
    assert receiver.messages == []
    [dead] = await deliveries(service, hook, "dead")
    assert (dead["error"], dead["attempts"]) == ("expired", 0)
    path = f"/v1/sites/bao/webhooks/{hook['id']}/deliveries/{dead['id']}/resend"
    assert (await service.admin("POST", path)).status == 202
    await courier.drain()
    assert [message.id for message in receiver.messages] == [dead["id"]]


def test_the_schedule_begins_with_5_s_grows_and_ends_after_three_days() -> None:
    assert WAITS_S[0] == 5
    assert list(WAITS_S) == sorted(set(WAITS_S))
    assert 72 * 3_600 <= sum(WAITS_S) <= 73 * 3_600


async def test_one_success_makes_everything_due_that_waits(
    service: Running, receiver: Receiver, courier: Courier, clock: Clock
) -> None:
    hook = await set_hook(service, receiver, types=["comment.pending"])
    receiver.answers(500)
    for number in range(8):
        await service.submit(f"Ý kiến thứ {number} của tôi về bài này.", thread=f"bai/{number}")
    await courier.drain()
    for wait_s in WAITS_S[:4]:
        clock.forward(wait_s)
        await courier.drain()
    receiver.answers(200)
    receiver.messages.clear()
    assert {one["attempts"] for one in await deliveries(service, hook, "waiting")} == {5}
    await service.submit("Đã có người sửa máy chủ rồi chứ?", thread="bai/moi")
    await courier.drain()
    assert len(receiver.messages) == 9, "45 minutes before the next attempt would have been"
    assert await deliveries(service, hook, "waiting") == []


@pytest.mark.parametrize("by_date", [False, True])
async def test_retry_after_is_honoured_for_all_of_a_receiver(
    service: Running, receiver: Receiver, courier: Courier, clock: Clock, by_date: bool
) -> None:
    after = formatdate(clock.ms / 1000 + 600, usegmt=True) if by_date else "600"
    hook = await set_hook(service, receiver, types=["comment.pending"])
    receiver.answers(429, Retry_After=after)
    await service.submit(GOOD)
    await courier.drain()
    receiver.answers(200)
    await service.submit("Một ý kiến khác hẳn về chuyện này.", thread="khac")
    clock.forward(599)
    await courier.drain()
    assert len(receiver.messages) == 1
    clock.forward(1)
    await courier.drain()
    assert len(receiver.messages) == 3
    assert await deliveries(service, hook, "waiting") == []


@pytest.mark.parametrize(
    ("value", "wait_ms"),
    [
        (None, None),
        ("", None),
        ("abc", None),
        ("-5", None),
        ("1.5", None),
        ("0", None),
        ("7", 7_000),
        ("99999999999999999999", LONGEST_PAUSE_MS),
        ("Thu, 01 Jan 1970 00:00:30 GMT", 20_000),
        ("Thu, 01 Jan 1970 00:00:05 GMT", None),
        ("Fri, 31 Dec 9999 23:59:59 GMT", LONGEST_PAUSE_MS),
    ],
)
def test_retry_after_is_seconds_or_a_date_and_a_day_at_most(value: str | None, wait_ms: int | None) -> None:
    assert retry_after_ms(value, 10_000) == wait_ms


async def test_410_switches_off_and_what_waits_is_sent_when_it_is_switched_on(
    service: Running, receiver: Receiver, courier: Courier, clock: Clock
) -> None:
    hook = await set_hook(service, receiver, types=["comment.pending"])
    path = f"/v1/sites/bao/webhooks/{hook['id']}"
    receiver.answers(410)
    await service.submit(GOOD)
    await courier.drain()
    [off] = (await service.admin("GET", "/v1/sites/bao/webhooks")).json["webhooks"]
    assert (off["active"], off["gone"]) == (False, True)
    receiver.answers(200)
    clock.forward(86_400)
    await service.submit("Chuyện xảy ra trong lúc đã tắt.", thread="khac")
    await courier.drain()
    assert len(receiver.messages) == 1
    on = (await service.admin("PATCH", path, json={"active": True})).json
    assert (on["active"], on["gone"]) == (True, False)
    await courier.drain()
    assert len(receiver.messages) == 2
    assert receiver.messages[0].id == receiver.messages[1].id, "what happened while it was off is not told"


async def test_a_redirect_is_a_failure_and_not_followed(
    service: Running, receiver: Receiver, courier: Courier
) -> None:
    hook = await set_hook(service, receiver, types=["comment.pending"])
    receiver.answers(302, Location=receiver.url)
    await service.submit(GOOD)
    await courier.drain()
    assert len(receiver.messages) == 1
    [waiting] = await deliveries(service, hook, "waiting")
    assert (waiting["status"], waiting["error"], waiting["attempts"]) == (302, "redirect", 1)


async def test_an_address_that_is_no_longer_public_is_not_called(
    service: Running, receiver: Receiver, clock: Clock
) -> None:
    hook = await set_hook(service, receiver, types=["comment.pending"])
    await service.submit(GOOD)
    await Courier(service.store, OutgoingClient, clock).drain()
    assert receiver.messages == []
    [waiting] = await deliveries(service, hook, "waiting")
    assert waiting["error"] == "not_public"


@pytest.mark.parametrize("how", ["fails", "hangs", "refuses"])
async def test_a_receiver_that_was_down_for_an_hour_gets_everything_in_order(
    service: Running, receiver: Receiver, clock: Clock, how: str
) -> None:
    """And another, that was well all the time, has everything by then."""
    client = partial(OutgoingClient, allow_private=True, deadline_s=0.5)
    courier, ids = Courier(service.store, client, clock), list[str]()
    async with receiving(listening=how != "refuses") as down:
        hook, _ = [await set_hook(service, one) for one in (down, receiver)]
        down.hangs = asyncio.Event() if how == "hangs" else None
        down.answers(503 if how == "fails" else 204)
        for _ in range(4):
            ids += await happens(service, 2)
            await courier.drain()
            clock.forward(900)
        everything = {one: ["comment.pending", "comment.published"] for one in ids}
        assert told(receiver) == everything
        assert len(await deliveries(service, hook, "waiting")) == 16
        await comes_back(down, how)
        clock.forward(3_600)
        await courier.drain()
        assert told(down) == everything
        assert await deliveries(service, hook, "waiting") == []


async def comes_back(down: Receiver, how: str) -> None:
    down.messages.clear()
    if down.hangs is not None:
        down.hangs.set()
    if how == "refuses":
        await down.listen()
    down.answers(204)


def told(receiver: Receiver) -> dict[str, list[str]]:
    """What came, by comment."""
    found: dict[str, list[str]] = {}
    for message in receiver.messages:
        found.setdefault(message.told[0], []).append(message.told[1])
    return found


async def test_messages_are_taken_off_the_queue_when_the_store_is_full(
    service: Running, receiver: Receiver, courier: Courier, clock: Clock
) -> None:
    """What could not be noted as done would be sent again and again."""
    hook = await set_hook(service, receiver)
    receiver.answers(500)
    await service.submit(GOOD)
    await courier.drain()
    receiver.answers(200)
    clock.forward(5)
    await service.store.commands.run("CONFIG", "SET", "maxmemory", 1)
    try:
        async with courier._sending() as sender:
            await courier._endpoint(sender, ("bao", hook["id"])).drain()
    finally:
        await service.store.commands.run("CONFIG", "SET", "maxmemory", 0)
    assert len(receiver.messages) == 2
    assert await deliveries(service, hook, "waiting") == []
