"""Texts that would be script in a careless page: whoever sends them, nothing runs and nothing is reported."""

from typing import Any

import pytest
from playwright.async_api import expect

from tests.browsing import needs_chromium, no_wider_than_the_screen
from tests.pages.conftest import Desk, Newsroom

pytestmark = [pytest.mark.asyncio(loop_scope="module"), needs_chromium]

PAYLOADS = [
    "<script>window.ran=1</script>",
    '<img src=x onerror="window.ran=1">',
    '"><svg onload=window.ran=1>',
    "'-window.ran=1-'",
    "javascript:window.ran=1",
    "</textarea><iframe srcdoc='<script>parent.ran=1</script>'>",
    "<a href='javascript:window.ran=1'>đọc thêm</a>",
    "{{constructor.constructor('window.ran=1')()}}",
    "<style>@import '//evil.example/x.css'</style>",
    "<!--<math><mtext></p><style><a title='</style><img src onerror=window.ran=1>'>",
    "\N{RIGHT-TO-LEFT OVERRIDE}gnp.x\N{POP DIRECTIONAL FORMATTING} </title><base href=//evil.example>",
    "&lt;img src=x onerror=window.ran=1&gt; &#60;script&#62;",
]


HOSTILE_NAME = '"><img src=x onerror=window.ran=1>'


async def fill(newsroom: Newsroom, payload: str) -> Any:
    """A payload in every field of a comment that a reader or a website can fill, in its parent's too."""
    service = newsroom.service
    author = {"name": payload[:80], "id": payload[:254], "email": payload, "user_agent": payload}
    parent = await service.publish(f"Ý kiến có {payload} ở giữa câu này.", thread=payload, author=author)
    return await service.submit(
        f"Bài viết này {payload} rat hay va bổ ích cho bạn đọc.",
        thread=payload,
        author=author,
        parent_id=parent["id"],
        thread_title=payload,
        thread_url="https://bao.example.vn/?q=%22%3E%3Cscript%3Ewindow.ran=1%3C/script%3E",
    )


async def make_hostile_site(newsroom: Newsroom) -> str:
    """A site that rejects nothing by itself, with a hostile name; the key of a moderator of such a name."""
    admin = newsroom.service.admin
    codes = ("spam", "banned_word", "blocked_link", "missing_diacritics", "flood", "duplicate")
    rules = {"actions": dict.fromkeys(codes, "flag"), "words": {"suspect": ["<script>"]}}
    await admin("PATCH", "/v1/sites/bao/policy", json=rules | {"limits": {"author": None, "address": None}})
    await admin("PUT", "/v1/sites/bao", json={"name": HOSTILE_NAME})
    made = await admin("POST", "/v1/sites/bao/keys", json={"role": "moderator", "name": HOSTILE_NAME})
    key: str = made.json["key"]
    return key


async def look_everywhere(desk: Desk) -> None:
    """Everything the page shows of a comment, and of its author."""
    await expect(desk.current).to_be_visible()
    for element in await desk.current.locator("details").all():
        await element.evaluate("element => (element.open = true)")
    await desk.press("h")
    await expect(desk.current.locator(".history li").first).to_be_visible()
    await desk.press("Escape", "s", "o", "e")
    await desk.page.locator("textarea").press("End")
    await desk.page.keyboard.type(" <b>thêm</b>")
    await desk.press("Escape", "r", "Escape", "Shift+A")
    await expect(desk.page.get_by_role("dialog")).to_be_visible()
    await desk.press("Escape", "b")
    await expect(desk.page.get_by_role("dialog")).to_be_visible()
    await desk.press("Escape")


async def nothing_ran(desk: Desk) -> bool:
    inert = await desk.page.locator("#app :is(script, iframe, img, style, base)").count() == 0
    return inert and await desk.page.evaluate("window.ran") is None


async def test_no_field_of_anybody_becomes_markup(newsroom: Newsroom) -> None:
    key = await make_hostile_site(newsroom)
    comments = [await fill(newsroom, payload) for payload in PAYLOADS]
    async with newsroom.page(width=360) as desk:
        await desk.page.get_by_label("Khóa kiểm duyệt").fill(key)
        await desk.press("Enter")
        for comment in comments:
            await expect(desk.current).to_have_id(f"card-{comment['id']}")
            await look_everywhere(desk)
            assert await nothing_ran(desk) and await no_wider_than_the_screen(desk.page)
            await desk.press("a")
            await newsroom.becomes(comment, "published")


async def test_nothing_that_was_decided_becomes_markup_in_any_list(newsroom: Newsroom) -> None:
    key = await make_hostile_site(newsroom)
    comment = await fill(newsroom, PAYLOADS[1])
    words = {"reason": "other", "message": PAYLOADS[0], "note": PAYLOADS[2]}
    await newsroom.service.decide(comment, "reject", **words)
    async with newsroom.page(width=360) as desk:
        await desk.page.get_by_label("Khóa kiểm duyệt").fill(key)
        await desk.press("Enter")
        await expect(desk.page.get_by_role("navigation")).to_be_visible()
        for state in ("published", "rejected"):
            await desk.page.evaluate("state => (location.hash = state)", state)
            await expect(desk.current).to_be_focused()
            await desk.press("h")
            await expect(desk.current.locator(".history li").first).to_be_visible()
            assert await nothing_ran(desk) and await no_wider_than_the_screen(desk.page)
        await desk.press("n")
        await expect(desk.page.locator(".author-page .comments li").first).to_be_visible()
        assert await nothing_ran(desk) and await no_wider_than_the_screen(desk.page)
        await desk.page.evaluate("location.hash = 'stats'")
        await expect(desk.page.locator(".plot").first).to_be_visible()
        assert await nothing_ran(desk) and await no_wider_than_the_screen(desk.page)


@pytest.mark.parametrize(
    "fragment", ["#<img src=x onerror=window.ran=1>", "#author/%3Cscript%3E", "#pending?q=<svg>"]
)
async def test_no_address_becomes_markup(newsroom: Newsroom, fragment: str) -> None:
    async with newsroom.desk() as desk:
        await desk.page.evaluate("fragment => (location.hash = fragment)", fragment)
        await expect(desk.page.locator("main > *")).to_be_visible()
        assert await nothing_ran(desk)
