"""The queue at a terminal: how much waits, for how long, and what; a text has no power over the terminal."""

import asyncio
import functools
import json
from typing import Any

import pytest

from tests.commands.conftest import Terminal
from tests.running import Running, running
from workers.recoverer import Recoverer
from workers.validator import TRIES, Validator

TEXTS = [
    "Bài viết rất hay, cảm ơn tòa soạn!",
    "Gọi cho tôi theo số 0912 345 678 nhé mọi người",
    "Chữ [red]đỏ[/red] [/khong] và \N{RIGHT-TO-LEFT OVERRIDE}ngược, thật là lạ quá",
]


@pytest.fixture
def codau(terminal: Terminal, redis_url: str) -> Terminal:
    return functools.partial(terminal, REDIS_URL=redis_url)


@pytest.fixture
def comments(redis_url: str) -> list[Any]:
    """Three comments that wait for a moderator, and one that does not any more."""

    async def made() -> list[Any]:
        async with running(redis_url) as service:
            found = [await service.submit(text, thread=f"bai/{n}") for n, text in enumerate(TEXTS)]
            await service.publish("Tôi rất đồng ý với ý kiến của bạn")
            return found

    return asyncio.run(made())


def listed(codau: Terminal, *words: str) -> Any:
    return json.loads(codau("queue", "bao", *words, "--json").out)


def test_what_waits_is_counted_and_shown_oldest_first(codau: Terminal, comments: list[Any]) -> None:
    told = codau("queue", "bao").out
    assert told.startswith("bao: 3 pending, the oldest for ")
    places = [told.index(comment["id"]) for comment in comments]
    assert places == sorted(places)
    assert TEXTS[0] in told
    assert " contact " in told
    assert "Minh Anh" in told


def test_json_has_all_that_a_moderator_sees(codau: Terminal, comments: list[Any]) -> None:
    found = listed(codau, "--limit", "2")
    assert (found["total"], found["oldest_at"]) == (3, comments[0]["created_at"])
    assert [item["id"] for item in found["items"]] == [comment["id"] for comment in comments[:2]]
    assert found["items"][0]["submitted_body"] == TEXTS[0]
    assert "email" in found["items"][0]["author"]


def test_a_finding_and_a_state_narrow_it(codau: Terminal, comments: list[Any]) -> None:
    assert [item["id"] for item in listed(codau, "--code", "contact")["items"]] == [comments[1]["id"]]
    published = listed(codau, "--state", "published")
    assert (published["total"], published["oldest_at"]) == (1, None)
    assert codau("queue", "bao", "--state", "rejected").out == "bao: 0 rejected\n"
    assert codau("queue", "bao", "--state", "queued").out == "bao: 0 queued\n"
    assert "--code" in codau("queue", "bao", "--state", "queued", "--code", "toxic", status=2).err
    assert "khong-co" in codau("queue", "khong-co", status=1).err


def test_a_text_does_nothing_to_the_terminal(codau: Terminal, comments: list[Any]) -> None:
    told = codau("queue", "bao").out
    assert "Chữ [red]đỏ[/red] [/khong] và \\u202engược" in told
    assert "\N{RIGHT-TO-LEFT OVERRIDE}" not in told


def test_a_comment_that_no_check_could_judge_is_a_dead_letter(codau: Terminal, redis_url: str) -> None:
    def fails(*_: object) -> Any:
        raise ZeroDivisionError

    async def made() -> str:
        async with running(redis_url, validating=False) as service:
            return await set_aside(service, fails)

    comment_id = asyncio.run(made())
    [found] = json.loads(codau("dead-letters", "bao", "--json").out)
    assert (found["kind"], found["id"]) == ("comment", comment_id)
    assert found["why"] == "judging ended with ZeroDivisionError"
    assert [item["id"] for item in listed(codau, "--code", "check_failed")["items"]] == [comment_id]


async def set_aside(service: Running, judge: Any) -> str:
    """A comment that was tried until nobody would try it again; its id."""
    document = {"thread": "bai/1", "body": TEXTS[0], "author": {"name": "Minh Anh"}}
    answer = await service.website("POST", "/v1/comments", json=document)
    validator = Validator(service.store, service.queue, judge=judge)
    await validator.drain()
    for _ in range(TRIES):
        await Recoverer(service.queue, validator).recover(idle_ms=0)
    return str(answer.json["id"])
