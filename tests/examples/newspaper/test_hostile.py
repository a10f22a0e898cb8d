"""What would be script in a careless page, below an article: in names, texts, answers, messages, queries."""

from collections.abc import AsyncIterator
from urllib.parse import quote

import pytest
import pytest_asyncio
from playwright.async_api import Page, expect

from tests.browsing import Pages, chromium, needs_chromium
from tests.pages.test_hostile import PAYLOADS

from .conftest import Newspaper, Site

pytestmark = [pytest.mark.asyncio(loop_scope="module"), needs_chromium]
THREAD = "giao-duc/4711"
SOME = [*PAYLOADS[:4], PAYLOADS[5]]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def pages() -> AsyncIterator[Pages]:
    async with chromium() as opened:
        yield opened


async def make_hostile(site: Site) -> None:
    """A site of a hostile name that rejects nothing by itself; a comment of each payload, and answers."""
    codes = ("spam", "blocked_link", "missing_diacritics", "flood", "duplicate")
    lenient = {"actions": dict.fromkeys(codes, "flag"), "limits": {"author": None, "address": None}}
    await site.admin.call("PATCH", f"/v1/sites/{site.name}/policy", body=lenient)
    await site.admin.call("PUT", f"/v1/sites/{site.name}", body={"name": PAYLOADS[1]})
    made = []
    for payload in SOME:
        made.append(await site.publish(THREAD, f"{payload} www.a.vn/{payload}", name=payload[:80]))
    for comment in made[:2]:
        await site.moderator.call("POST", f"/v1/comments/{comment['id']}/reply", body={"body": PAYLOADS[0]})


async def nothing_ran(page: Page) -> bool:
    """Whether everything below the article is text, links to the web and forms of the page's own."""
    made = "#y-kien :is(script, iframe, img, style, base, svg, object, math, [onerror], [onload], [srcdoc])"
    addresses = await page.eval_on_selector_all("#y-kien a", "links => links.map(link => link.protocol)")
    targets = await page.eval_on_selector_all("#y-kien form", "forms => forms.map(form => form.action)")
    return (
        await page.locator(made).count() == 0
        and set(addresses) <= {"http:", "https:"}
        and all(target.startswith(page.url.partition("/giao-duc")[0]) for target in targets)
        and await page.evaluate("window.ran") is None
    )


async def test_nothing_that_anybody_writes_becomes_markup(pages: Pages, newspaper: Newspaper) -> None:
    site, address = newspaper.site, f"{newspaper.url}/{THREAD}"
    await make_hostile(site)
    async with pages.page(newspaper.url) as page:
        await page.goto(address)
        await expect(page.locator(".who b")).to_have_count(len(SOME) + 2)
        assert await nothing_ran(page)
        await page.locator(".answer").first.click()
        await page.get_by_label("Tên của bạn").fill(PAYLOADS[2])
        await page.get_by_label("Ý kiến của bạn").fill(f"Bài rat hay {PAYLOADS[5]} </textarea> {PAYLOADS[0]}")
        await page.get_by_role("button", name="Gửi ý kiến").click()
        await expect(page.locator("#cua-ban [data-state=pending]")).to_have_count(1)
        assert await nothing_ran(page)
        [mine] = (await site.moderator.call("GET", "/v1/queue"))["items"]
        refusal = {"version": mine["version"], "reason": "other", "message": PAYLOADS[1]}
        await site.moderator.call("POST", f"/v1/comments/{mine['id']}/reject", body=refusal)
        for query in (
            "",
            f"tra-loi={quote(PAYLOADS[1])}",
            f"sap-xep={quote(PAYLOADS[0])}&trang={quote(PAYLOADS[2])}",
        ):
            await page.goto(f"{address}?{query}")
            await expect(page.locator("#cua-ban")).to_contain_text(PAYLOADS[1])
            assert await nothing_ran(page)
