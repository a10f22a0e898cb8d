"""A moderator in front of the page: the real service, a real browser, signed in with the site's real keys."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import pytest_asyncio
from playwright.async_api import Locator, Page, expect

from tests.browsing import Pages, chromium
from tests.running import Caller, Running, running

READER = {"name": "Hà My", "id": "u-1"}


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def pages() -> AsyncIterator[Pages]:
    async with chromium() as opened:
        yield opened


@dataclass
class Desk:
    """A page on the queue."""

    page: Page

    @property
    def cards(self) -> Locator:
        return self.page.locator("article.card")

    @property
    def current(self) -> Locator:
        """The comment that is being read."""
        return self.page.locator("article[data-current]")

    async def reads(self, text: str) -> None:
        """Wait until the comment being read says this, and has the focus."""
        await expect(self.current.locator(".body")).to_contain_text(text)
        await expect(self.current).to_be_focused()

    async def place(self) -> int:
        """How far below the top of the screen the comment being read begins, in pixels."""
        top: float = await self.page.evaluate(
            "document.querySelector('article[data-current]').getBoundingClientRect().top"
        )
        return round(top)

    async def press(self, *keys: str) -> None:
        for key in keys:
            await self.page.keyboard.press(key)


@dataclass
class Newsroom:
    """The service, and moderators' pages on it."""

    service: Running
    pages: Pages
    url: str

    @asynccontextmanager
    async def page(self, *, width: int = 1280, **context: Any) -> AsyncIterator[Desk]:
        """A page that nobody has signed in on; fails where it does what it must not."""
        async with self.pages.page(self.url, width=width, **context) as page:
            await page.goto(f"{self.url}/moderate")
            yield Desk(page)

    @asynccontextmanager
    async def desk(self, who: Caller | None = None, **context: Any) -> AsyncIterator[Desk]:
        """A page on the queue, signed in as the moderator or somebody else."""
        async with self.page(**context) as desk:
            await sign_in(desk.page, (who or self.service.moderator).key or "")
            await expect(desk.page.locator(".feed")).to_have_attribute("aria-busy", "false")
            yield desk

    async def state_of(self, comment: Any) -> str:
        answer = await self.service.moderator("GET", f"/v1/comments/{comment['id']}")
        state: str = answer.json["state"]
        return state

    async def becomes(self, comment: Any, state: str) -> Any:
        """Wait until a comment is in a state, for the page decides before the service has answered."""
        async with asyncio.timeout(30):
            while True:
                answer = await self.service.moderator("GET", f"/v1/comments/{comment['id']}")
                if answer.json["state"] == state:
                    return answer.json
                await asyncio.sleep(0.02)


async def sign_in(page: Page, key: str) -> None:
    await page.get_by_label("Khóa kiểm duyệt").fill(key)
    await page.get_by_role("button", name="Đăng nhập").click()
    await expect(page.get_by_role("navigation")).to_be_visible()


@pytest_asyncio.fixture(loop_scope="module")
async def newsroom(redis_url: str, pages: Pages) -> AsyncIterator[Newsroom]:
    """The whole service, empty, in the browser's event loop."""
    async with running(redis_url) as service:
        url = str(service.moderator.http.make_url("")).rstrip("/")
        yield Newsroom(service, pages, url)
