"""How soon the page shows the next comment after a key: `python -m bench.moderate_page [WAITING]`.

A real service with so many comments waiting, Debian's Chromium, real key presses. Measured in the page, from
the time stamp of the `keydown` event until the frame with the next comment has been painted.
"""

import asyncio
import sys
import tempfile
from pathlib import Path
from typing import Any

from playwright.async_api import Page

from bench.command import quiet
from bench.results import within
from service.supervision.valkey import EmbeddedValkey
from tests.browsing import chromium
from tests.pages.conftest import Newsroom
from tests.pages.test_long_queue import submit_many
from tests.running import running

PRESSES = 200
_WATCH = """
window.waits = [];
document.addEventListener("keydown", (event) => {
  const reading = document.querySelector("article[data-current]")?.id;
  requestAnimationFrame(() => setTimeout(() => {
    const moved = document.querySelector("article[data-current]")?.id !== reading;
    waits.push(moved ? performance.now() - event.timeStamp : Infinity);
  }));
}, true);
"""


async def main(waiting: int) -> None:
    """Fill a queue, press keys, print what they took."""
    quiet()
    with tempfile.TemporaryDirectory() as folder, EmbeddedValkey(Path(folder)) as server:
        async with running(server.url) as service, chromium() as pages:
            await service.admin("PATCH", "/v1/sites/bao/policy", json={"actions": {"duplicate": "ignore"}})
            newsroom = Newsroom(service, pages, str(service.moderator.http.make_url("")).rstrip("/"))
            await submit_many(newsroom, waiting)
            async with newsroom.desk() as desk:
                await desk.current.wait_for()
                await desk.page.evaluate(_WATCH)
                print(f"{waiting} waiting; ms from key to the next comment painted")
                for name, key in (("approve (a)", "a"), ("next (j)", "j"), ("previous (k)", "k")):
                    print(f"  {name:14}{summary(await pressed(desk.page, key))}")


async def pressed(page: Page, key: str) -> list[float]:
    """Press a key many times; the waits in ms."""
    await page.evaluate("window.waits = []")
    for _ in range(PRESSES):
        await page.keyboard.press(key)
        await page.wait_for_timeout(30)
    waits: list[Any] = await page.evaluate("waits.map((wait) => (wait === Infinity ? null : wait))")
    if None in waits:
        raise SystemExit(f"{waits.count(None)} of {PRESSES} presses of {key} did not move on")
    return waits


def summary(waits: list[float]) -> str:
    middle, p99, most = (within(waits, share) for share in (0.5, 0.99, 1.0))
    return f"median {middle:5.1f}   99th percentile {p99:5.1f}   most {most:5.1f}"


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]) if len(sys.argv) > 1 else 10_000))
