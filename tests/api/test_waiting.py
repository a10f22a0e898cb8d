"""`Prefer: wait`: answered as soon as the worker has judged, by being told."""

import asyncio
import itertools
import time
from typing import Any

from service.store.queue import Task
from tests.api.calls import BETTER, GOOD, UNMARKED, comment_of
from tests.running import Answer, Running


async def send(service: Running, prefer: str, document: Any = None) -> Answer:
    return await service.website(
        "POST", "/v1/comments", json=document or comment_of(), headers={"Prefer": prefer}
    )


async def queued(service: Running) -> list[Task]:
    """The next entries of the queue, as soon as there are any."""
    for lane in itertools.cycle(service.queue.lanes):
        if tasks := await service.queue.read(lane, 1, block=False):
            return tasks
    raise AssertionError("a queue has lanes")


async def test_who_waits_gets_the_verdict(service: Running) -> None:
    answer = await send(service, "wait=10", comment_of(UNMARKED))
    assert answer.status == 201
    assert answer.headers["Preference-Applied"] == "wait"
    assert answer.headers["Location"] == f"/v1/comments/{answer.json['id']}"
    assert (answer.json["state"], answer.json["reason"]) == ("rejected", "missing_diacritics")


async def test_who_does_not_wait_is_answered_at_once(service: Running) -> None:
    answer = await service.website("POST", "/v1/comments", json=comment_of())
    assert (answer.status, answer.json["state"]) == (202, "queued")
    assert "Preference-Applied" not in answer.headers


async def test_a_wait_that_is_too_short_ends_in_the_ordinary_answer(idle_service: Running) -> None:
    answer = await send(idle_service, "wait=1")
    assert (answer.status, answer.json["state"]) == (202, "queued")
    assert "Preference-Applied" not in answer.headers


async def test_preferences_are_read_as_rfc_7240_writes_them(service: Running) -> None:
    for prefer in (
        "wait=10",
        "Wait = 10",
        'wait="10"',
        "respond-async, wait=10",
        "wait=10; foo, bar",
        "wait=99999",
    ):
        answer = await send(service, prefer)
        assert (answer.status, answer.headers.get("Preference-Applied")) == (201, "wait"), prefer


async def test_other_preferences_and_malformed_waits_are_passed_over(idle_service: Running) -> None:
    for prefer in (
        "wait",
        "wait=",
        "wait=soon",
        "wait=-1",
        "wait=0",
        "await=5",
        "return=minimal",
        ",;=",
        "wait=٥",
    ):
        answer = await send(idle_service, prefer)
        assert (answer.status, "Preference-Applied" in answer.headers) == (202, False), prefer


async def test_an_absurdly_long_wait_is_cut_to_ten_seconds(service: Running) -> None:
    answer = await send(service, "wait=" + "9" * 40)
    assert answer.status == 201


async def test_the_answer_comes_when_the_verdict_does(idle_service: Running) -> None:
    waiting = asyncio.create_task(send(idle_service, "wait=10"))
    [task] = await queued(idle_service)
    assert not waiting.done()
    begun = time.monotonic()
    await idle_service.validator.judge_all([task])
    answer = await waiting
    assert (answer.status, answer.json["state"]) == (201, "pending")
    assert time.monotonic() - begun < 5


async def test_a_revision_is_waited_for_like_a_comment(service: Running) -> None:
    rejected = await service.submit(UNMARKED)
    path = f"/v1/comments/{rejected['id']}/revise"
    revised = await service.website("POST", path, json={"body": GOOD}, headers={"Prefer": "wait=10"})
    assert (revised.status, revised.json["state"]) == (201, "pending")
    assert revised.headers["Preference-Applied"] == "wait"
    assert revised.headers["Location"] == f"/v1/comments/{rejected['id']}"
    again = await service.website("POST", path, json={"body": BETTER})
    assert (again.status, again.json["state"]) == (202, "queued")


async def test_the_verdict_on_an_older_text_does_not_end_the_wait_for_the_newer(
    idle_service: Running,
) -> None:
    first = asyncio.create_task(send(idle_service, "wait=10"))
    [older] = await queued(idle_service)
    path = f"/v1/comments/{older.comment_id}/revise"
    second = asyncio.create_task(
        idle_service.website("POST", path, json={"body": BETTER}, headers={"Prefer": "wait=10"})
    )
    [newer] = await queued(idle_service)
    await idle_service.validator.judge_all([older])
    await idle_service.validator.judge_all([newer])
    answers = await asyncio.gather(first, second)
    assert [(answer.status, answer.json["body"], answer.json["state"]) for answer in answers] == [
        (201, BETTER, "pending")
    ] * 2


async def test_who_waits_for_an_erased_comment_is_not_kept_waiting(idle_service: Running) -> None:
    waiting = asyncio.create_task(send(idle_service, "wait=10"))
    [task] = await queued(idle_service)
    begun = time.monotonic()
    gone = await idle_service.website("DELETE", f"/v1/comments/{task.comment_id}")
    assert gone.status == 204
    await idle_service.validator.judge_all([task])
    answer = await waiting
    assert (answer.json["state"], answer.json["body"]) == ("erased", None)
    assert time.monotonic() - begun < 5
