"""The newspaper's pages over HTTP, as a browser without a script uses them, in front of the real service."""

import asyncio
import html
import io
import json
import re
import socket
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from aiohttp import ClientResponse, ClientSession, CookieJar
from aiohttp.test_utils import unused_port
from pydantic import HttpUrl

from examples.newspaper.articles import articles
from examples.newspaper.client import Json

from .conftest import Newspaper, serving

pytestmark = pytest.mark.asyncio(loop_scope="module")

THREAD = "giao-duc/4711"
CLOSED = "phap-luat/4689"
GOOD = "Bài viết làm tôi nhớ trường cũ, cảm ơn tòa soạn."
UNMARKED = "toi thay cach lam nay rat hay, cam on cac thay co"
WAITING = "Đang chờ biên tập"


class Visitor:
    """A browser without a script: cookies, pages, and forms sent from the page that was read last."""

    def __init__(self, session: ClientSession, url: str) -> None:
        self._session = session
        self._url = url
        self.page = ""

    async def read(self, path: str = f"/{THREAD}") -> ClientResponse:
        async with self._session.get(self._url + path) as response:
            self.page = html.unescape(await response.text())
            return response

    async def send(self, *, thread: str = THREAD, origin: str | None = None, **fields: str) -> ClientResponse:
        headers = {"Origin": self._url if origin is None else origin}
        async with self._session.post(f"{self._url}/{thread}", data=fields, headers=headers) as response:
            self.page = html.unescape(await response.text())
            return response

    async def write(self, body: str, *, name: str = "Hà My", parent: str = "") -> ClientResponse:
        return await self.send(name=name, body=body, parent=parent, key=self.hidden("key"))

    def hidden(self, name: str) -> str:
        """The value of a hidden field of the page."""
        found = re.search(rf'name="{name}" value="([^"]*)"', self.page)
        assert found
        return found[1]

    def count(self) -> int:
        """How many comments the page says that the article has."""
        found = re.search(r'id="so-binh-luan"><span[^>]*>(\d+) bình luận', self.page)
        assert found
        return int(found[1])

    def own(self) -> list[str]:
        """The states of the reader's own comments, newest first."""
        return re.findall(r'data-state="(\w+)"', self.page)


@pytest_asyncio.fixture(loop_scope="module")
async def visitor(newspaper: Newspaper) -> AsyncIterator[Visitor]:
    async with ClientSession(cookie_jar=CookieJar(unsafe=True)) as session:
        visitor = Visitor(session, newspaper.url)
        await visitor.read()
        yield visitor


async def pending(newspaper: Newspaper) -> list[Json]:
    items: list[Json] = (await newspaper.site.moderator.call("GET", "/v1/queue?state=pending"))["items"]
    return items


async def test_an_article_looks_like_a_newspapers(visitor: Visitor) -> None:
    assert "thứ hai, 23/11/2026, 06:15 (GMT+7)" in visitor.page
    assert "0 bình luận" in visitor.page
    notice = "Ý kiến của bạn sẽ được biên tập trước khi đăng. Vui lòng gõ tiếng Việt có dấu"
    assert notice in visitor.page


async def test_the_front_page_leads_to_every_article_and_counts_its_comments(
    newspaper: Newspaper, visitor: Visitor
) -> None:
    await newspaper.site.publish(THREAD, "Thư viện mở buổi tối là ý hay nhất.")
    await visitor.read("/")

    for article in articles().values():
        assert f'<a href="{article.path}">{article.title}</a>' in visitor.page
    assert re.findall(r">(\d+) bình luận", visitor.page) == ["1", "0", "0", "0"]
    await visitor.read("/so-binh-luan")
    assert json.loads(visitor.page) == {thread: int(thread == THREAD) for thread in articles()}


async def test_every_answer_forbids_what_the_page_does_not_use(visitor: Visitor) -> None:
    for path in [f"/{THREAD}", "/static/newspaper.js", "/khong-co/1"]:
        headers = (await visitor.read(path)).headers
        assert headers["Content-Security-Policy"].startswith("default-src 'none'; style-src 'self';")
        assert headers["X-Content-Type-Options"] == "nosniff"


async def test_nothing_stands_at_an_unknown_address(visitor: Visitor) -> None:
    assert (await visitor.read("/giao-duc/9999")).status == 404
    assert "Không tìm thấy trang này" in visitor.page


async def test_a_comment_waits_and_moderators_see_who_wrote(newspaper: Newspaper, visitor: Visitor) -> None:
    response = await visitor.write(GOOD)

    assert [step.status for step in response.history] == [303]
    assert WAITING in visitor.page
    assert visitor.own() == ["pending"]
    (item,) = await pending(newspaper)
    assert item["author"]["name"] == "Hà My"
    assert item["author"]["ip"] == "127.0.0.1"
    assert "aiohttp" in item["author"]["user_agent"]
    assert item["thread_title"] == "Một học kỳ không bài tập về nhà ở ngôi trường ven sông"
    assert item["thread_url"] == f"{newspaper.url}/{THREAD}"


async def test_two_clicks_on_one_form_make_one_comment(newspaper: Newspaper, visitor: Visitor) -> None:
    await asyncio.gather(visitor.write(GOOD), visitor.write(GOOD))
    await visitor.read()

    assert visitor.own() == ["pending"]
    assert len(await pending(newspaper)) == 1


async def test_another_text_on_a_used_form_is_kept_and_sent_with_the_next_click(visitor: Visitor) -> None:
    key = visitor.hidden("key")
    await visitor.write(GOOD)
    answer = await visitor.send(name="Hà My", body="Một ý khác hẳn.", parent="", key=key)

    assert answer.status == 409
    assert "gửi thành một ý kiến mới" in visitor.page
    assert "Một ý khác hẳn." in visitor.page
    await visitor.write("Một ý khác hẳn.")
    assert visitor.own() == ["pending", "pending"]


async def test_the_suggested_text_is_sent_under_the_same_id(visitor: Visitor) -> None:
    await visitor.write(UNMARKED)
    assert visitor.own() == ["rejected"]
    assert "Vui lòng gõ tiếng Việt có dấu." in visitor.page
    comment = visitor.hidden("comment")

    await visitor.send(comment=comment, body="Tôi thấy cách làm này rất hay, cảm ơn các thầy cô.")
    assert visitor.own() == ["pending"]
    assert WAITING in visitor.page
    assert visitor.hidden("comment") == comment


async def test_only_the_browser_that_sent_a_comment_may_revise_it(
    newspaper: Newspaper, visitor: Visitor
) -> None:
    await visitor.write(UNMARKED)
    async with ClientSession() as session:
        stranger = Visitor(session, newspaper.url)
        answer = await stranger.send(comment=visitor.hidden("comment"), body="Chữ của kẻ lạ.")

    assert answer.status == 404
    assert "Chữ của kẻ lạ." in stranger.page
    await visitor.read()
    assert visitor.own() == ["rejected"]


@pytest.mark.parametrize("origin", ["https://ke-xau.example", "null", ""])
async def test_a_form_on_another_website_is_refused(
    newspaper: Newspaper, visitor: Visitor, origin: str
) -> None:
    answer = await visitor.send(origin=origin, name="An", body=GOOD, parent="", key=visitor.hidden("key"))

    assert answer.status == 403
    assert await pending(newspaper) == []


@pytest.mark.parametrize(
    ("name", "body", "told"),
    [("Hà My", "   ", "Ý kiến cần có nội dung"), ("", GOOD, "Vui lòng cho biết tên"), ("x" * 81, GOOD, "80")],
)
async def test_a_form_that_lacks_something_comes_back_as_it_was(
    visitor: Visitor, name: str, body: str, told: str
) -> None:
    answer = await visitor.write(body, name=name)

    assert answer.status == 422
    assert told in visitor.page
    assert body in visitor.page


async def test_a_closed_article_takes_nothing_and_keeps_the_text(
    newspaper: Newspaper, visitor: Visitor
) -> None:
    await newspaper.site.website.announce(CLOSED, title="Tòa", url=newspaper.url, is_open=False)
    await visitor.read(f"/{CLOSED}")
    assert "Tòa soạn đã đóng bình luận ở bài viết này." in visitor.page

    answer = await visitor.send(thread=CLOSED, name="An", body=GOOD, parent="", key="k" * 24)
    assert answer.status == 409
    assert "Bài viết này đã đóng bình luận" in visitor.page
    assert GOOD in visitor.page


async def test_a_hasty_reader_is_told_to_wait(newspaper: Newspaper, visitor: Visitor) -> None:
    site = newspaper.site
    policy = f"/v1/sites/{site.name}/policy"
    await site.admin.call("PATCH", policy, body={"limits": {"address": "1/60s"}})
    await visitor.write(GOOD)
    answer = await visitor.write("Viết thêm một câu nữa.")

    assert answer.status == 429
    assert re.search(r"Vui lòng chờ \d+ giây rồi gửi lại", visitor.page)
    assert "Viết thêm một câu nữa." in visitor.page


async def test_an_answer_to_what_was_taken_down_can_be_sent_alone(
    newspaper: Newspaper, visitor: Visitor
) -> None:
    answer = await visitor.write(GOOD, parent="no-such-comment")
    assert answer.status == 422
    assert "không còn hiển thị" in visitor.page

    await visitor.write(GOOD, parent=visitor.hidden("parent"))
    assert visitor.own() == ["pending"]


async def test_an_answer_that_was_refused_stays_an_answer(newspaper: Newspaper, visitor: Visitor) -> None:
    parent = await newspaper.site.publish(THREAD, "Thư viện mở buổi tối là ý hay nhất.", name="Bác Hòa")
    await visitor.read(f"/{THREAD}?tra-loi={parent['id']}")
    assert "Trả lời <b>Bác Hòa</b>" in visitor.page

    await visitor.write(" ", parent=visitor.hidden("parent"))
    await visitor.write("Cháu cũng nghĩ như bác.", parent=visitor.hidden("parent"))
    assert [item["parent_id"] for item in await pending(newspaper)] == [parent["id"]]


async def test_what_was_taken_down_leaves_its_place_to_the_answers(
    newspaper: Newspaper, visitor: Visitor
) -> None:
    site = newspaper.site
    parent = await site.publish(THREAD, "Lời này rồi sẽ bị gỡ khỏi trang.", name="Người Hối Hận")
    await site.publish(THREAD, "Tôi thì nghĩ khác bạn.", name="Người Trả Lời", parent=parent["id"])
    why = {"version": parent["version"], "reason": "other"}
    await site.moderator.call("POST", f"/v1/comments/{parent['id']}/reject", body=why)
    await visitor.read()

    assert "1 bình luận" in visitor.page
    assert "Bình luận này không còn hiển thị." in visitor.page
    assert "Người Hối Hận" not in visitor.page
    assert "Lời này rồi" not in visitor.page
    assert "Tôi thì nghĩ khác bạn." in visitor.page


async def test_what_readers_write_is_shown_as_text(newspaper: Newspaper, visitor: Visitor) -> None:
    body = "Xem <script>alert(1)</script> & trang https://thuvien.example nhé các bạn."
    await newspaper.site.publish(THREAD, body, name="<i>An</i>")
    async with ClientSession() as session, session.get(f"{newspaper.url}/{THREAD}") as response:
        page = await response.text()

    assert "1 bình luận" in page
    assert "&lt;i&gt;An&lt;/i&gt;" in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt; &amp; trang" in page
    assert 'rel="nofollow ugc noopener"' in page


async def test_a_reader_sees_what_became_of_the_comment(newspaper: Newspaper, visitor: Visitor) -> None:
    await visitor.write(GOOD)
    (item,) = await pending(newspaper)
    decision = f"/v1/comments/{item['id']}"
    moderator = newspaper.site.moderator
    await moderator.call("POST", f"{decision}/approve", body={"version": item["version"]})
    await visitor.read()
    assert "Đã đăng" in visitor.page

    taken_down = {"version": item["version"] + 1, "reason": "other", "message": "Ý kiến chưa phù hợp."}
    await moderator.call("POST", f"{decision}/reject", body=taken_down)
    await visitor.read()
    assert visitor.own() == ["rejected"]
    assert "Ý kiến chưa phù hợp." in visitor.page
    assert 'name="comment"' not in visitor.page

    answer = await visitor.send(comment=item["id"], body="Tôi viết lại thế này.")
    assert answer.status == 409
    assert "Tôi viết lại thế này." in visitor.page


async def test_without_the_service_the_article_is_read_and_no_text_is_lost(newspaper: Newspaper) -> None:
    settings = newspaper.settings.model_copy(
        update={"port": unused_port(), "codau_url": HttpUrl(f"http://127.0.0.1:{unused_port()}")}
    )
    async with serving(settings), ClientSession(cookie_jar=CookieJar(unsafe=True)) as session:
        visitor = Visitor(session, settings.origin)
        assert (await visitor.read()).status == 200
        assert "Chưa tải được bình luận" in visitor.page
        assert (await visitor.read("/")).status == 200
        assert not re.search(r"\d bình luận", visitor.page)
        assert (await visitor.read("/so-binh-luan")).status == 200
        await visitor.read()
        key = visitor.hidden("key")

        assert (await visitor.write(GOOD)).status == 503
        assert "đang tạm gián đoạn" in visitor.page
        assert GOOD in visitor.page
        assert visitor.hidden("key") == key


async def test_a_service_that_hangs_keeps_the_article_for_two_seconds_at_most(newspaper: Newspaper) -> None:
    silence = socket.create_server(("127.0.0.1", 0))  # the kernel takes connections, nobody answers
    url = HttpUrl(f"http://127.0.0.1:{silence.getsockname()[1]}")
    settings = newspaper.settings.model_copy(update={"port": unused_port(), "codau_url": url})
    with silence:
        async with serving(settings), ClientSession() as session, asyncio.timeout(4):
            assert (await session.get(f"{settings.origin}/{THREAD}")).status == 200


async def test_a_form_that_is_none_is_refused(newspaper: Newspaper) -> None:
    address, origin = f"{newspaper.url}/{THREAD}", {"Origin": newspaper.url}
    form = origin | {"Content-Type": "application/x-www-form-urlencoded"}
    async with ClientSession() as session:
        for status, headers, data in [
            (400, form, b"name=An&body=\xff\xfe"),
            (415, origin | {"Content-Type": "application/json"}, b"{}"),
            (413, form, io.BytesIO(b"body=" + b"a" * 2_000_000)),
        ]:
            async with session.post(address, data=data, headers=headers) as response:
                assert response.status == status
