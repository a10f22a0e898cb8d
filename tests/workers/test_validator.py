"""Workers judge what is queued: once, at the version that was read, and whatever other workers did."""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Sequence
from typing import Any

import pytest
import redis

from service.comments.authors import Standing
from service.judging.judge import judge
from service.judging.model import Context, Judgement, Rules
from service.store import keys
from service.store.authors import Opinion
from service.store.queue import Queue, Task
from tests.running import Running, handed_out, taken_over
from workers.__main__ import empty
from workers.recoverer import Recoverer
from workers.validator import HOLD_S, Judge, Validator

GOOD = "Bài viết rất hay, cảm ơn tòa soạn!"
POISON = "Bình luận này làm hỏng một phép kiểm tra."


async def queued(service: Running, body: str, thread: str = "a") -> Any:
    document = {"thread": thread, "body": body, "author": {"name": "An"}}
    answer = await service.website("POST", "/v1/comments", json=document)
    assert (answer.status, answer.json["state"]) == (202, "queued")
    return answer.json


async def state(service: Running, comment: Any) -> Any:
    return (await service.moderator("GET", f"/v1/comments/{comment['id']}")).json


def breaking_judge(text: str, rules: Rules, context: Context) -> Judgement:
    """The real judge, but for one text."""
    if text == POISON:
        raise RecursionError(text)
    return judge(text, rules, context)


@pytest.fixture
async def breaking(idle_service: Running) -> Validator:
    return Validator(idle_service.store, idle_service.queue, judge=breaking_judge)


async def test_a_drained_queue_is_judged_and_empty(idle_service: Running) -> None:
    made = [await queued(idle_service, f"{GOOD} Số {n}.", thread=str(n % 5)) for n in range(40)]
    await empty(idle_service.store, idle_service.queue)
    for comment in made:
        assert (await state(idle_service, comment))["state"] == "pending"
    assert await idle_service.queue.length() == 0


async def test_what_a_dead_worker_held_is_judged_by_another(idle_service: Running, redis_url: str) -> None:
    comment = await queued(idle_service, GOOD)
    dead = Queue(redis_url, idle_service.store.partitions, "dead")
    [task] = await handed_out(dead)
    assert task.comment_id == comment["id"]
    await dead.close()
    assert await idle_service.validator.drain() == 0, "nobody else is handed it"
    assert await idle_service.recoverer.recover(idle_ms=0) == 1
    assert (await state(idle_service, comment))["state"] == "pending"
    assert await idle_service.queue.length() == 0


async def test_who_is_silent_at_one_look_alone_keeps_what_it_holds(idle_service: Running) -> None:
    """At the first look the server's clock may have jumped ahead: all that is held seems to be left."""
    comment = await queued(idle_service, GOOD)
    tasks = await handed_out(idle_service.queue)
    assert await idle_service.recoverer.look(idle_ms=0) == 0
    async for _ in taken_over(idle_service.queue):
        pass  # it changes hands
    assert await idle_service.recoverer.look(idle_ms=0) == 0
    assert await idle_service.recoverer.look(idle_ms=0) == 1
    assert (await state(idle_service, comment))["version"] == 2
    await idle_service.validator.judge_all(tasks)
    assert (await state(idle_service, comment))["version"] == 2


async def test_what_a_living_worker_holds_is_left_to_it(idle_service: Running) -> None:
    await queued(idle_service, GOOD)
    await handed_out(idle_service.queue)
    assert await idle_service.recoverer.recover(idle_ms=60_000) == 0


async def test_a_verdict_delivered_twice_has_its_effect_once(idle_service: Running) -> None:
    comment = await queued(idle_service, GOOD)
    tasks = await handed_out(idle_service.queue)
    await idle_service.validator.judge_all(tasks)
    await idle_service.validator.judge_all(tasks)
    assert (await state(idle_service, comment))["version"] == 2


async def test_a_text_revised_meanwhile_is_judged_in_its_new_form_alone(idle_service: Running) -> None:
    comment = await queued(idle_service, "Bai viet rat hay, cam on toa soan!")
    tasks = await handed_out(idle_service.queue)
    revised = await idle_service.website("POST", f"/v1/comments/{comment['id']}/revise", json={"body": GOOD})
    assert revised.status == 202
    await idle_service.validator.judge_all(tasks)
    assert (await state(idle_service, comment))["state"] == "queued"
    await empty(idle_service.store, idle_service.queue)
    assert (await state(idle_service, comment))["state"] == "pending"
    events = [entry["event"] for entry in (await _history(idle_service, comment))]
    assert events == ["submitted", "revised", "judged"]


async def test_an_erased_comment_leaves_the_queue_unjudged(idle_service: Running) -> None:
    comment = await queued(idle_service, GOOD)
    assert (await idle_service.website("DELETE", f"/v1/comments/{comment['id']}")).status == 204
    await empty(idle_service.store, idle_service.queue)
    assert (await state(idle_service, comment))["state"] == "erased"


async def test_entries_of_two_partitions_that_are_named_alike_are_two(idle_service: Running) -> None:
    comment = await queued(idle_service, GOOD)
    [task] = await handed_out(idle_service.queue)
    other = next(p for p in idle_service.store.partitions if p != task.p)
    erased = f"{task.site} {'0' * 26} 1"
    await idle_service.store.commands.run("XADD", keys.queue(other), task.entry, "c", erased)
    await idle_service.validator.judge_all([task, *await handed_out(idle_service.queue)])
    assert (await state(idle_service, comment))["state"] == "pending"
    assert await idle_service.queue.length() == 0


async def test_a_check_that_raises_stops_nothing_else(idle_service: Running, breaking: Validator) -> None:
    poison = await queued(idle_service, POISON)
    good = [await queued(idle_service, f"{GOOD} Số {n}.") for n in range(10)]
    await breaking.drain()
    for comment in good:
        assert (await state(idle_service, comment))["state"] == "pending"
    assert (await state(idle_service, poison))["state"] == "queued"


async def test_after_three_tries_a_person_must_judge(
    idle_service: Running, breaking: Validator, capfd: pytest.CaptureFixture[str]
) -> None:
    poison = await queued(idle_service, POISON)
    await breaking.drain()
    recoverer = Recoverer(idle_service.queue, breaking)
    assert await recoverer.recover(idle_ms=0) == 1
    assert (await state(idle_service, poison))["state"] == "queued"
    assert await recoverer.recover(idle_ms=0) == 1
    judged = await state(idle_service, poison)
    assert judged["state"] == "pending"
    [finding] = judged["findings"]
    assert (finding["code"], finding["action"]) == ("check_failed", "flag")
    assert await idle_service.queue.length() == 0
    told = capfd.readouterr()
    assert "RecursionError" in told.out + told.err, "the log has the traceback"


async def test_what_kills_its_worker_goes_to_a_person_alone(idle_service: Running) -> None:
    poison = await queued(idle_service, POISON)
    innocent = await queued(idle_service, GOOD)
    killed = await handed_out(idle_service.queue)
    assert len(killed) == 2
    for _ in range(2):  # each time another worker takes the first of them, and dies
        async for task in taken_over(idle_service.queue):
            if task.comment_id == poison["id"]:
                break
            await idle_service.validator.judge_all([task])
    await idle_service.recoverer.recover(idle_ms=0)
    judged = await state(idle_service, poison)
    assert (judged["state"], [f["code"] for f in judged["findings"]]) == ("pending", ["check_failed"])
    assert (await state(idle_service, innocent))["findings"] == []


async def test_a_reader_is_trusted_only_where_the_policy_says_so(idle_service: Running) -> None:
    author = {"name": "An", "id": "quen-mat"}
    await _set_standing(idle_service, "quen-mat", "trusted")
    document = {"thread": "a", "body": GOOD, "author": author}
    first = await idle_service.website("POST", "/v1/comments", json=document)
    await empty(idle_service.store, idle_service.queue)
    assert (await state(idle_service, first.json))["state"] == "pending"
    patch = {"trusted": {"publish_at_once": True}}
    assert (await idle_service.admin("PATCH", "/v1/sites/bao/policy", json=patch)).status == 200
    second = await idle_service.website("POST", "/v1/comments", json=document | {"body": "Ngon quá!"})
    await empty(idle_service.store, idle_service.queue)
    published = await state(idle_service, second.json)
    assert published["state"] == "published"
    assert published["published_at"] is not None
    counts = await idle_service.website("GET", "/v1/counts", params={"thread": "a"})
    assert counts.json["counts"] == {"a": 1}


async def test_a_banned_author_is_rejected(idle_service: Running) -> None:
    await _set_standing(idle_service, "quay-roi", "banned")
    document = {"thread": "a", "body": GOOD, "author": {"name": "X", "id": "quay-roi"}}
    made = await idle_service.website("POST", "/v1/comments", json=document)
    await empty(idle_service.store, idle_service.queue)
    judged = await state(idle_service, made.json)
    assert (judged["state"], judged["reason"]) == ("rejected", "banned_author")


async def test_a_flood_is_flagged_from_the_comment_that_makes_it_one(idle_service: Running) -> None:
    await idle_service.admin("PATCH", "/v1/sites/bao/policy", json={"flood": {"author": "2/60s"}})
    made = []
    for word in ("một", "hai", "ba"):
        document = {"thread": "a", "body": f"Ý kiến {word} của tôi", "author": {"name": "X", "id": "x"}}
        made.append((await idle_service.website("POST", "/v1/comments", json=document)).json)
    await empty(idle_service.store, idle_service.queue)
    codes = [[f["code"] for f in (await state(idle_service, comment))["findings"]] for comment in made]
    assert codes == [[], [], ["flood"]]


async def test_a_copy_is_flagged_and_the_authors_own_is_rejected(idle_service: Running) -> None:
    text = "Tôi thấy quy định mới này rất hợp lý và nên áp dụng sớm hơn cho mọi người."
    made = {}
    for name, thread in (("first", "a"), ("other", "a"), ("first", "b"), ("first", "a")):
        document = {"thread": thread, "body": text, "author": {"name": name, "id": name}}
        answer = await idle_service.website("POST", "/v1/comments", json=document)
        await empty(idle_service.store, idle_service.queue)
        judged = await state(idle_service, answer.json)
        made[len(made)] = (judged["state"], [(f["code"], f["action"]) for f in judged["findings"]])
    flagged = ("pending", [("duplicate", "flag")])
    assert made == {0: ("pending", []), 1: flagged, 2: flagged, 3: ("rejected", [("duplicate", "reject")])}


async def test_of_copies_that_come_at_one_moment_the_later_ones_are_flagged(idle_service: Running) -> None:
    text = "Đề nghị thành phố sớm lắp đèn tín hiệu ở ngã tư này cho bà con yên tâm."
    documents = [{"thread": str(n), "body": text, "author": {"name": "X", "id": f"x{n}"}} for n in range(4)]
    sent = await asyncio.gather(
        *(idle_service.website("POST", "/v1/comments", json=document) for document in documents)
    )
    await empty(idle_service.store, idle_service.queue)
    codes = [[f["code"] for f in (await state(idle_service, one.json))["findings"]] for one in sent]
    assert sorted(codes) == [[], ["duplicate"], ["duplicate"], ["duplicate"]]


async def test_near_duplicates_share_a_cluster_across_authors_and_threads(idle_service: Running) -> None:
    text = "Đề nghị thành phố sớm lắp đèn tín hiệu ở ngã tư này cho bà con yên tâm."
    for number, body in enumerate(
        [text, text + " Cảm ơn!", "Tôi không có ý kiến gì về chuyện này cả đâu.", text]
    ):
        document = {"thread": str(number), "body": body, "author": {"name": "X", "id": f"x{number}"}}
        await idle_service.website("POST", "/v1/comments", json=document)
        await empty(idle_service.store, idle_service.queue)
    items = (await idle_service.moderator("GET", "/v1/queue")).json["items"]
    first, second, other, third = [item["cluster"] for item in items]
    assert first == second == third == items[0]["id"]
    assert other == items[2]["id"], "alone it is a cluster of one"


async def test_an_authors_texts_that_differ_in_a_number_are_no_repeat(idle_service: Running) -> None:
    states = []
    for number in (3, 4):
        body = f"Theo tôi thì tỉ số hợp lý nhất của trận này phải là {number} không."
        document = {"thread": "a", "body": body, "author": {"name": "X", "id": "x"}}
        answer = await idle_service.website("POST", "/v1/comments", json=document)
        await empty(idle_service.store, idle_service.queue)
        states.append((await state(idle_service, answer.json))["state"])
    assert states == ["pending", "pending"]


async def _history(service: Running, comment: Any) -> Any:
    return (await service.moderator("GET", f"/v1/comments/{comment['id']}/history")).json["entries"]


async def _set_standing(service: Running, author: str, standing: str) -> None:
    await service.store.authors.set_opinion("bao", author, Opinion(Standing(standing), by="Lan"))


async def test_what_was_taken_over_while_a_worker_stood_still_is_left_to_who_has_it(
    idle_service: Running,
) -> None:
    """Or it would be tried once more than is counted."""

    def never(text: str, rules: Rules, context: Context) -> Judgement:
        raise AssertionError(text)

    comment = await queued(idle_service, GOOD)
    tasks = await handed_out(idle_service.queue)
    async for _ in taken_over(idle_service.queue):
        pass  # as this worker's own recoverer does
    stood_still = Validator(idle_service.store, idle_service.queue, judge=never)
    await stood_still.judge_all(tasks, held_at=time.monotonic() - HOLD_S - 1)
    assert (await state(idle_service, comment))["state"] == "queued"
    assert await idle_service.recoverer.recover(idle_ms=0) == 1
    assert (await state(idle_service, comment))["state"] == "pending"


@contextlib.asynccontextmanager
async def losing_the_store(
    service: Running, valkey: redis.Redis, monkeypatch: pytest.MonkeyPatch, judge: Judge
) -> AsyncIterator[asyncio.Event]:
    """A worker for which the store is gone from its first comment on, until what it had in hand is held
    again; yields what is set when that happens. No recoverer is at work."""
    held, stop, hold = asyncio.Event(), asyncio.Event(), service.queue.hold

    async def holding(tasks: Sequence[Task], *, again: bool = False) -> list[Task]:
        valkey.config_set("min-replicas-to-write", 0)
        still = await hold(tasks, again=again)
        held.set()
        return still

    def judging(text: str, rules: Rules, context: Context) -> Judgement:
        if not held.is_set():
            valkey.config_set("min-replicas-to-write", 1)  # from now on it refuses every write
        return judge(text, rules, context)

    monkeypatch.setattr(service.queue, "hold", holding)
    worker = asyncio.create_task(Validator(service.store, service.queue, judge=judging).run(stop))
    try:
        yield held
    finally:
        valkey.config_set("min-replicas-to-write", 0)
        stop.set()
        await worker


async def test_what_was_in_hand_when_the_store_was_gone_is_judged_by_the_same_hand(
    idle_service: Running, valkey: redis.Redis, monkeypatch: pytest.MonkeyPatch
) -> None:
    comment = await queued(idle_service, GOOD)
    async with losing_the_store(idle_service, valkey, monkeypatch, judge) as held:
        await asyncio.wait_for(held.wait(), 60)
    assert (await state(idle_service, comment))["state"] == "pending"


async def test_what_is_judged_again_has_been_tried_once_more(
    idle_service: Running, valkey: redis.Redis, monkeypatch: pytest.MonkeyPatch
) -> None:
    tried = []

    def counted(text: str, rules: Rules, context: Context) -> Judgement:
        tried.append(text)
        return breaking_judge(text, rules, context)

    poison, good = await queued(idle_service, POISON), await queued(idle_service, GOOD)
    async with losing_the_store(idle_service, valkey, monkeypatch, counted) as held:
        await asyncio.wait_for(held.wait(), 60)
    assert (await state(idle_service, good))["state"] == "pending"
    assert tried.count(POISON) == 2
    breaking = Validator(idle_service.store, idle_service.queue, judge=counted)
    await Recoverer(idle_service.queue, breaking).recover(idle_ms=0)
    assert tried.count(POISON) == 3
    assert (await state(idle_service, poison))["findings"][0]["code"] == "check_failed"
