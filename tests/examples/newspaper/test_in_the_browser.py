"""A reader in front of the newspaper, in a real browser, with and without its script."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
import pytest_asyncio
from playwright.async_api import Page, Route, expect

from tests.browsing import Pages, chromium, needs_chromium, no_wider_than_the_screen

from .conftest import Newspaper

pytestmark = [pytest.mark.asyncio(loop_scope="module"), needs_chromium]
THREAD = "giao-duc/4711"
ARTICLE = f"/{THREAD}"
UNMARKED = "toi thay cach lam nay rat hay, cam on cac thay co"
WAITING = "Đang chờ biên tập"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def pages() -> AsyncIterator[Pages]:
    async with chromium() as opened:
        yield opened


@asynccontextmanager
async def reading(
    pages: Pages, newspaper: Newspaper, *, script: bool = True, width: int = 1280, clock: bool = False
) -> AsyncIterator[Page]:
    """A reader's page on the article, its clock the test's or the world's; fails where the page complains."""
    options = {"java_script_enabled": script}
    async with pages.page(newspaper.url, width=width, again=not clock, **options) as page:
        await page.goto(newspaper.url + ARTICLE)
        if clock:
            await page.clock.install()
        yield page


async def write(page: Page, body: str, *, name: str = "Hà My") -> None:
    await page.get_by_label("Tên của bạn").fill(name)
    await page.get_by_label("Ý kiến của bạn").fill(body)
    await page.get_by_role("button", name="Gửi ý kiến").click()


@pytest.mark.parametrize("script", [True, False], ids=["script", "no-script"])
async def test_a_reader_without_marks_sends_the_suggested_text_with_one_click(
    pages: Pages, newspaper: Newspaper, script: bool
) -> None:
    async with reading(pages, newspaper, script=script) as page:
        await write(page, UNMARKED)

        own = page.locator("#cua-ban")
        await expect(own).to_contain_text("Vui lòng gõ tiếng Việt có dấu")
        suggested = await own.get_by_label("Gợi ý có dấu").input_value()
        assert suggested != UNMARKED

        await own.get_by_role("button", name="Gửi bản có dấu").click()
        await expect(own).to_contain_text(WAITING)
        await expect(own.locator("li")).to_have_count(1)
        await expect(own.locator(".quoted")).to_have_text(suggested)


async def test_the_suggestion_may_be_edited_first(pages: Pages, newspaper: Newspaper) -> None:
    async with reading(pages, newspaper) as page:
        await write(page, UNMARKED)
        own = page.locator("#cua-ban")
        await own.get_by_label("Gợi ý có dấu").fill("Tôi thấy cách làm này rất hay, xin cảm ơn cô Lam.")
        await own.get_by_role("button", name="Gửi bản có dấu").click()

        await expect(own).to_contain_text(WAITING)
        await expect(own.locator(".quoted")).to_have_text("Tôi thấy cách làm này rất hay, xin cảm ơn cô Lam.")


@pytest.mark.parametrize("script", [True, False], ids=["script", "no-script"])
async def test_a_reader_answers_a_comment(pages: Pages, newspaper: Newspaper, script: bool) -> None:
    first = await newspaper.site.publish(THREAD, "Thư viện mở buổi tối là ý hay nhất.", name="Bác Hòa")
    async with reading(pages, newspaper, script=script) as page:
        await page.get_by_role("link", name="Trả lời Bác Hòa").click()
        await expect(page.locator(".answering")).to_contain_text("Trả lời Bác Hòa")
        await write(page, "Cháu cũng nghĩ như bác.")
        await expect(page.locator("#cua-ban")).to_contain_text(WAITING)

    queue = await newspaper.site.moderator.call("GET", "/v1/queue?state=pending")
    assert [item["parent_id"] for item in queue["items"]] == [first["id"]]


async def test_an_answer_is_given_up_with_escape_and_the_text_stays(
    pages: Pages, newspaper: Newspaper
) -> None:
    await newspaper.site.publish(THREAD, "Thư viện mở buổi tối là ý hay nhất.", name="Bác Hòa")
    async with reading(pages, newspaper) as page:
        await page.get_by_role("link", name="Trả lời Bác Hòa").click()
        await page.get_by_label("Ý kiến của bạn").fill("Cháu cũng nghĩ")
        await page.keyboard.press("Escape")

        await expect(page.locator(".answering")).to_be_hidden()
        await expect(page.locator("#cho-viet textarea")).to_have_value("Cháu cũng nghĩ")
        await expect(page.get_by_role("link", name="Trả lời Bác Hòa")).to_be_focused()


async def test_the_keyboard_alone_is_enough(pages: Pages, newspaper: Newspaper) -> None:
    async with reading(pages, newspaper) as page:
        await page.get_by_label("Tên của bạn").focus()
        await page.keyboard.type("Hà My")
        await page.keyboard.press("Tab")
        await page.keyboard.insert_text(UNMARKED)
        await page.keyboard.press("Tab")
        await page.keyboard.press("Enter")
        await expect(page.locator("#cua-ban")).to_be_focused()
        await expect(page.get_by_label("Gợi ý có dấu")).to_be_visible()

        await page.keyboard.press("Tab")
        await expect(page.get_by_label("Gợi ý có dấu")).to_be_focused()
        await page.keyboard.press("Tab")
        await page.keyboard.press("Enter")
        await expect(page.locator("#cua-ban")).to_contain_text(WAITING)


async def test_a_double_click_makes_one_comment(pages: Pages, newspaper: Newspaper) -> None:
    async with reading(pages, newspaper) as page:
        await page.get_by_label("Tên của bạn").fill("Hà My")
        await page.get_by_label("Ý kiến của bạn").fill("Bài viết làm tôi nhớ trường cũ.")
        await page.get_by_role("button", name="Gửi ý kiến").dblclick()

        await expect(page.locator("#cua-ban li")).to_have_count(1)
    assert (await newspaper.site.moderator.call("GET", "/v1/queue?state=pending"))["total"] == 1


async def test_nothing_is_wider_than_a_narrow_screen(pages: Pages, newspaper: Newspaper) -> None:
    parent = None
    for body in ["Câu chuyện hay quá.", "https://thuvien.example/" + "a" * 300, "Đúng vậy.", "Cảm ơn nhé."]:
        parent = (await newspaper.site.publish(THREAD, body, parent=parent, name="Nguyễn Phúc Bảo An"))["id"]
    async with reading(pages, newspaper, width=360) as page:
        assert await no_wider_than_the_screen(page)
        await write(page, UNMARKED)
        await expect(page.locator("#cua-ban")).to_contain_text("Gợi ý có dấu")
        assert await no_wider_than_the_screen(page)
        await page.get_by_role("link", name="Trả lời").last.click()
        assert await no_wider_than_the_screen(page)
        await page.goto(f"{newspaper.url}/")
        assert await no_wider_than_the_screen(page)


async def test_more_comments_are_appended_and_sorted_without_losing_the_draft(
    pages: Pages, newspaper: Newspaper
) -> None:
    for number in range(12):
        await newspaper.site.publish(THREAD, f"Ý kiến thứ {number} của bạn đọc.", name=f"Độc giả {number}")
    async with reading(pages, newspaper) as page:
        await page.get_by_label("Ý kiến của bạn").fill("Đang viết dở")
        names = page.locator(".who b")
        await expect(names).to_have_count(10)
        await page.get_by_role("link", name="Xem thêm bình luận").click()
        await expect(names).to_have_count(12)
        await expect(page.get_by_role("link", name="Trả lời Độc giả 1", exact=True)).to_be_focused()
        await expect(page.get_by_role("link", name="Xem thêm bình luận")).to_have_count(0)

        await page.get_by_role("link", name="Cũ nhất").click()
        await expect(names.first).to_have_text("Độc giả 0")
        await expect(page.get_by_label("Ý kiến của bạn")).to_have_value("Đang viết dở")


async def test_what_was_judged_late_is_shown_without_a_reload(pages: Pages, newspaper: Newspaper) -> None:
    async def as_if_still_queued(route: Route) -> None:
        if route.request.method != "POST":
            await route.fallback()
            return
        page = await (await route.fetch()).text()
        await route.fulfill(body=page.replace('data-state="rejected"', 'data-state="queued"'))

    async with reading(pages, newspaper, clock=True) as page:
        await page.route("**/*", as_if_still_queued)
        await write(page, UNMARKED)
        own = page.locator("#cua-ban")
        await expect(own.locator("[data-state=queued]")).to_have_count(1)

        await page.clock.run_for(3000)
        await expect(own.locator("[data-state=rejected]")).to_have_count(1)


async def test_what_a_moderator_published_is_shown_without_a_reload_but_not_over_what_is_typed(
    pages: Pages, newspaper: Newspaper
) -> None:
    async with reading(pages, newspaper, clock=True) as page:
        await write(page, "Tôi thấy cách làm này rất hay, cảm ơn cô Lam.")
        own = page.locator("#cua-ban")
        await expect(own.locator("[data-state=pending]")).to_have_count(1)
        [waiting] = (await newspaper.site.moderator.call("GET", "/v1/queue"))["items"]
        path = f"/v1/comments/{waiting['id']}/approve"
        await newspaper.site.moderator.call("POST", path, body={"version": waiting["version"]})
        revision = own.locator("textarea").first
        await revision.evaluate("field => (field.value = 'Tôi đang sửa lại')")
        await page.clock.run_for(21_000)
        await expect(own.locator("[data-state=pending]")).to_have_count(1)
        await revision.evaluate("field => (field.value = field.defaultValue)")
        await page.get_by_label("Tên của bạn").focus()
        await page.clock.run_for(21_000)
        await expect(own.locator("[data-state=published]")).to_have_count(1)


async def test_counts_change_before_the_readers_eyes(pages: Pages, newspaper: Newspaper) -> None:
    async with reading(pages, newspaper, clock=True) as page:
        await page.goto(f"{newspaper.url}/")
        count = page.locator(f'[data-count="{THREAD}"]')
        await expect(count).to_have_text("0 bình luận")
        await newspaper.site.publish(THREAD, "Thư viện mở buổi tối là ý hay nhất.")
        await page.clock.run_for(16_000)
        await expect(count).to_have_text("1 bình luận")


async def test_a_newspaper_out_of_reach_loses_no_text(pages: Pages, newspaper: Newspaper) -> None:
    async with reading(pages, newspaper) as page:
        await page.context.set_offline(True)
        await write(page, "Bài viết làm tôi nhớ trường cũ.")
        await expect(page.get_by_role("alert")).to_contain_text("Không kết nối được với tòa soạn")
        await expect(page.get_by_label("Ý kiến của bạn")).to_have_value("Bài viết làm tôi nhớ trường cũ.")

        await page.context.set_offline(False)
        await page.get_by_role("button", name="Gửi ý kiến").click()
        await expect(page.locator("#cua-ban")).to_contain_text(WAITING)
