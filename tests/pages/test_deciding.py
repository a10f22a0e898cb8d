"""A moderator at work, with the keyboard alone, in a real browser."""

import pytest
from playwright.async_api import expect

from tests.browsing import needs_chromium, no_wider_than_the_screen
from tests.pages.conftest import READER, Newsroom

pytestmark = [pytest.mark.asyncio(loop_scope="module"), needs_chromium]

FIRST = "Thư viện mở đến tối là ý rất hay, cảm ơn tòa soạn đã đưa tin."
SECOND = "Quê tôi năm nay được mùa mà thương lái lại ép giá bà con."
THIRD = "Nên thu phí theo giờ thay vì cấm hẳn xe tải trên quốc lộ."
HALF_MARKED = "Tôi thấy cach lam này rất hay, cam on cac thầy cô đã luôn cố gắng vì học sinh."
RESTORED = "Tôi thấy cách làm này rất hay, cảm ơn các thầy cô đã luôn cố gắng vì học sinh."


async def test_comments_are_decided_with_the_keyboard_alone(newsroom: Newsroom) -> None:
    first, second, third = [await newsroom.service.submit(body) for body in (FIRST, SECOND, THIRD)]
    async with newsroom.desk() as desk:
        await desk.reads(FIRST)
        await desk.press("a")
        await desk.reads(SECOND)
        await desk.press("j")
        await desk.reads(THIRD)
        await desk.press("r", "3")
        await desk.reads(SECOND)
        await newsroom.becomes(first, "published")
        rejected = await newsroom.becomes(third, "rejected")
        assert rejected["reason"] == "off_topic"
    assert await newsroom.state_of(second) == "pending"


async def test_a_decision_moves_on_until_nothing_waits(newsroom: Newsroom) -> None:
    await newsroom.service.submit(FIRST)
    async with newsroom.desk() as desk:
        await desk.press("a")
        await expect(
            desk.page.get_by_role("heading", name="Không còn bình luận nào chờ duyệt")
        ).to_be_visible()
        await expect(desk.page.locator(".rest")).to_be_focused()


async def test_an_edited_comment_is_published_as_edited(newsroom: Newsroom) -> None:
    comment = await newsroom.service.submit(FIRST)
    async with newsroom.desk() as desk:
        await desk.press("e")
        field = desk.page.get_by_label("Nội dung sẽ đăng")
        await expect(field).to_be_focused()
        await field.fill(FIRST.replace("rất hay", "đáng mừng"))
        changes = desk.current.locator(".so-far")
        await expect(changes.locator("del")).to_have_text(["rất", "hay"])
        await expect(changes.locator("ins")).to_have_text(["đáng", "mừng"])
        await desk.press("Control+Enter")
        published = await newsroom.becomes(comment, "published")
    assert published["body"] == FIRST.replace("rất hay", "đáng mừng")
    assert published["original_body"] == FIRST


async def test_the_suggestion_is_taken_whole_with_one_key(newsroom: Newsroom) -> None:
    comment = await newsroom.service.submit(HALF_MARKED)
    async with newsroom.desk() as desk:
        await desk.press("s")
        await expect(desk.current.locator(".body ins")).to_have_count(5)
        await desk.press("a")
        published = await newsroom.becomes(comment, "published")
    assert (published["body"], published["original_body"]) == (RESTORED, HALF_MARKED)


async def test_the_suggestion_is_taken_word_by_word(newsroom: Newsroom) -> None:
    comment = await newsroom.service.submit(HALF_MARKED)
    async with newsroom.desk() as desk:
        await desk.page.get_by_role("button", name="Đổi “cach” thành “cách”").press("Enter")
        await expect(desk.current.locator(".offer")).to_have_count(4)
        await expect(desk.current.locator(".offer").first).to_be_focused()
        await desk.current.focus()
        await desk.press("a")
        published = await newsroom.becomes(comment, "published")
    assert published["body"] == HALF_MARKED.replace("cach", "cách")


async def test_the_original_is_one_key_away(newsroom: Newsroom) -> None:
    await newsroom.service.submit(HALF_MARKED)
    async with newsroom.desk() as desk:
        await desk.press("s", "o")
        await expect(desk.current.locator(".body .text")).to_contain_text("cach lam này rất hay")
        await expect(desk.current.locator(".body ins")).to_have_count(0)
        await desk.press("o")
        await expect(desk.current.locator(".body ins")).to_have_count(5)


async def test_a_decision_is_undone_and_the_comment_read_again(newsroom: Newsroom) -> None:
    comment = await newsroom.service.submit(FIRST)
    await newsroom.service.submit(SECOND)
    async with newsroom.desk() as desk:
        await desk.press("a")
        await desk.reads(SECOND)
        await desk.press("u")
        await desk.reads(FIRST)
        assert await newsroom.state_of(comment) == "pending"
        await desk.press("a")
        await newsroom.becomes(comment, "published")


async def test_a_lost_race_says_who_decided_what(newsroom: Newsroom) -> None:
    comment = await newsroom.service.submit(FIRST)
    async with newsroom.desk() as desk:
        await desk.page.route("**/v1/events", lambda route: route.abort())
        fields = {"version": comment["version"], "reason": "spam"}
        await newsroom.service.colleague("POST", f"/v1/comments/{comment['id']}/reject", json=fields)
        await desk.press("a")
        alert = desk.page.get_by_role("alert")
        await expect(alert).to_contain_text("colleague đã từ chối")
        await expect(alert).to_contain_text("Quảng cáo")
    assert await newsroom.state_of(comment) == "rejected"


async def test_no_key_acts_while_somebody_types(newsroom: Newsroom) -> None:
    comment = await newsroom.service.submit(FIRST)
    async with newsroom.desk() as desk:
        await desk.press("e")
        await desk.page.keyboard.type("ajkrux")
        await expect(desk.page.get_by_label("Nội dung sẽ đăng")).to_have_value(FIRST + "ajkrux")
        await desk.press("Escape")
        await desk.page.locator("#search").focus()
        await desk.page.keyboard.type("aa")
    assert await newsroom.state_of(comment) == "pending"


async def test_no_key_acts_while_an_input_method_composes(newsroom: Newsroom) -> None:
    comment = await newsroom.service.submit(FIRST)
    async with newsroom.desk() as desk:
        await desk.reads(FIRST)
        await desk.page.evaluate(
            """() => {
              const press = (more) => document.activeElement.dispatchEvent(
                new KeyboardEvent("keydown", { key: "a", bubbles: true, cancelable: true, ...more }));
              press({ isComposing: true });
              press({ keyCode: 229 });
            }"""
        )
        await desk.reads(FIRST)
        await expect(desk.cards).to_have_count(1)
    assert await newsroom.state_of(comment) == "pending"


async def test_a_key_held_down_decides_once(newsroom: Newsroom) -> None:
    await newsroom.service.submit(FIRST)
    second = await newsroom.service.submit(SECOND)
    async with newsroom.desk() as desk:
        await desk.reads(FIRST)
        for _ in range(3):
            await desk.page.keyboard.down("a")
        await desk.reads(SECOND)
        await desk.page.keyboard.up("a")
    assert await newsroom.state_of(second) == "pending"


async def test_words_taken_while_editing_leave_the_cursor_in_the_text(newsroom: Newsroom) -> None:
    await newsroom.service.submit(HALF_MARKED)
    async with newsroom.desk() as desk:
        await desk.press("e")
        field = desk.page.get_by_label("Nội dung sẽ đăng")
        await desk.page.get_by_role("button", name="Đổi “cach” thành “cách”").click()
        await expect(field).to_have_value(HALF_MARKED.replace("cach", "cách"))
        await expect(field).to_be_focused()
        await desk.press("Alt+s")
        await expect(field).to_have_value(RESTORED)
        await desk.press("Alt+o")
        await expect(field).to_have_value(HALF_MARKED)
        await desk.press("Alt+o")
        await expect(field).to_have_value(RESTORED)


async def test_a_key_can_be_given_to_another_action(newsroom: Newsroom) -> None:
    comment = await newsroom.service.submit(FIRST)
    async with newsroom.desk() as desk:
        await desk.press("?")
        await desk.page.get_by_role("button", name="Đăng: phím a", exact=False).press("Enter")
        await desk.press("g")
        await expect(desk.page.get_by_role("button", name="Đăng: phím g", exact=False)).to_be_focused()
        await desk.press("Escape")
        await desk.reads(FIRST)
        await desk.press("a")
        await desk.reads(FIRST)
        await desk.press("g")
        await newsroom.becomes(comment, "published")
        await desk.page.reload()
        await desk.page.get_by_role("button", name="Phím tắt").click()
        await expect(desk.page.get_by_role("button", name="Đăng: phím g", exact=False)).to_be_visible()


async def test_keys_can_be_switched_off(newsroom: Newsroom) -> None:
    comment = await newsroom.service.submit(FIRST)
    async with newsroom.desk() as desk:
        await desk.press("?")
        await desk.page.get_by_label("Dùng phím tắt").press("Space")
        await desk.press("Escape")
        await desk.reads(FIRST)
        await desk.press("a", "j")
        await desk.reads(FIRST)
        await desk.current.get_by_role("button", name="Đăng").click()
        await newsroom.becomes(comment, "published")


async def test_findings_are_marked_where_they_are_beyond_the_basic_plane(newsroom: Newsroom) -> None:
    words = {"words": {"suspect": ["thư viện"]}}
    await newsroom.service.admin("PATCH", "/v1/sites/bao/policy", json=words)
    await newsroom.service.submit("😀🌾 Tối nào thư viện cũng đông, nhìn mà mừng.")
    async with newsroom.desk() as desk:
        mark = desk.current.locator("mark")
        assert await mark.evaluate("mark => mark.lastChild.textContent") == "thư viện"
        await expect(desk.current.locator(".findings")).to_contain_text("Từ cần xem lại")


async def test_a_card_shows_parent_article_and_record(newsroom: Newsroom) -> None:
    parent = await newsroom.service.publish(FIRST, author=READER)
    await newsroom.service.submit(
        SECOND,
        parent_id=parent["id"],
        author=READER,
        thread_title="Thư viện mở buổi tối",
        thread_url="https://bao.example.vn/1",
    )
    async with newsroom.desk() as desk:
        await expect(desk.current.locator(".parent")).to_contain_text(FIRST)
        link = desk.current.get_by_role("link", name="Thư viện mở buổi tối")
        await expect(link).to_have_attribute("href", "https://bao.example.vn/1")
        await expect(desk.current.locator(".record")).to_contain_text("1 đã đăng, 0 bị từ chối")


async def test_nothing_is_wider_than_a_narrow_screen(newsroom: Newsroom) -> None:
    await newsroom.service.submit(HALF_MARKED, thread_title="Một tiêu đề rất dài " * 10, thread="t" * 256)
    await newsroom.service.submit("Xem https://thuvien.example/" + "a" * 300, author={"name": "Nguyễn" * 12})
    async with newsroom.desk(width=360) as desk:
        assert await no_wider_than_the_screen(desk.page)
        await desk.press("e")
        assert await no_wider_than_the_screen(desk.page)
        await desk.press("Escape", "r")
        assert await no_wider_than_the_screen(desk.page)
        await desk.press("?")
        assert await no_wider_than_the_screen(desk.page)


async def test_english_is_a_switch_that_stays(newsroom: Newsroom) -> None:
    await newsroom.service.submit(HALF_MARKED)
    async with newsroom.desk() as desk:
        await desk.page.get_by_role("button", name="English").click()
        await expect(desk.current.get_by_role("button", name="Publish")).to_be_visible()
        await expect(desk.current.locator(".findings")).to_contain_text("Some words lack")
        await desk.page.reload()
        await expect(desk.page.locator("html")).to_have_attribute("lang", "en")
