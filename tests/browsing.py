"""Debian's Chromium for tests, and a watch over what a page in it must not do."""

import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from playwright.async_api import Browser, BrowserContext, Page, Route, async_playwright, expect

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
expect.set_options(timeout=15_000)  # ms; machines that run tests are busy

_TELL_VIOLATIONS = """
document.addEventListener("securitypolicyviolation", (event) =>
  console.error("Content Security Policy:", event.violatedDirective, event.blockedURI, event.sample));
"""


@asynccontextmanager
async def chromium() -> AsyncIterator[Browser]:
    """A browser."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        await browser.close()


async def watched(context: BrowserContext, own_url: str) -> tuple[Page, list[str]]:
    """A page, and a list that fills with what it must not do.

    Those are: errors of its scripts, dialogs, reports of its Content-Security-Policy, and asking anybody
    else than `own_url` for anything.
    """
    complaints: list[str] = []

    async def only_ours(route: Route) -> None:
        if not route.request.url.startswith(own_url):
            complaints.append(f"asked {route.request.url}")
        await route.continue_()

    async def dismissed(dialog: object) -> None:
        complaints.append("opened a dialog")
        await dialog.dismiss()  # type: ignore[attr-defined]

    await context.route("**/*", only_ours)
    await context.add_init_script(_TELL_VIOLATIONS)
    page = await context.new_page()
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("console", lambda line: complaints.append(line.text) if "Content Security" in line.text else None)
    page.on("dialog", dismissed)
    return page, complaints


async def no_wider_than_the_screen(page: Page) -> bool:
    """Whether nothing makes the page scroll sideways."""
    fits: bool = await page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    return fits
