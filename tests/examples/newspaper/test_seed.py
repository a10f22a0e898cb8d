"""The demo's sample comments: through the real intake, and once."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest
from aiohttp import ClientSession
from aiohttp.test_utils import unused_port
from pydantic import HttpUrl, SecretStr

from examples.newspaper.articles import articles
from examples.newspaper.client import Json
from examples.newspaper.seed import fill, filled_before, samples

from .conftest import Newspaper, serving

pytestmark = pytest.mark.asyncio(loop_scope="module")

THREAD = "giao-duc/4711"
PUBLISHED = sum(sample.then == "approve" for sample in samples())


async def run(newspaper: Newspaper) -> None:
    """Send the samples, and wait for those that a busy machine has yet to judge."""
    await fill(newspaper.settings, newspaper.site.website, newspaper.site.moderator)
    while sum(await totals(newspaper)) < len(samples()):  # noqa: ASYNC110  it is another process
        await asyncio.sleep(0.05)


async def queue(newspaper: Newspaper, state: str) -> Json:
    return await newspaper.site.moderator.call("GET", f"/v1/queue?state={state}&limit=100")


async def totals(newspaper: Newspaper) -> list[int]:
    return [(await queue(newspaper, state))["total"] for state in ("published", "pending", "rejected")]


async def test_the_samples_are_in_place_and_a_second_run_adds_none(newspaper: Newspaper) -> None:
    await run(newspaper)

    published, pending, rejected = await totals(newspaper)
    assert published == PUBLISHED
    assert pending >= 10
    assert rejected >= 4
    assert published + pending + rejected == len(samples())
    assert sum((await newspaper.site.website.counts(list(articles()))).values()) == PUBLISHED

    await run(newspaper)
    assert await totals(newspaper) == [published, pending, rejected]


async def test_the_samples_show_what_checks_and_moderators_do(newspaper: Newspaper) -> None:
    await run(newspaper)

    rejected = {
        item["author"]["name"]: item["reason"] for item in (await queue(newspaper, "rejected"))["items"]
    }
    assert rejected["Thuy"] == rejected["hoang long"] == "missing_diacritics"
    assert rejected["Duy Anh"] == "raw_keystrokes"
    assert rejected["Tám Tàng"] == "off_topic"
    pending = {item["author"]["name"]: item for item in (await queue(newspaper, "pending"))["items"]}
    flags = {name: {seen["code"] for seen in item["findings"]} for name, item in pending.items()}
    assert "shouting" in flags["Hữu Lộc"]
    assert "contact" in flags["Thu Hà"]
    assert flags["Ngọc Bích"] == flags["Cẩm Tú"] == set()
    thread = await newspaper.site.website.thread(THREAD, sort="newest", limit=50)
    edited = {comment["author"]["name"] for comment in thread.document["comments"] if comment["edited"]}
    assert edited == {"Chị Ba bán bún", "Lê Hoài An"}


async def test_a_second_run_leaves_moderators_decisions_alone(newspaper: Newspaper) -> None:
    await run(newspaper)
    desk = newspaper.site.moderator
    taken_down = (await queue(newspaper, "published"))["items"][0]
    decision = f"/v1/comments/{taken_down['id']}"
    version = taken_down["version"]
    await desk.call("POST", f"{decision}/reject", body={"version": version, "reason": "other"})
    await desk.call("POST", f"{decision}/reopen", body={"version": version + 1})
    before = await totals(newspaper)

    await run(newspaper)
    assert await totals(newspaper) == before


async def test_a_day_later_what_stands_there_is_enough(newspaper: Newspaper) -> None:
    codau, now = newspaper.site.website, datetime.now(UTC)
    assert not await filled_before(codau, now + timedelta(days=1))
    await newspaper.site.publish(THREAD, "Bài viết rất hay, cảm ơn tòa soạn.")

    assert not await filled_before(codau, now)
    assert await filled_before(codau, now + timedelta(days=1))


async def test_the_page_opens_before_the_service_is_there(newspaper: Newspaper) -> None:
    settings = newspaper.settings.model_copy(
        update={
            "port": unused_port(),
            "codau_url": HttpUrl(f"http://127.0.0.1:{unused_port()}"),
            "seed": True,
            "moderator_key": SecretStr("unused"),
        }
    )
    async with serving(settings), ClientSession() as session, asyncio.timeout(4):
        assert (await session.get(f"{settings.origin}/{THREAD}")).status == 200
