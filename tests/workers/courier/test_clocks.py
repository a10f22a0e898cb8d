"""Clocks that jump: what is put off is not forgotten, and nothing is called twice at a time."""

import asyncio
from typing import Any

import pytest

from tests.api.calls import GOOD
from tests.running import Running
from tests.workers.courier.hooks import Clock, deliveries, private_client, set_hook, until
from tests.workers.receiving import Receiver
from workers.courier import Courier

DAY_S = 86_400


@pytest.mark.parametrize("headers", [{}, {"Retry_After": "600"}], ids=["put off", "asked to pause"])
async def test_what_was_put_off_is_sent_when_the_clock_has_gone_back(
    service: Running, receiver: Receiver, headers: dict[str, str]
) -> None:
    clock = Clock()
    courier = Courier(service.store, private_client, clock)
    hook = await set_hook(service, receiver, types=["comment.pending"])
    await service.submit(GOOD)
    clock.forward(DAY_S)
    receiver.answers(503, **headers)
    await courier.drain()
    assert len(receiver.messages) == 1
    receiver.answers(204)
    await courier.drain()
    assert len(receiver.messages) == 1, "it is put off"
    clock.forward(-DAY_S)
    await courier.drain()
    assert [one["state"] for one in await deliveries(service, hook, "done")] == ["done"]
    assert len(receiver.messages) == 2


async def test_what_is_put_off_stays_so_where_two_clocks_are_a_little_apart(
    service: Running, receiver: Receiver
) -> None:
    clock = Clock()
    await set_hook(service, receiver, types=["comment.pending"])
    await service.submit(GOOD)
    receiver.answers(503)
    await Courier(service.store, private_client, clock).drain()
    clock.forward(-30)
    await Courier(service.store, private_client, clock).drain()
    assert len(receiver.messages) == 1


async def test_what_is_being_called_is_not_called_again_when_the_clock_jumps_ahead(
    service: Running, receiver: Receiver
) -> None:
    clock, stop = Clock(), asyncio.Event()
    hook = await set_hook(service, receiver, types=["comment.pending"])
    working = asyncio.create_task(Courier(service.store, private_client, clock).run(stop))
    receiver.hangs = asyncio.Event()
    first = await service.submit(GOOD)
    await until(lambda: receiver.messages)
    clock.forward(DAY_S)  # by that clock nobody holds it any more
    second = await service.submit(f"{GOOD} Thật đấy.", thread="b")
    await in_state(service, hook, "waiting", 2)
    receiver.hangs.set()
    await in_state(service, hook, "done", 2)
    assert [message.told[0] for message in receiver.messages] == [first["id"], second["id"]]
    stop.set()
    await working


async def in_state(service: Running, hook: Any, state: str, count: int) -> None:
    """Wait until so many deliveries are in a state."""
    async with asyncio.timeout(60):
        while len(await deliveries(service, hook, state)) < count:  # noqa: ASYNC110 - the courier tells nobody
            await asyncio.sleep(0.02)
