"""Couriers beside each other, and those that die: nothing is lost, and a comment's order is kept."""

import asyncio
import os
import sys
from collections.abc import Sequence
from itertools import groupby
from typing import Any

from aiohttp import web

from service.clock import unix_ms
from service.store.deliveries import Delivery
from tests.api.calls import GOOD
from tests.running import Running
from tests.workers.courier.hooks import Clock, deliveries, happens, private_client, set_hook, until
from tests.workers.receiving import Receiver
from workers.calling import AT_ONCE
from workers.courier import Courier


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
