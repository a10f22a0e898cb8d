"""What the newspaper keeps of the service's answers: for how long, and what a webhook makes of it."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from examples.newspaper import kept
from examples.newspaper.client import ApiProblem, Json
from examples.newspaper.kept import Cache, Comments

KEPT_S = 60.0
Ask = Callable[[str | None], Awaitable[str]]


class Clock:
    """Seconds that a test moves."""

    def __init__(self) -> None:
        self.now_s = 1000.0

    def __call__(self) -> float:
        return self.now_s


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def cache(clock: Clock) -> Cache[str]:
    return Cache(KEPT_S, clock)


def answering(*answers: str) -> Ask:
    left = list(answers)

    async def ask(before: str | None) -> str:
        return left.pop(0)

    return ask


async def away(before: str | None) -> str:
    raise ApiProblem("unavailable", 503)


async def test_an_answer_is_kept_until_it_is_old(cache: Cache[str], clock: Clock) -> None:
    ask = answering("first", "second")
    assert await cache.get("a", ask) == "first"
    clock.now_s += KEPT_S - 1
    assert await cache.get("a", ask) == "first"
    clock.now_s += 1
    assert await cache.get("a", ask) == "second"


async def test_without_webhooks_every_view_asks_and_shows_what_was_known() -> None:
    cache: Cache[str] = Cache(0.0)
    known = []

    async def ask(before: str | None) -> str:
        known.append(before)
        return "same"

    assert [await cache.get("a", ask), await cache.get("a", ask)] == ["same", "same"]
    assert known == [None, "same"]


async def test_what_is_outdated_is_asked_for_again_and_nothing_else(cache: Cache[str]) -> None:
    ask = answering("a1", "b1", "a2")
    await cache.get("a", ask)
    await cache.get("b", ask)
    cache.outdate("a")
    cache.outdate("never asked for")
    assert [await cache.get("b", ask), await cache.get("a", ask)] == ["b1", "a2"]


async def test_all_who_want_it_at_once_ask_once(cache: Cache[str]) -> None:
    ask = answering("only")
    assert set(await asyncio.gather(*(cache.get("a", ask) for _ in range(50)))) == {"only"}


async def test_news_while_the_answer_is_under_way_outdates_it(cache: Cache[str]) -> None:
    """The service read the thread, then it took a comment down and told us, then its answer arrived."""
    asked, goes_on = asyncio.Event(), asyncio.Event()

    async def slow(before: str | None) -> str:
        asked.set()
        await goes_on.wait()
        return "with what was taken down"

    before = asyncio.create_task(cache.get("a", slow))
    await asked.wait()
    cache.outdate("a")
    after = answering("without it")
    assert await cache.get("a", after) == "without it"
    goes_on.set()
    await before
    assert await cache.get("a", after) == "without it", "nor does the late answer take its place"


async def test_a_service_that_is_away_leaves_what_is_kept(cache: Cache[str], clock: Clock) -> None:
    await cache.get("a", answering("kept"))
    clock.now_s += KEPT_S
    assert await cache.get("a", away) == "kept"
    clock.now_s += kept.AWAY_KEPT_S
    with pytest.raises(ApiProblem):
        await cache.get("a", away)


async def test_a_service_that_refuses_is_not_taken_for_one_that_is_away(
    cache: Cache[str], clock: Clock
) -> None:
    async def refuse(before: str | None) -> str:
        raise ApiProblem("unauthorized", 401)

    await cache.get("a", answering("kept"))
    clock.now_s += KEPT_S
    with pytest.raises(ApiProblem):
        await cache.get("a", refuse)


async def test_what_may_have_been_taken_down_is_not_shown_while_the_service_is_away(
    cache: Cache[str],
) -> None:
    await cache.get("a", answering("kept"))
    cache.outdate("a")
    with pytest.raises(ApiProblem):
        await cache.get("a", away)
    assert await cache.get("a", answering("new")) == "new"


def comment(version: int, name: str = "c") -> Json:
    return {"id": name, "version": version}


def test_a_repeat_is_no_news_and_a_late_message_changes_nothing(clock: Clock) -> None:
    comments = Comments(KEPT_S, clock)
    assert [comments.note(comment(version)) for version in (2, 3, 3, 2)] == [True, True, False, False]
    assert comments.fresh("c") == comment(3)


def test_a_comment_is_believed_for_a_while_and_remembered_for_longer(clock: Clock) -> None:
    comments = Comments(KEPT_S, clock)
    comments.note(comment(2))
    clock.now_s += KEPT_S
    assert comments.fresh("c") is None
    assert comments.last("c") == comment(2)
    comments.note(comment(2))
    assert comments.fresh("c") == comment(2), "a repeat says that it still stands so"


def test_the_comment_that_was_told_of_the_longest_ago_is_forgotten_first(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(kept, "MOST_COMMENTS", 2)
    comments = Comments(KEPT_S)
    for name in ("a", "b", "a", "c"):
        comments.note(comment(1, name))
    assert [comments.last(name) is not None for name in ("a", "b", "c")] == [True, False, True]
