"""What the courier's tests share: its clock, webhooks that are set, comments, and what came of them."""

import asyncio
from typing import Any

from service.clock import unix_ms
from service.outgoing.client import OutgoingClient
from tests.running import Running
from tests.workers.receiving import Receiver


class Clock:
    """A clock that a test moves."""

    def __init__(self) -> None:
        self.ms = unix_ms() // 1000 * 1000

    def __call__(self) -> int:
        return self.ms

    def forward(self, seconds: float) -> None:
        self.ms += round(seconds * 1000)


def private_client() -> OutgoingClient:
    return OutgoingClient(allow_private=True)


async def set_hook(service: Running, receiver: Receiver, site: str = "bao", **fields: Any) -> Any:
    document = {"url": receiver.url} | fields
    made = await service.admin("POST", f"/v1/sites/{site}/webhooks", json=document)
    assert made.status == 201, made.text
    return made.json


async def deliveries(service: Running, hook: Any, state: str) -> Any:
    path = f"/v1/sites/bao/webhooks/{hook['id']}/deliveries?state={state}"
    return (await service.admin("GET", path)).json["deliveries"]


async def happens(service: Running, count: int) -> list[str]:
    """Comments that are published; returns their ids."""
    made = [
        await service.publish(f"Ý kiến số {number}: tôi rất đồng tình.", thread=f"bai/{number % 7}")
        for number in range(count)
    ]
    return [comment["id"] for comment in made]


async def until(holds: Any) -> None:
    """Wait until something holds."""
    async with asyncio.timeout(60):
        while not holds():  # noqa: ASYNC110 - receivers tell nothing
            await asyncio.sleep(0.005)


def comments(receiver: Receiver) -> list[str]:
    """What the messages that came are about."""
    return [message.told[0] for message in receiver.messages]
