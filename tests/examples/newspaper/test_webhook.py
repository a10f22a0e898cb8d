"""The newspaper is told what happens, and asks for nothing in between."""

import asyncio
import json
import secrets
import time
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest
import pytest_asyncio
from aiohttp import ClientSession, CookieJar
from aiohttp.test_utils import unused_port
from pydantic import HttpUrl, SecretStr
from standardwebhooks import Webhook

from examples.newspaper.client import Json
from examples.newspaper.settings import Settings
from service.outgoing.signature import new_secret

from .conftest import Newspaper, Site, serving
from .test_pages import GOOD, THREAD, UNMARKED, Visitor

pytestmark = pytest.mark.asyncio(loop_scope="module")
SECRET = new_secret()


@pytest_asyncio.fixture(loop_scope="module")
async def newspaper(site: Site) -> AsyncIterator[Newspaper]:
    """One that believes what it knows, since it has a webhook's secret; who calls it is the test's matter."""
    settings = Settings(
        port=unused_port(),
        codau_url=HttpUrl(site.url),
        codau_key=SecretStr(site.website_key),
        webhook_secret=SecretStr(SECRET),
    )
    async with serving(settings):
        yield Newspaper(settings.origin, site, settings)


@pytest_asyncio.fixture(loop_scope="module")
async def visitor(newspaper: Newspaper) -> AsyncIterator[Visitor]:
    async with ClientSession(cookie_jar=CookieJar(unsafe=True)) as session:
        visitor = Visitor(session, newspaper.url)
        await visitor.read()
        yield visitor


def signed(body: str, *, secret: str = SECRET, age: timedelta = timedelta()) -> dict[str, str]:
    """The headers of a message, by the specification's own library."""
    at, name = datetime.now(UTC) - age, secrets.token_hex(8)
    signature = Webhook(secret).sign(name, at, body)
    stamp = str(int(at.timestamp()))
    return {"webhook-id": name, "webhook-timestamp": stamp, "webhook-signature": signature}


async def send(newspaper: Newspaper, body: str | bytes, headers: dict[str, str]) -> int:
    async with ClientSession() as session:
        address = f"{newspaper.url}/codau"
        async with session.post(address, data=body, headers=headers) as response:
            return response.status


async def tell(newspaper: Newspaper, comment: Json) -> int:
    """Send what the service would of a comment."""
    event = {"type": f"comment.{comment['state']}", "timestamp": "2026-11-22T05:00:00.000Z", "data": comment}
    body = json.dumps(event)
    return await send(newspaper, body, signed(body))


async def test_a_page_is_kept_until_a_message_tells_of_a_comment(
    newspaper: Newspaper, visitor: Visitor
) -> None:
    comment = await newspaper.site.publish(THREAD, "Thư viện mở buổi tối là ý hay nhất.")
    await visitor.read()
    assert visitor.count() == 0

    assert await tell(newspaper, comment) == 204
    await visitor.read()
    assert visitor.count() == 1
    assert "Thư viện mở buổi tối" in visitor.page


async def test_a_message_that_comes_again_or_late_outdates_nothing(
    newspaper: Newspaper, visitor: Visitor
) -> None:
    first = await newspaper.site.publish(THREAD, "Thư viện mở buổi tối là ý hay nhất.")
    await tell(newspaper, first)
    await visitor.read()
    await newspaper.site.publish(THREAD, "Cả nhà tôi đều thích cách làm này.", name="Bác Hòa")

    assert await tell(newspaper, first) == 204
    assert await tell(newspaper, first | {"version": 2, "state": "pending"}) == 204
    await visitor.read()
    assert visitor.count() == 1


async def test_a_reader_learns_from_a_message_what_became_of_the_comment(
    newspaper: Newspaper, visitor: Visitor
) -> None:
    await visitor.write(UNMARKED)
    assert "Cần gõ có dấu" in visitor.page
    comment = await newspaper.site.website.comment(visitor.hidden("comment"))
    why = {"state": "rejected", "version": 9, "reason": "off_topic", "findings": []}

    await tell(newspaper, comment | why | {"message": "Mời bạn viết về bài báo."})
    await visitor.read()
    assert "Không được đăng" in visitor.page
    assert "Lý do: không liên quan đến bài viết. Mời bạn viết về bài báo." in visitor.page
    assert 'name="comment"' not in visitor.page

    await tell(newspaper, comment | {"state": "published", "version": 10, "suggestion": None})
    await visitor.read()
    assert visitor.own() == ["published"]


@pytest.mark.parametrize("case", ["secret", "body", "old", "none", "garbage", "no text"])
async def test_who_cannot_sign_tells_nothing(newspaper: Newspaper, visitor: Visitor, case: str) -> None:
    comment = await newspaper.site.publish(THREAD, "Thư viện mở buổi tối là ý hay nhất.")
    body: str | bytes = json.dumps({"type": "comment.published", "timestamp": "", "data": comment})
    assert isinstance(body, str)
    headers = {
        "secret": signed(body, secret=new_secret()),
        "body": signed(body + " "),
        "old": signed(body, age=timedelta(minutes=6)),
        "none": {},
        "garbage": signed(body) | {"webhook-signature": "nonsense"},
        "no text": signed(body),
    }[case]
    sent = b"\xff" if case == "no text" else body

    assert await send(newspaper, sent, headers) == 403
    await visitor.read()
    assert visitor.count() == 0


async def test_a_test_message_is_taken(newspaper: Newspaper) -> None:
    body = json.dumps({"type": "codau.test", "timestamp": "", "data": {"site": "bao", "webhook": "wh_1"}})
    assert await send(newspaper, body, signed(body)) == 204


async def test_without_a_secret_nobody_listens(newspaper: Newspaper) -> None:
    settings = newspaper.settings.model_copy(update={"port": unused_port(), "webhook_secret": None})
    async with serving(settings):
        there = Newspaper(settings.origin, newspaper.site, settings)
        assert await send(there, "{}", signed("{}")) == 404


async def test_the_services_own_messages_are_understood(newspaper: Newspaper, visitor: Visitor) -> None:
    """The whole way: a real webhook, set by the API; what is taken down is gone when its message came."""
    site = newspaper.site
    hooks = f"/v1/sites/{site.name}/webhooks"
    hook = await site.admin.call("POST", hooks, body={"url": f"{newspaper.url}/codau"})
    settings = newspaper.settings.model_copy(
        update={"port": unused_port(), "webhook_secret": SecretStr(hook["secret"])}
    )
    address = {"url": f"{settings.origin}/codau"}
    await site.admin.call("PATCH", f"{hooks}/{hook['id']}", body=address)
    async with serving(settings), ClientSession(cookie_jar=CookieJar(unsafe=True)) as session:
        visitor = Visitor(session, settings.origin)
        await visitor.read()
        await visitor.write(GOOD)
        assert visitor.own() == ["pending"]
        (waiting,) = (await site.moderator.call("GET", "/v1/queue"))["items"]
        decision = f"/v1/comments/{waiting['id']}"
        await site.moderator.call("POST", f"{decision}/approve", body={"version": waiting["version"]})
        await until(visitor, "published")
        assert visitor.count() == 1

        taken_down = {"version": waiting["version"] + 1, "reason": "other"}
        await site.moderator.call("POST", f"{decision}/reject", body=taken_down)
        await until(visitor, "rejected")
        assert visitor.count() == 0


async def until(visitor: Visitor, state: str, *, within_s: float = 60) -> None:
    """Read the page until the reader's comment stands so: the message comes when it comes."""
    deadline = time.monotonic() + within_s
    while visitor.own() != [state]:
        assert time.monotonic() < deadline, visitor.page
        await asyncio.sleep(0.02)
        await visitor.read()
