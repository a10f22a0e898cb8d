"""The pages as axe-core sees them, light and dark: nothing serious in any state a moderator meets."""

from functools import partial
from importlib.resources import files

import pytest
from playwright.async_api import expect

from tests.browsing import needs_chromium
from tests.pages.conftest import READER, Desk, Newsroom

pytestmark = [pytest.mark.asyncio(loop_scope="module"), needs_chromium]

AXE = files("axe_playwright_python").joinpath("axe.min.js").read_text(encoding="utf-8")
RULES = {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}
OF_COLOURS = {"type": "rule", "values": ["color-contrast", "link-in-text-block"]}
"""The rules that can see light and dark pages differently."""
HALF_MARKED = "Tôi thấy cach lam này rất hay, cam on cac thầy cô. Số của tôi là 0912 345 678."


async def look(desk: Desk, where: str, rules: object) -> None:
    """Fail where axe finds anything serious, or of moderate weight."""
    found = await desk.page.evaluate(
        "async (rules) => (await axe.run(document, { runOnly: rules })).violations", rules
    )
    told = [(where, one["id"], [node["target"] for node in one["nodes"]]) for one in found]
    assert told == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [360, 1280])
async def test_every_state_of_the_pages_is_accessible(newsroom: Newsroom, scheme: str, width: int) -> None:
    service = newsroom.service
    check = partial(look, rules=OF_COLOURS if scheme == "dark" else RULES)
    parent = await service.publish(
        "Thư viện mở đến tối là ý rất hay.", author=READER, thread_title="Thư viện"
    )
    await service.submit(HALF_MARKED, author=READER, parent_id=parent["id"])
    await service.submit("Quê tôi năm nay được mùa mà thương lái lại ép giá.", author={"name": "Bác Ba"})
    await service.colleague("POST", "/v1/queue/claim", json={"limit": 1})
    async with newsroom.page(width=width, color_scheme=scheme, reduced_motion="reduce") as desk:
        await desk.page.evaluate(AXE)
        await check(desk, "signing in")
        await desk.page.get_by_label("Khóa kiểm duyệt").fill(service.moderator.key or "")
        await desk.press("Enter")
        await desk.reads("Tôi thấy")
        await expect(desk.current.locator(".claim")).to_be_visible()
        await check(desk, "queue")
        for keys, where in ((["s"], "suggestion"), (["e"], "editor"), (["Escape", "r"], "reasons")):
            await desk.press(*keys)
            await check(desk, where)
        await desk.press("Escape", "h")
        await expect(desk.current.locator(".history")).to_be_visible()
        await check(desk, "history")
        for key in ("?", "b", "Shift+R"):
            await desk.press(key)
            await expect(desk.page.get_by_role("dialog")).to_be_visible()
            await check(desk, f"dialog of {key}")
            await desk.press("Escape")
        await desk.press("a")
        await expect(desk.page.get_by_role("alert").locator(".notice")).to_be_visible()
        await check(desk, "notices")
        for page, shown in (("published", ".card"), ("rejected", ".empty"), ("stats", ".plot")):
            await desk.page.evaluate("page => (location.hash = page)", page)
            await expect(desk.page.locator(shown).first).to_be_visible()
            await check(desk, page)
        await desk.page.evaluate("location.hash = 'author/u-1'")
        await expect(desk.page.locator(".comments li").first).to_be_visible()
        await check(desk, "author")
