"""The pictures of docs/pictures, taken anew: `python -m tests.pages.pictures`.

A made-up newspaper with made-up readers, on the real service.
"""

import asyncio
import tempfile
from pathlib import Path
from typing import Any

from service.supervision.valkey import EmbeddedValkey
from tests.browsing import chromium
from tests.pages.conftest import Desk, Newsroom
from tests.running import running
from workers.statistician import Statistician

FOLDER = Path(__file__).parents[2] / "docs" / "pictures"
SIZES = {360: 780, 1280: 900, 2560: 1440}
"""Width and height in CSS pixels."""

LIBRARY = ("doi-song/4711", "Thư viện tỉnh mở cửa đến 22 giờ, bạn trẻ kéo đến học nhóm")
RICE = ("kinh-te/12", "Giá gạo xuất khẩu tăng, nông dân miền Tây vẫn lo đầu ra")
LORRIES = ("giao-thong/88", "Đề xuất cấm xe tải giờ cao điểm trên quốc lộ 13")

OPENING = "Nhà tôi ngay cạnh thư viện, tối nào cũng thấy các cháu ngồi kín bàn, nhìn mà mừng."
READERS = [
    (
        LIBRARY,
        "Trần Văn Hòa",
        "Tôi thấy cach lam này rất hay, cam on cac thầy cô đã luôn cố gắng vì học sinh.",
    ),
    (
        RICE,
        "Bác Ba Bến Tre",
        "Năm nay được mùa mà thương lái ép giá. Mong nhà nước sớm có kho dự trữ cho bà con.",
    ),
    (LORRIES, "Phạm Đức Duy", "SAO LẠI ĐỂ XE TẢI CHẠY ẦM ẦM ĐÚNG GIỜ TAN TRƯỜNG NHƯ THẾ NÀY HẢ TRỜI!"),
    (
        LORRIES,
        "Khách qua đường",
        "Đồ ngu, viết bài mà không biết gì về giao thông cả, im đi cho người ta nhờ.",
    ),
    (RICE, "Lê Quang", "Tôi có ít gạo nếp nương nhà trồng, bác nào cần thì gọi 0912 345 678 nhé."),
    (LIBRARY, "Đỗ Thu Hằng", "Chỉ mong có thêm chỗ gửi xe, và đoạn cuối phố buổi tối sáng đèn hơn một chút."),
    (
        LORRIES,
        "Nguyễn Thị Bích Ngọc",
        "Nên thu phí theo giờ thay vì cấm hẳn, vì hàng hóa vẫn phải vào thành phố.",
    ),
    (LIBRARY, "Minh Anh", "Bài viết rất hay, cảm ơn tòa soạn đã nói lên điều này! 🌾"),
]


async def fill(newsroom: Newsroom) -> None:
    """A morning's comments, some of them decided."""
    service = newsroom.service
    await service.admin("PUT", "/v1/sites/bao", json={"name": "Báo Bến Sông"})
    await service.admin("PATCH", "/v1/sites/bao/policy", json={"actions": {"flood": "ignore"}})
    parent = await send(newsroom, LIBRARY, "Hà My", OPENING)
    await service.decide(parent, "approve")
    for number in range(6):
        known = await send(
            newsroom, RICE, "Trần Văn Hòa", f"Ý kiến thứ {number + 1} của tôi về giá lúa vụ này."
        )
        await service.decide(known, "approve")
    for article, name, text in READERS:
        await send(newsroom, article, name, text, parent["id"] if name == "Trần Văn Hòa" else None)


async def send(newsroom: Newsroom, article: Any, name: str, text: str, parent: str | None = None) -> Any:
    thread, title = article
    return await newsroom.service.submit(
        text,
        thread=thread,
        author={"name": name, "id": name.lower().replace(" ", "-")},
        thread_title=title,
        thread_url=f"https://bao.example.vn/{thread}",
        parent_id=parent,
    )


async def take(newsroom: Newsroom, width: int, scheme: str) -> None:
    """All pictures of one width and one set of colours."""
    context = {"color_scheme": scheme, "reduced_motion": "reduce"}
    async with newsroom.desk(width=width, **context) as desk:
        await desk.page.set_viewport_size({"width": width, "height": SIZES[width]})
        await desk.reads("Tôi thấy")
        await save(desk, f"queue-{width}-{scheme}")
        if width == 1280:
            await desk.press("e")
            await desk.page.get_by_role("button", name="Đổi “cach” thành “cách”").click()
            await save(desk, f"editing-{width}-{scheme}")
            await desk.page.evaluate("location.hash = 'stats'")
            await desk.page.locator(".shares li").first.wait_for()
            await save(desk, f"statistics-{width}-{scheme}")


async def save(desk: Desk, name: str) -> None:
    await desk.page.wait_for_timeout(500)  # the look at near-duplicates
    await desk.page.screenshot(path=FOLDER / f"{name}.png")


async def main() -> None:
    """Take them all."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, EmbeddedValkey(Path(folder)) as server:
        async with running(server.url) as service, chromium() as pages:
            newsroom = Newsroom(service, pages, str(service.moderator.http.make_url("")).rstrip("/"))
            await fill(newsroom)
            await Statistician(service.store).drain()
            for width in SIZES:
                for scheme in ("light", "dark"):
                    await take(newsroom, width, scheme)


if __name__ == "__main__":
    asyncio.run(main())
