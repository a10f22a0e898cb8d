"""Debian's Chromium for tests, and a watch over what a page in it must not do."""

import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest
from playwright.async_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Dialog,
    Page,
    Request,
    async_playwright,
    expect,
)

CHROMIUM = shutil.which("chromium")
FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]
needs_chromium = pytest.mark.skipif(CHROMIUM is None, reason="needs Chromium: apt-get install chromium")
expect.set_options(timeout=30_000)  # ms; machines that run tests are busy

_TELL_VIOLATIONS = """
document.addEventListener("securitypolicyviolation", (event) =>
  console.error("Content Security Policy:", event.violatedDirective, event.blockedURI, event.sample));
"""


@dataclass(eq=False)
class Watched:
    """A page, and what it did that it must not do since it was handed out.

    Those are: errors of its scripts, dialogs, reports of its Content-Security-Policy, and asking anybody
    else than `own_url` for anything.
    """

    page: Page
    own_url: str = ""
    complaints: list[str] = field(default_factory=list)

    @classmethod
    async def opened(cls, context: BrowserContext) -> "Watched":
        await context.add_init_script(_TELL_VIOLATIONS)
        watched = cls(await context.new_page())
        context.on("request", watched._asked)
        watched.page.on("pageerror", lambda error: watched.complaints.append(str(error)))
        watched.page.on("console", watched._told)
        watched.page.on("dialog", watched._dismissed)
        return watched

    async def forget(self) -> None:
        """Leave the site: its cookies, what it kept, and what a test put between it and its server."""
        context = self.page.context
        await self.page.goto("about:blank")
        await self.page.mouse.move(0, 0)
        await self.page.unroute_all(behavior="ignoreErrors")
        await context.clear_cookies()
        devtools = await context.new_cdp_session(self.page)
        await devtools.send("Storage.clearDataForOrigin", {"origin": self.own_url, "storageTypes": "all"})
        await devtools.detach()

    def _asked(self, request: Request) -> None:
        if not request.url.startswith(self.own_url):
            self.complaints.append(f"asked {request.url}")

    def _told(self, line: ConsoleMessage) -> None:
        if "Content Security" in line.text:
            self.complaints.append(line.text)

    async def _dismissed(self, dialog: Dialog) -> None:
        self.complaints.append("opened a dialog")
        await dialog.dismiss()


class Pages:
    """The pages of a browser. One that a test is done with is handed out again, empty.

    A new one has a process of its own, which costs more than what most tests do with it.
    """

    def __init__(self, browser: Browser) -> None:
        self._browser = browser
        self._free: dict[str, list[Watched]] = {}

    @asynccontextmanager
    async def page(
        self, own_url: str, *, width: int = 1280, again: bool = True, **context: Any
    ) -> AsyncIterator[Page]:
        """A page that nobody has used, on `about:blank`; fails where it did what it must not.

        Args:
            own_url: what it may ask.
            width: of the screen, in CSS pixels; it is 800 high.
            again: False where the test leaves something that `Watched.forget` does not undo, such as a clock.
            context: what Playwright's `new_context` takes.
        """
        free = self._free.setdefault(repr(sorted(context.items())), [])
        watched = free.pop() if free and again else await self._opened(context)
        watched.own_url, watched.complaints = own_url, []
        try:
            await watched.page.set_viewport_size({"width": width, "height": 800})
            yield watched.page
            assert watched.complaints == []
            if again:
                await watched.forget()
                free.append(watched)
        finally:
            if watched not in free:
                await watched.page.context.close()

    async def _opened(self, context: Any) -> Watched:
        return await Watched.opened(await self._browser.new_context(**context))


@asynccontextmanager
async def chromium() -> AsyncIterator[Pages]:
    """A browser."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield Pages(browser)
        await browser.close()


async def no_wider_than_the_screen(page: Page) -> bool:
    """Whether nothing makes the page scroll sideways."""
    fits: bool = await page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    return fits
