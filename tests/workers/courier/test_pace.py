"""How much a courier does at a time: a slow receiver holds up no other, a failing one is spared."""

import asyncio
import re
from collections.abc import Iterable
from typing import Any

import pytest
from aiohttp import web

from service.clock import unix_ms
from service.comments.lifecycle import decide
from service.comments.model import Entry, Event, State
from service.store import keys
from service.store.deliveries import Settled, Taken
from service.store.steps import Step
from tests.api.calls import BETTER, GOOD
from tests.running import Running
from tests.workers.courier.hooks import Clock, comments, deliveries, happens, private_client, set_hook, until
from tests.workers.receiving import Receiver, receiving
from workers import calling, endpoint, sending
from workers.calling import AT_ONCE
from workers.courier import Courier


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
    monkeypatch.setattr(calling, "FAILS_FROM", 1)
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


def noting(service: Running, monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many messages are noted in each write from now on; those that note none are left out."""
    taken: list[int] = []
    settle = service.store.deliveries.settle

    async def noted(site: str, hook_id: str, settled: Iterable[Settled], **named: Any) -> Taken:
        of_one_write = list(settled)
        taken.extend([len(of_one_write)] if of_one_write else [])
        return await settle(site, hook_id, of_one_write, **named)

    monkeypatch.setattr(service.store.deliveries, "settle", noted)
    return taken


async def test_what_waited_long_is_taken_and_noted_in_batches(
    service: Running, receiver: Receiver, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Counted by the writes: message by message, what one receiver missed would hold up all others."""
    hook = await set_hook(service, receiver, types=["comment.pending"])
    for number in range(24):
        await service.submit(f"Ý kiến số {number} về chuyện này.", thread=f"bai/{number}")
    clock.forward(3_600)
    taken = noting(service, monkeypatch)
    await Courier(service.store, private_client, clock).drain()
    assert taken == [1] * AT_ONCE + [20]
    assert len({message.id for message in receiver.messages}) == 24
    assert await deliveries(service, hook, "waiting") == []


async def test_a_call_that_fails_now_and_then_holds_up_nothing_else(
    service: Running, receiver: Receiver, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    await set_hook(service, receiver, types=["comment.pending"])
    for number in range(24):
        await service.submit(f"Ý kiến số {number} về chuyện này.", thread=f"bai/{number}")
    clock.forward(3_600)
    taken = noting(service, monkeypatch)
    receiver.reply = lambda: web.Response(status=500 if len(receiver.messages) % 8 == 0 else 204)
    await Courier(service.store, private_client, clock).drain()
    assert taken[: AT_ONCE + 1] == [1] * AT_ONCE + [20]
    assert len({message.id for message in receiver.messages[:24]}) == 24


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


async def run_by_the_server(service: Running) -> dict[str, int]:
    """How often it has carried out what a courier asked it for."""
    told = (await service.store.commands.run("INFO", "commandstats")).decode()
    found = dict(re.findall(r"cmdstat_(\w+):calls=(\d+)", told))
    return {name: int(found.get(name, 0)) for name in ("evalsha", "hgetall", "smembers")}


@pytest.mark.one_server
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
