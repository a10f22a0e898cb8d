"""A long queue on one page: worked through with no reload, however often more of it has to be read."""

import asyncio
from typing import Any

import pytest
from playwright.async_api import expect

from tests.browsing import needs_chromium
from tests.pages.conftest import Newsroom

pytestmark = [pytest.mark.asyncio(loop_scope="module"), needs_chromium]

WAITING = 160
"""More than three times what the page reads at once, and eight times what it shows."""
THINGS = ["sông", "núi", "ruộng", "phố", "chợ", "lớp", "sách", "đèn", "biển", "vườn"]


def body(number: int) -> str:
    """Texts that no check takes for one another."""
    first, second, third = (THINGS[number // 10**place % 10] for place in range(3))
    return f"Tôi nhớ {first}, nhớ {second} và nhớ cả {third} của quê mình."


async def submit_many(newsroom: Newsroom, count: int) -> None:
    service = newsroom.service

    async def submit(number: int) -> None:
        document: Any = {"thread": f"bai/{number % 7}", "body": body(number), "author": {"name": "Hà My"}}
        answer = await service.website("POST", "/v1/comments", json=document)
        assert answer.status == 202, answer.text

    for start in range(0, count, 50):
        await asyncio.gather(*(submit(number) for number in range(start, min(count, start + 50))))
    await so_many_wait(newsroom, count)


async def so_many_wait(newsroom: Newsroom, count: int) -> None:
    """Wait until the queue has that length."""
    async with asyncio.timeout(60 + count / 20):
        while True:
            answer = await newsroom.service.moderator("GET", "/v1/queue?limit=1")
            if answer.json["total"] == count:
                return
            await asyncio.sleep(0.1)


async def test_a_long_queue_is_worked_through_with_no_reload(newsroom: Newsroom) -> None:
    await submit_many(newsroom, WAITING)
    async with newsroom.desk() as desk:
        await expect(desk.current).to_be_focused()
        loads = 0

        def loaded(_: object) -> None:
            nonlocal loads
            loads += 1

        desk.page.on("load", loaded)
        seen: set[str | None] = set()
        for _ in range(WAITING):
            seen.add(await desk.current.get_attribute("data-id", timeout=30_000))
            assert await desk.cards.count() <= 20
            await desk.press("a")
        await expect(desk.page.get_by_role("heading", name="Không còn bình luận")).to_be_visible()
        assert len(seen) == WAITING
        assert loads == 0
    await so_many_wait(newsroom, 0)
