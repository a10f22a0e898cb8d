"""What was decided, and who wrote it: lists, search, authors, histories."""

import asyncio

import pytest
from playwright.async_api import Route, expect

from tests.browsing import needs_chromium
from tests.pages.conftest import READER, Newsroom

pytestmark = [pytest.mark.asyncio(loop_scope="module"), needs_chromium]

FIRST = "Thư viện mở đến tối là ý rất hay, bác Nguyễn Văn Hòa cũng nói vậy."
SECOND = "Quê tôi năm nay được mùa mà thương lái lại ép giá bà con."


async def test_a_search_without_marks_finds_what_has_them(newsroom: Newsroom) -> None:
    await newsroom.service.publish(SECOND)
    await newsroom.service.publish(FIRST)
    async with newsroom.desk() as desk:
        await desk.page.get_by_role("link", name="Đã đăng").click()
        await expect(desk.cards).to_have_count(2)
        await desk.press("/")
        await desk.page.keyboard.type("nguyen van")
        await desk.press("Enter")
        await expect(desk.cards).to_have_count(1)
        await desk.reads("Nguyễn Văn Hòa")
        await expect(desk.page.locator(".counted")).to_contain_text("1 bình luận")


async def test_a_rejected_comment_says_why_and_is_reopened(newsroom: Newsroom) -> None:
    comment = await newsroom.service.submit(FIRST)
    await newsroom.service.decide(comment, "reject", reason="off_topic")
    async with newsroom.desk() as desk:
        await desk.page.get_by_role("link", name="Đã từ chối").click()
        await desk.reads(FIRST)
        await expect(desk.current.locator(".verdict")).to_contain_text("Lạc đề")
        await desk.press("p")
        await newsroom.becomes(comment, "pending")


async def test_a_published_comment_is_taken_down_edited_and_answered(newsroom: Newsroom) -> None:
    first, second = await newsroom.service.publish(FIRST), await newsroom.service.publish(SECOND)
    async with newsroom.desk() as desk:
        await desk.page.get_by_role("link", name="Đã đăng").click()
        await desk.reads(SECOND)
        await desk.press("r", "4")
        await newsroom.becomes(second, "rejected")

        await desk.reads(FIRST)
        await desk.press("e")
        await desk.page.get_by_label("Nội dung sẽ đăng").fill(FIRST.replace("rất hay", "hay"))
        await desk.press("Control+s")
        await expect(desk.current.locator(".body")).to_contain_text("là ý hay")

        await desk.press("y")
        await desk.page.get_by_label("Tòa soạn trả lời").fill("Cảm ơn bác đã góp ý.")
        await desk.press("Control+Enter")
        await expect(desk.page.get_by_text("Tòa soạn đã trả lời.")).to_be_visible()
    thread = await newsroom.service.website("GET", "/v1/threads/doi-song%2F1/comments")
    [top] = thread.json["comments"]
    assert (top["id"], top["body"]) == (first["id"], FIRST.replace("rất hay", "hay"))
    assert [(reply["newsroom"], reply["body"]) for reply in top["replies"]] == [
        (True, "Cảm ơn bác đã góp ý.")
    ]


async def test_an_answer_whose_receipt_was_lost_stands_there_once(newsroom: Newsroom) -> None:
    await newsroom.service.publish(FIRST)

    async def lose(route: Route) -> None:
        await route.fetch()
        await route.abort()

    async with newsroom.desk() as desk:
        await desk.page.get_by_role("link", name="Đã đăng").click()
        await desk.reads(FIRST)
        await desk.press("y")
        await desk.page.get_by_label("Tòa soạn trả lời").fill("Cảm ơn bác đã góp ý.")
        await desk.page.route("**/reply", lose, times=1)
        await desk.press("Control+Enter")
        await expect(desk.page.get_by_text("Tòa soạn đã trả lời.")).to_be_visible()
    thread = await newsroom.service.website("GET", "/v1/threads/doi-song%2F1/comments")
    assert [len(top["replies"]) for top in thread.json["comments"]] == [1]


async def test_a_history_shows_every_step_and_every_text(newsroom: Newsroom) -> None:
    comment = await newsroom.service.submit(FIRST)
    edited = await newsroom.service.decide(comment, "edit", body=FIRST.replace("rất hay", "hay"))
    await newsroom.service.decide(edited, "approve", note="Đã hỏi bác Hòa.")
    async with newsroom.desk() as desk:
        await desk.page.get_by_role("link", name="Đã đăng").click()
        await desk.reads("là ý hay")
        await desk.press("h")
        history = desk.current.get_by_role("region", name="Lịch sử")
        await expect(history.get_by_role("listitem")).to_have_count(4)
        await expect(history).to_contain_text("moderator đã sửa")
        await expect(history.locator("del")).to_have_text("rất ")
        await expect(history).to_contain_text("Đã hỏi bác Hòa.")
        await desk.press("Escape")
        await expect(history).to_have_count(0)


async def test_an_authors_page_has_record_comments_and_standing(newsroom: Newsroom) -> None:
    await newsroom.service.publish(FIRST, author=READER)
    await newsroom.service.submit(SECOND, author=READER)
    async with newsroom.desk() as desk:
        await desk.press("n")
        await expect(desk.page.get_by_role("heading", name="Hà My")).to_be_focused()
        await expect(desk.page.get_by_text("1 đã đăng, 0 bị từ chối")).to_be_visible()
        await expect(desk.page.locator(".comments li")).to_have_count(2)
        await desk.page.get_by_role("button", name="Tin cậy").click()
        await expect(desk.page.locator(".badge.trusted")).to_be_visible()
        await desk.page.locator("main").get_by_role("link", name="Chờ duyệt").click()
        await desk.reads(SECOND)
        await expect(desk.page.locator(".filter")).to_contain_text("u-1")


async def test_the_session_ends_and_nothing_typed_is_lost(newsroom: Newsroom) -> None:
    comment = await newsroom.service.submit(FIRST)
    async with newsroom.desk() as desk:
        await desk.press("e")
        field = desk.page.get_by_label("Nội dung sẽ đăng")
        await field.fill("Một câu sửa dở.")
        await desk.page.context.clear_cookies()
        await desk.press("Control+s")
        dialog = desk.page.get_by_role("dialog")
        await dialog.get_by_label("Khóa kiểm duyệt").fill(newsroom.service.moderator.key or "")
        await dialog.get_by_role("button", name="Đăng nhập").click()
        await expect(dialog).to_have_count(0)
        await expect(field).to_be_focused()
        await expect(field).to_have_value("Một câu sửa dở.")
        await field.press("Control+Enter")
        assert (await newsroom.becomes(comment, "published"))["body"] == "Một câu sửa dở."


async def test_a_late_answer_to_the_session_before_asks_for_no_key_again(newsroom: Newsroom) -> None:
    """Whoever is read for a moment is looked at again; that may be asked just before signing in anew."""
    comment = await newsroom.service.submit(FIRST)
    asked, signed_in = asyncio.Event(), asyncio.Event()

    async def late(route: Route) -> None:
        asked.set()
        await signed_in.wait()
        await route.fulfill(status=401, body="{}")

    async with newsroom.desk() as desk:
        await desk.page.route("**/v1/queue?*cluster*", late)
        await desk.press("j")
        await asked.wait()
        await desk.page.context.clear_cookies()
        await desk.press("e")
        field = desk.page.get_by_label("Nội dung sẽ đăng")
        await field.fill("Một câu sửa dở.")
        await desk.press("Control+s")
        dialog = desk.page.get_by_role("dialog")
        await dialog.get_by_label("Khóa kiểm duyệt").fill(newsroom.service.moderator.key or "")
        await dialog.get_by_role("button", name="Đăng nhập").click()
        await expect(field).to_be_focused()
        async with desk.page.expect_response("**/v1/queue?*cluster*"):
            signed_in.set()
        await field.press("Control+Enter")
        assert (await newsroom.becomes(comment, "published"))["body"] == "Một câu sửa dở."


async def test_a_wrong_key_is_told_and_signing_out_ends_it(newsroom: Newsroom) -> None:
    async with newsroom.page() as desk:
        await desk.page.get_by_label("Khóa kiểm duyệt").fill("sai rồi")
        await desk.press("Enter")
        await expect(desk.page.get_by_role("alert")).to_contain_text("Khóa không đúng")
        await desk.page.get_by_label("Khóa kiểm duyệt").fill(newsroom.service.moderator.key or "")
        await desk.press("Enter")
        await desk.page.get_by_role("button", name="Thoát").click()
        await expect(desk.page.get_by_label("Khóa kiểm duyệt")).to_be_focused()


async def test_a_list_that_could_not_be_read_is_read_when_asked_again(newsroom: Newsroom) -> None:
    await newsroom.service.submit(FIRST)
    async with newsroom.page() as desk:
        await desk.page.route("**/v1/queue?*", lambda route: route.fulfill(status=500, body="{}"))
        await desk.page.get_by_label("Khóa kiểm duyệt").fill(newsroom.service.moderator.key or "")
        await desk.press("Enter")
        alert = desk.page.get_by_role("alert")
        await expect(alert).to_contain_text("Chưa thực hiện được")
        await desk.page.unroute("**/v1/queue?*")
        await alert.get_by_role("button", name="Thử lại").click()
        await desk.reads(FIRST)
