"""Several moderators at once: nobody decides what a colleague decided, nothing moves while it is read."""

import asyncio

import pytest
from playwright.async_api import expect

from tests.browsing import needs_chromium
from tests.pages.conftest import READER, Newsroom

pytestmark = [pytest.mark.asyncio(loop_scope="module"), needs_chromium]

BODIES = [
    "Thư viện mở đến tối là ý rất hay, cảm ơn tòa soạn đã đưa tin.",
    "Quê tôi năm nay được mùa mà thương lái lại ép giá bà con.",
    "Nên thu phí theo giờ thay vì cấm hẳn xe tải trên quốc lộ.",
    "Con đường trước trường học cần thêm một vạch sang đường nữa.",
]
SAME = "Mọi người nhớ đọc kỹ bài này rồi hãy bình luận, đừng vội phán xét ai cả nhé."


async def test_what_a_colleague_decides_goes_away_and_nothing_else_moves(newsroom: Newsroom) -> None:
    comments = [await newsroom.service.submit(body) for body in BODIES]
    async with newsroom.desk() as mine, newsroom.desk(newsroom.service.colleague) as theirs:
        await mine.press("j")
        await mine.reads(BODIES[1])
        place = await mine.place()
        await theirs.reads(BODIES[0])
        await theirs.press("a")
        await newsroom.becomes(comments[0], "published")

        await expect(mine.cards).to_have_count(3)
        await mine.reads(BODIES[1])
        assert await mine.place() == place
        await expect(mine.page.get_by_text("3 bình luận")).to_be_visible()


async def test_the_comment_being_read_stays_and_says_who_decided_it(newsroom: Newsroom) -> None:
    comments = [await newsroom.service.submit(body) for body in BODIES[:2]]
    async with newsroom.desk() as mine, newsroom.desk(newsroom.service.colleague) as theirs:
        await mine.reads(BODIES[0])
        await theirs.press("r", "1")
        await newsroom.becomes(comments[0], "rejected")
        await expect(mine.current.locator(".told")).to_contain_text("colleague đã từ chối")
        await mine.reads(BODIES[0])
        await mine.press("j")
        await mine.reads(BODIES[1])
        await expect(mine.cards).to_have_count(1)


async def test_new_comments_come_without_moving_what_is_read(newsroom: Newsroom) -> None:
    await newsroom.service.submit(BODIES[0])
    async with newsroom.desk() as desk:
        await desk.reads(BODIES[0])
        place = await desk.place()
        await newsroom.service.submit(BODIES[1])
        await expect(desk.page.get_by_text("2 bình luận")).to_be_visible()
        assert await desk.place() == place
        await desk.press("a")
        await desk.reads(BODIES[1])


async def test_an_empty_queue_fills_by_itself(newsroom: Newsroom) -> None:
    async with newsroom.desk() as desk:
        await expect(desk.page.get_by_role("heading", name="Không còn bình luận")).to_be_visible()
        await newsroom.service.submit(BODIES[0])
        await desk.reads(BODIES[0])


async def test_work_that_is_handed_out_goes_to_one_moderator_alone(newsroom: Newsroom) -> None:
    for number in range(14):
        await newsroom.service.submit(f"Ý kiến riêng thứ {number} về thư viện tỉnh mở cửa buổi tối.")
    async with newsroom.desk() as mine, newsroom.desk(newsroom.service.colleague) as theirs:
        for desk in (mine, theirs):
            await desk.page.get_by_role("button", name="Nhận việc").click()
            await expect(desk.current).to_be_focused()
        shown = [
            set(await desk.cards.evaluate_all("all => all.map(card => card.id)")) for desk in (mine, theirs)
        ]
        assert shown[0] and shown[1] and not shown[0] & shown[1]

        await mine.page.get_by_role("button", name="Cũ nhất").click()
        await mine.reads("Ý kiến riêng thứ 0")
        await mine.press(*["j"] * 13)
        await expect(mine.current.locator(".claim")).to_contain_text("colleague đang xem")


async def test_a_claimed_comment_is_decided_only_on_purpose(newsroom: Newsroom) -> None:
    comment = await newsroom.service.submit(BODIES[0])
    async with newsroom.desk() as desk:
        await desk.reads(BODIES[0])
        await newsroom.service.colleague("POST", "/v1/queue/claim", json={"limit": 1})
        await desk.press("a")
        alert = desk.page.get_by_role("alert")
        await expect(alert).to_contain_text("colleague đang xem")
        assert await newsroom.state_of(comment) == "pending"
        await alert.get_by_role("button", name="Vẫn quyết định").click()
        await newsroom.becomes(comment, "published")


async def test_a_selection_is_rejected_and_brought_back_in_one_step(newsroom: Newsroom) -> None:
    comments = [await newsroom.service.submit(body) for body in BODIES]
    async with newsroom.desk() as desk:
        await desk.press("x", "j", "x", "j", "Shift+R")
        await expect(desk.page.get_by_role("dialog")).to_contain_text("Từ chối 2 bình luận")
        await desk.press("1")
        await desk.reads(BODIES[2])
        await asyncio.gather(*(newsroom.becomes(comment, "rejected") for comment in comments[:2]))
        await expect(desk.page.get_by_text("Đã từ chối 2 bình luận")).to_be_visible()
        await desk.press("u")
        await asyncio.gather(*(newsroom.becomes(comment, "pending") for comment in comments[:2]))
        await expect(desk.cards).to_have_count(4)
    assert await newsroom.state_of(comments[2]) == "pending"


async def test_near_duplicates_are_published_together_after_a_look_at_them(newsroom: Newsroom) -> None:
    alike = [
        await newsroom.service.submit(SAME, thread=f"bai/{number}", author={"name": f"Độc giả {number}"})
        for number in range(3)
    ]
    other = await newsroom.service.submit(BODIES[0])
    async with newsroom.desk() as desk:
        await desk.reads(SAME)
        await expect(desk.current).to_contain_text("3 bình luận gần giống nhau")
        await desk.press("Shift+A")
        dialog = desk.page.get_by_role("dialog")
        await expect(dialog.get_by_role("listitem")).to_have_count(3)
        await desk.press("Enter")
        await asyncio.gather(*(newsroom.becomes(comment, "published") for comment in alike))
        await desk.reads(BODIES[0])
    assert await newsroom.state_of(other) == "pending"


async def test_what_a_colleague_takes_back_returns(newsroom: Newsroom) -> None:
    comments = [await newsroom.service.submit(body) for body in BODIES[:2]]
    async with newsroom.desk() as mine, newsroom.desk(newsroom.service.colleague) as theirs:
        await mine.press("j")
        await mine.reads(BODIES[1])
        await theirs.reads(BODIES[0])
        await theirs.press("a")
        await expect(mine.cards).to_have_count(1)
        await newsroom.becomes(comments[0], "published")
        await theirs.press("u")
        await expect(mine.cards).to_have_count(2)
        await mine.reads(BODIES[1])
        await mine.press("j")
        await mine.reads(BODIES[0])


async def test_an_edit_goes_along_with_a_decision_on_many(newsroom: Newsroom) -> None:
    comments = [await newsroom.service.submit(body) for body in BODIES[:2]]
    async with newsroom.desk() as desk:
        await desk.press("x", "e")
        await desk.page.get_by_label("Nội dung sẽ đăng").fill(BODIES[0].replace("rất hay", "hay"))
        await desk.press("Escape", "j", "x", "Shift+A")
        published = [await newsroom.becomes(comment, "published") for comment in comments]
    assert [one["body"] for one in published] == [BODIES[0].replace("rất hay", "hay"), BODIES[1]]


async def test_a_saved_edit_is_undone(newsroom: Newsroom) -> None:
    comment = await newsroom.service.submit(BODIES[0])
    async with newsroom.desk() as desk:
        await desk.press("e")
        await desk.page.get_by_label("Nội dung sẽ đăng").fill("Một câu khác hẳn.")
        await desk.press("Control+s")
        await desk.reads("Một câu khác hẳn.")
        await desk.press("u")
        await desk.reads(BODIES[0])
    answer = await newsroom.service.moderator("GET", f"/v1/comments/{comment['id']}")
    assert (answer.json["body"], answer.json["edited"]) == (BODIES[0], False)


async def test_an_author_is_banned_from_the_card(newsroom: Newsroom) -> None:
    await newsroom.service.submit(BODIES[0], author=READER)
    async with newsroom.desk() as desk:
        await desk.press("b")
        await desk.page.get_by_role("button", name="Cấm 7 ngày").press("Enter")
        await expect(desk.page.get_by_text("Đã cấm người viết này.")).to_be_visible()
        await desk.reads(BODIES[0])
    answer = await newsroom.service.website(
        "POST",
        "/v1/comments",
        json={"thread": "t", "body": BODIES[1], "author": READER},
        headers={"Prefer": "wait=10"},
    )
    assert answer.json["reason"] == "banned_author"
