"""The judge of the torture benches sees what he is there to see: each breach, made on purpose, is told."""

import asyncio
import random
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from pathlib import Path

import pytest
import redis

from bench.torture.comparing import compare, look_into
from bench.torture.crowd import Crowd, crowd
from bench.torture.ledger import Decision, Fate, Ledger, Submission, digest
from bench.torture.parts import Part
from bench.torture.stack import Apart, Keys
from service.comments import record
from service.comments.model import Comment, Event
from service.store import keys
from tests.running import Running

COUNT = 12


@pytest.fixture
async def people(service: Running, redis_url: str, tmp_path: Path) -> AsyncIterator[Crowd]:
    """Some comments, submitted and decided; nothing is wrong."""
    url = str(service.website.http.make_url("/"))
    given = Keys(service.website.key or "", service.moderator.key or "")
    stack = Apart(url, redis_url, given, Part(_never))
    with Ledger(tmp_path / "ledger") as ledger:
        async with crowd(stack, ledger) as made:
            await made.submit(range(COUNT))
            await made.settled()
            async with made.moderating(1, random.Random(1)):
                while ledger.fates()[Fate.DONE] < COUNT:  # noqa: ASYNC110 - moderators tell nobody
                    await asyncio.sleep(0.01)
            yield made


def _never() -> None:
    raise NotImplementedError


async def test_nothing_is_told_where_nothing_is_wrong(people: Crowd) -> None:
    assert await compare(people) == []
    assert look_into(people) == []
    assert people.ledger.acknowledged == COUNT
    assert {decision.action for decision in people.ledger.decisions.values()} >= {"approve", "reject"}


def _lost(people: Crowd) -> None:
    people.ledger.submissions["k"] = Submission("bai/1", digest("không có"), "0" * 22)


def _other_text(people: Crowd) -> None:
    next(iter(people.ledger.submissions.values())).text = digest("khác")


def _unsent(people: Crowd) -> None:
    people.ledger.submissions.popitem()


def _other_thread(people: Crowd) -> None:
    next(iter(people.ledger.submissions.values())).thread = "bai/khac"


def _undecided(people: Crowd) -> None:
    some = next(iter(people.ledger.decisions.values()))
    people.ledger.decisions["ghi-0"] = Decision(some.comment_id, "approve", fate=Fate.DONE)


def _refused(people: Crowd) -> None:
    next(iter(people.ledger.decisions.values())).fate = Fate.REFUSED


def _decided_by_nobody(people: Crowd) -> None:
    people.ledger.decisions.popitem()


@pytest.mark.parametrize(
    ("damage", "told"),
    [
        (_lost, "acknowledged comments lost"),
        (_other_text, "acknowledged comments lost, or with another text"),
        (_unsent, "comments that nobody sent"),
        (_other_thread, "comments in another thread"),
        (_undecided, "acknowledged decisions lost"),
        (_refused, "decisions carried out though refused"),
        (_decided_by_nobody, "decisions that nobody sent"),
    ],
)
async def test_a_ledger_that_says_otherwise_is_told(
    damage: Callable[[Crowd], None], told: str, people: Crowd
) -> None:
    damage(people)
    assert told in " ".join(await compare(people))


async def test_a_verdict_and_a_decision_that_came_twice_are_told(
    people: Crowd, service: Running, valkey: redis.Redis
) -> None:
    name, comment = await _some(people, service)
    twice = replace(comment, log=(*comment.log[:2], *comment.log[1:], comment.log[-1]))
    valkey.set(name, record.dump(twice))
    found = " ".join(await compare(people))
    assert "comments not judged once" in found
    assert "decisions carried out twice" in found
    assert "in the store: each step was told once" in look_into(people)


async def test_a_list_that_forgot_a_comment_is_told(
    people: Crowd, service: Running, valkey: redis.Redis
) -> None:
    _, comment = await _some(people, service)
    p = service.store.partitions.of_comment(comment.id)
    valkey.zrem(keys.listed(p, "bao", comment.state), comment.id)
    assert "acknowledged comments lost" in " ".join(await compare(people))
    assert "each comment is in the lists of its state" in " ".join(look_into(people))


async def _some(people: Crowd, service: Running) -> tuple[str, Comment]:
    """A comment that was approved last, and under which name it is kept."""
    ids = {decision.comment_id for decision in people.ledger.decisions.values()}
    found = [await service.store.comments.get("bao", comment_id) for comment_id in sorted(ids)]
    comment = next(one for one in found if one.log[-1].event is Event.APPROVED)
    return keys.comment(service.store.partitions.of_comment(comment.id), "bao", comment.id), comment
