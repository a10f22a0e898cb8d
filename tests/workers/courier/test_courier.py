"""What happens on a site comes to its webhooks: signed, in order, again until it is taken."""

import asyncio
import os
import re
import sys
from collections.abc import Iterable, Sequence
from email.utils import formatdate
from functools import partial
from itertools import groupby
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web

from service.clock import unix_ms
from service.comments.lifecycle import decide
from service.comments.model import Entry, Event, State
from service.outgoing.client import OutgoingClient
from service.store import keys
from service.store.deliveries import Delivery, Settled, Taken
from service.store.steps import Step
from tests.api.calls import BETTER, GOOD
from tests.running import Running, running
from tests.store.cluster import cluster
from tests.store.looking import connected
from tests.workers.courier.hooks import Clock, comments, deliveries, happens, private_client, set_hook, until
from tests.workers.receiving import Receiver, receiving
from workers import endpoint, sending
from workers.calling import AT_ONCE
from workers.courier import Courier
from workers.sending import LONGEST_PAUSE_MS, PATIENCE_MS, WAITS_S, retry_after_ms


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


async def test_couriers_beside_each_other_send_everything_once(
    service: Running, receiver: Receiver, clock: Clock
) -> None:
    await set_hook(service, receiver)
    ids = await happens(service, 20)
    await asyncio.gather(*(Courier(service.store, private_client, clock).drain() for _ in range(3)))
    await Courier(service.store, private_client, clock).drain()
    assert len(receiver.messages) == 40
    assert {message.told[0] for message in receiver.messages} == set(ids)


async def test_what_was_in_hand_when_its_process_died_is_sent_by_another(
    service: Running, receiver: Receiver, courier: Courier, clock: Clock
) -> None:
    hook = await set_hook(service, receiver, types=["comment.pending"])
    await service.submit(GOOD)
    hold = service.store.deliveries.take
    receiver.answers(500)
    await courier.drain()
    clock.forward(5)
    taken = await hold("bao", hook["id"], 10, now_ms=clock())
    assert len(taken.deliveries) == 1
    receiver.answers(200)
    clock.forward(19.9)
    await courier.drain()
    assert len(receiver.messages) == 1, "it is in hand"
    clock.forward(0.1)
    await courier.drain()
    assert len(receiver.messages) == 2


async def test_it_goes_on_sending_until_it_is_told_to_stop(service: Running, receiver: Receiver) -> None:
    stop = asyncio.Event()
    working = asyncio.create_task(Courier(service.store, private_client).run(stop))
    hook = await set_hook(service, receiver)
    await happens(service, 2)
    await until(lambda: len(receiver.messages) == 4)
    assert (await service.admin("POST", f"/v1/sites/bao/webhooks/{hook['id']}/test")).status == 202
    await until(lambda: len(receiver.messages) == 5)
    stop.set()
    await asyncio.wait_for(working, 10)


async def test_a_receiver_that_hangs_delays_no_other(service: Running, receiver: Receiver) -> None:
    stop = asyncio.Event()
    async with receiving() as hanging:
        hanging.hangs = asyncio.Event()
        for one in (hanging, receiver):
            await set_hook(service, one, types=["comment.pending"])
        working = asyncio.create_task(Courier(service.store, private_client).run(stop))
        for number in range(20):
            await service.submit(f"Ý kiến số {number} về chuyện này.", thread=f"bai/{number}")
        await until(lambda: len(receiver.messages) == 20)
        assert len(hanging.messages) == AT_ONCE, "its own calls wait for each other"
        hanging.hangs.set()
        await until(lambda: len(hanging.messages) == 20)
        stop.set()
        await asyncio.wait_for(working, 10)


async def test_a_receiver_that_fails_is_spared_and_gets_everything_once_it_is_back(
    service: Running, receiver: Receiver
) -> None:
    stop = asyncio.Event()
    hook = await set_hook(service, receiver, types=["comment.pending"])
    receiver.answers(500)
    working = asyncio.create_task(Courier(service.store, private_client).run(stop))
    for number in range(30):
        await service.submit(f"Ý kiến số {number} về chuyện này.", thread=f"bai/{number}")
    await until(lambda: len(receiver.messages) >= AT_ONCE + 1)
    assert len(receiver.messages) < 15, "once in a second"
    receiver.answers(200)
    await until(lambda: len({message.id for message in receiver.messages}) == 30)
    stop.set()
    await asyncio.wait_for(working, 10)
    assert await deliveries(service, hook, "waiting") == []


async def test_a_rest_is_counted_from_the_last_call_and_puts_off_no_attempt(
    service: Running, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(endpoint, "REST_S", 2)
    monkeypatch.setattr(sending, "WAITS_S", (3, 3))
    rests, rests_before_a_call = 0, []
    sleep = asyncio.sleep

    async def noted(seconds: float) -> None:
        nonlocal rests
        rests += 0.6 < seconds <= 2  # others sleep for other times
        await sleep(seconds)

    def refuse() -> web.Response:
        rests_before_a_call.append(rests)
        return web.Response(status=500)

    await set_hook(service, receiver, types=["comment.pending"])
    receiver.reply = refuse
    await service.submit(GOOD)
    stop = asyncio.Event()
    monkeypatch.setattr(asyncio, "sleep", noted)
    working = asyncio.create_task(Courier(service.store, private_client).run(stop))
    await until(lambda: len(rests_before_a_call) == 2)
    assert rests_before_a_call == [0, 1]
    stop.set()
    await asyncio.wait_for(working, 10)


async def test_what_waited_long_is_taken_and_noted_in_batches(
    service: Running, receiver: Receiver, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Counted by the writes: message by message, what one receiver missed would hold up all others."""
    hook = await set_hook(service, receiver, types=["comment.pending"])
    for number in range(24):
        await service.submit(f"Ý kiến số {number} về chuyện này.", thread=f"bai/{number}")
    clock.forward(3_600)
    taken: list[int] = []
    settle = service.store.deliveries.settle

    async def noted(site: str, hook_id: str, settled: Iterable[Settled], **named: Any) -> Taken:
        of_one_write = list(settled)
        taken.append(len(of_one_write))
        return await settle(site, hook_id, of_one_write, **named)

    monkeypatch.setattr(service.store.deliveries, "settle", noted)
    await Courier(service.store, private_client, clock).drain()
    assert [count for count in taken if count] == [1] * AT_ONCE + [20]
    assert len({message.id for message in receiver.messages}) == 24
    assert await deliveries(service, hook, "waiting") == []


async def test_one_comment_that_cannot_be_read_has_nothing_else_of_its_batch_sent_twice(
    service: Running, receiver: Receiver, courier: Courier, clock: Clock
) -> None:
    await set_hook(service, receiver, types=["comment.pending"])
    ids = [
        (await service.submit(f"Ý kiến số {number} về chuyện này.", thread=f"bai/{number}"))["id"]
        for number in range(16)
    ]
    p = service.store.partitions.of_comment(ids[9])
    await service.store.commands.run("SET", keys.comment(p, "bao", ids[9]), "{")
    for _ in range(3):
        clock.forward(60)
        await courier.drain()
    assert sorted(comments(receiver)) == sorted(set(ids) - {ids[9]})


async def test_a_receiver_that_fails_amid_a_batch_is_left_alone_with_the_rest_of_it(
    service: Running, receiver: Receiver, clock: Clock
) -> None:
    hook = await set_hook(service, receiver, types=["comment.pending"])
    for number in range(24):
        await service.submit(f"Ý kiến số {number} về chuyện này.", thread=f"bai/{number}")
    clock.forward(3_600)
    receiver.reply = lambda: web.Response(status=204 if len(receiver.messages) <= 2 * AT_ONCE else 500)
    courier = Courier(service.store, private_client, clock)
    await courier.drain()
    waiting = await deliveries(service, hook, "waiting")
    assert sorted(one["attempts"] for one in waiting) == [1] * 16, "each was tried once, none twice"
    assert len(receiver.messages) == 24
    receiver.answers(204)
    clock.forward(5)
    await courier.drain()
    assert await deliveries(service, hook, "waiting") == []


async def started(service: Running) -> asyncio.subprocess.Process:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("CODAU_")}
    return await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "workers", "courier"),
        env=kept | {"CODAU_REDIS_URL": service.store.url, "CODAU_WEBHOOK_ALLOW_PRIVATE": "true"},
        stderr=asyncio.subprocess.DEVNULL,
    )


async def test_two_processes_one_of_which_is_killed_lose_nothing(
    service: Running, receiver: Receiver
) -> None:
    """What it had in hand comes again, under the same id."""
    await set_hook(service, receiver)
    one, other = await asyncio.gather(started(service), started(service))
    before = await happens(service, 5)
    await until(lambda: len(receiver.messages) >= 4)
    one.kill()
    await one.wait()
    after = await happens(service, 5)
    wanted = {(comment, f"comment.{kind}") for comment in before + after for kind in ("pending", "published")}
    await until(lambda: {message.told for message in receiver.messages} == wanted)
    assert len({message.id for message in receiver.messages}) == 20
    other.terminate()
    assert await asyncio.wait_for(other.wait(), 10) == 0


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


async def run_by_the_server(service: Running) -> dict[str, int]:
    """How often it has carried out what a courier asked it for."""
    told = (await service.store.commands.run("INFO", "commandstats")).decode()
    found = dict(re.findall(r"cmdstat_(\w+):calls=(\d+)", told))
    return {name: int(found.get(name, 0)) for name in ("evalsha", "hgetall", "smembers")}


async def test_a_message_costs_one_script_before_its_call_and_one_behind_it(
    service: Running, receiver: Receiver
) -> None:
    """Where the disk is written through, everybody waits for whoever writes."""
    ids = [(await service.submit(f"Ý kiến số {number} của tôi."))["id"] for number in range(6)]
    await set_hook(service, receiver)
    stop = asyncio.Event()
    working = asyncio.create_task(Courier(service.store, private_client).run(stop))
    await service.website("DELETE", f"/v1/comments/{ids[0]}")
    await until(lambda: comments(receiver) == ids[:1])
    before = await run_by_the_server(service)
    for number, one in enumerate(ids[1:], 2):
        comment = await service.store.comments.get("bao", one)
        edit = Entry(Event.EDITED, State.PENDING, "Lan", unix_ms(), "k1", text=BETTER)
        assert await service.store.comments.commit(Step(comment, decide(comment, edit)))
        await until(lambda sent=number: len(receiver.messages) == sent)
    stop.set()
    await asyncio.wait_for(working, 10)
    after = await run_by_the_server(service)
    assert after["evalsha"] - before["evalsha"] <= 5 + 2 * 5 + 1, "what was sent first may still be noted"
    assert [after[name] - before[name] for name in ("hgetall", "smembers")] == [0, 0]


async def miss(service: Running, hook: Any, ids: Sequence[str], each: int) -> None:
    """Let some messages of each comment wait, since an hour ago, as if each told of its verdict."""
    at = unix_ms() - 3_600_000
    for number in range(each):
        for place, one in enumerate(ids):
            message = Delivery(f"{at:012x}-{number:04x}-{place:03x}", "comment.pending", one, 2, at + number)
            await service.store.deliveries.add("bao", hook["id"], message, now_ms=at)


async def test_a_process_that_is_killed_amid_a_backlog_loses_nothing_and_keeps_the_order(
    service: Running, receiver: Receiver
) -> None:
    """Of the batch that it had in hand messages come twice, but none behind a later one of its comment."""
    ids = [(await service.submit(f"Ý kiến số {number} của tôi."))["id"] for number in range(12)]
    hook = await set_hook(service, receiver)
    await miss(service, hook, ids, 5)

    def stalls_amid_a_batch() -> web.Response:
        if len(receiver.messages) == AT_ONCE + len(ids) + len(ids) // 2:
            receiver.hangs = asyncio.Event()
        return web.Response(status=204)

    receiver.reply = stalls_amid_a_batch
    one = await started(service)
    await until(lambda: receiver.hangs is not None)
    one.kill()
    await one.wait()
    stalled, receiver.hangs = receiver.hangs, None
    assert stalled is not None
    stalled.set()
    await Courier(service.store, private_client, lambda: unix_ms() + 60_000).drain()
    for comment in ids:
        came = [message.id for message in receiver.messages if message.told[0] == comment]
        assert [first for first, _ in groupby(came)] == sorted(set(came))
        assert len(set(came)) == 5
    assert len(receiver.messages) > 5 * len(ids), "what was in hand came twice"
    assert await deliveries(service, hook, "waiting") == []


async def test_all_partitions_are_followed_on_a_cluster(receiver: Receiver, tmp_path: Path) -> None:
    with cluster(tmp_path) as url:
        async with running(url, webhook_allow_private=True) as service:
            await set_hook(service, receiver, types=["comment.published"])
            ids = await happens(service, 14)
            await Courier(service.store, private_client).drain()
            assert {message.told[0] for message in receiver.messages} == set(ids)
            assert len(receiver.messages) == 14


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
