"""The store goes away in the middle: nothing is acknowledged that is not kept; all comes back by itself."""

import asyncio
import contextlib
import signal
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import redis

from service.app import ENDPOINTS
from service.supervision.valkey import EmbeddedValkey
from tests.api.calls import BETTER, GOOD, WHO, comment_of, refused, thread_of
from tests.api.test_roles import address_of, query_of
from tests.running import WAIT, Answer, Running, running
from workers.persevering import Complaints, keep_going

BACK_WITHIN_S = 2.0


@pytest.fixture
def store(tmp_path: Path) -> Any:
    """A server of this test's own."""
    with EmbeddedValkey(tmp_path) as server:
        yield server


@contextlib.asynccontextmanager
async def serving(store: EmbeddedValkey) -> AsyncIterator[Running]:
    """The whole service; its worker tries again when the store is gone, as the real one does."""
    async with running(store.url, validating=False) as service:
        stop = asyncio.Event()
        worker = asyncio.create_task(keep_going(Complaints("validator"), service.validator.run, stop))
        yield service
        stop.set()
        await worker


def kill(store: EmbeddedValkey) -> None:
    signal.pidfd_send_signal(store.pidfd, signal.SIGKILL)


def document_of(number: int) -> dict[str, Any]:
    return comment_of(f"{GOOD} {number}", thread=f"bai/{number % 7}")


async def send(service: Running, number: int) -> Answer:
    headers = {"Idempotency-Key": f"yeu-cau-{number}"}
    return await service.website("POST", "/v1/comments", json=document_of(number), headers=headers)


def gone(answer: Answer) -> None:
    refused(answer, 503, "unavailable")
    assert int(answer.headers["Retry-After"]) >= 1


async def back(service: Running) -> float:
    """Ask until the service works again (a call tries for 0.8 s by itself); the seconds it took."""
    begun = time.monotonic()
    while (await service.website("POST", "/v1/check", json={"body": GOOD})).status != 200:
        assert time.monotonic() - begun < 10
    return time.monotonic() - begun


async def test_nothing_acknowledged_is_lost_and_nothing_comes_twice(store: EmbeddedValkey) -> None:
    async with serving(store) as service:
        tasks = [asyncio.create_task(send(service, number)) for number in range(150)]
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        kill(store)
        begun = time.monotonic()
        first = await asyncio.gather(*tasks)
        assert time.monotonic() - begun < 8
        assert {answer.status for answer in first} == {202, 503}
        for answer in first:
            if answer.status == 503:
                gone(answer)
        store.serve()
        assert await back(service) < BACK_WITHIN_S
        second = await asyncio.gather(*(send(service, number) for number in range(150)))
        assert {answer.status for answer in second} <= {201, 202}
        for before, after in zip(first, second, strict=True):
            assert before.status == 503 or before.json["id"] == after.json["id"]
        ids = {answer.json["id"] for answer in second}
        assert len(ids) == 150
        await service.validator.drain()
        await service.recoverer.recover(idle_ms=0)  # what was in the worker's hands when the store went
        assert await listed(service) == ids


async def listed(service: Running) -> set[str]:
    """The ids of all that waits."""
    found: set[str] = set()
    cursor: dict[str, str] = {}
    while True:
        page = (await service.moderator("GET", "/v1/queue", params={"limit": "100"} | cursor)).json
        found |= {item["id"] for item in page["items"]}
        if page["next_cursor"] is None:
            return found
        cursor = {"cursor": page["next_cursor"]}


async def test_every_call_says_that_the_store_is_gone(store: EmbeddedValkey) -> None:
    async with running(store.url, validating=False) as service:
        kill(store)
        asked = [
            service.admin(endpoint.method, address_of(endpoint, "0" * 22), params=query_of(endpoint))
            for endpoint in ENDPOINTS
        ]
        begun = time.monotonic()
        for answer in await asyncio.gather(*asked):
            gone(answer)
        assert time.monotonic() - begun < 5
        assert (await service.nobody("GET", "/healthz")).status == 200
        store.serve()
        assert await back(service) < BACK_WITHIN_S


async def test_waiting_works_again_after_the_return(store: EmbeddedValkey) -> None:
    async with serving(store) as service:
        assert (await service.submit(GOOD))["state"] == "pending"
        kill(store)
        gone(await service.website("POST", "/v1/comments", json=comment_of(BETTER), headers=WAIT))
        store.serve()
        assert await back(service) < BACK_WITHIN_S
        begun = time.monotonic()
        answer = await service.website("POST", "/v1/comments", json=comment_of(BETTER), headers=WAIT)
        assert (answer.status, answer.json["state"]) == (201, "pending")
        assert time.monotonic() - begun < 5


async def test_who_waits_for_a_verdict_while_the_store_goes_is_told_what_is_sure(
    store: EmbeddedValkey,
) -> None:
    async with running(store.url, validating=False) as service:
        prefer = {"Prefer": "wait=1"}
        waiting = asyncio.create_task(
            service.website("POST", "/v1/comments", json=comment_of(), headers=prefer)
        )
        while not await service.queue.read(service.queue.lanes[0], 1):
            continue
        # Replies come in order: when this one is there, the process knows that the comment is stored.
        await service.website("GET", "/v1/counts?thread=a")
        kill(store)
        answer = await waiting
        assert (answer.status, answer.json["state"]) == (202, "queued")
        store.serve()
        await back(service)
        assert (await service.website("GET", answer.headers["Location"])).json == answer.json


async def test_a_decision_that_was_not_acknowledged_can_be_looked_up_and_repeated(
    store: EmbeddedValkey,
) -> None:
    async with serving(store) as service:
        comments = [await service.submit(f"{GOOD} {number}") for number in range(10)]
        paths = [f"/v1/comments/{comment['id']}/approve" for comment in comments]
        tasks = [
            asyncio.create_task(service.moderator("POST", path, json={"version": 2}))
            for path in paths
            for _ in "ab"
        ]
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        kill(store)
        first = await asyncio.gather(*tasks)
        assert {answer.status for answer in first} <= {200, 409, 503}
        store.serve()
        assert await back(service) < BACK_WITHIN_S
        for path, *before in zip(paths, first[::2], first[1::2], strict=True):
            again = await service.moderator("POST", path, json={"version": 2})
            assert (again.status, again.code) in ((200, None), (409, "version_conflict"))
            assert sum(answer.status == 200 for answer in (*before, again)) <= 1
        assert (await thread_of(service.website))["count"] == 10


@contextlib.contextmanager
def out_of_memory(store: EmbeddedValkey) -> Any:
    with redis.Redis.from_url(store.url) as client:
        client.config_set("maxmemory", "1")
        yield
        client.config_set("maxmemory", "0")


async def test_out_of_memory_stops_intake_and_not_the_moderators(store: EmbeddedValkey) -> None:
    async with serving(store) as service:
        comments = [await service.submit(f"{GOOD} {number}", author=WHO) for number in range(3)]
        with out_of_memory(store):
            gone(await send(service, 1))
            approved = await service.decide(comments[0], "approve", body=BETTER)
            await service.decide(approved, "reject", reason="other")
            await service.decide(comments[1], "edit", body=BETTER)
            erased = await service.website("DELETE", f"/v1/comments/{comments[2]['id']}")
            assert erased.status == 204
            assert (await service.moderator("GET", "/v1/queue")).json["total"] == 1
            assert (await thread_of(service.website))["count"] == 0
        assert (await send(service, 1)).status == 202


async def test_intake_stops_before_memory_is_full_and_nothing_else_does(store: EmbeddedValkey) -> None:
    async with serving(store) as service:
        waiting = [await service.submit(f"{GOOD} {number}", author=WHO) for number in range(3)]
        unmarked = await service.submit("Bai viet rat hay, cam on toa soan da dang!")
        sent = await send(service, 1)
        with nearly_full(store):
            await service.services.store.memory.look()
            gone(await send(service, 2))
            again = await send(service, 1)
            assert (again.status in (201, 202), again.json["id"]) == (True, sent.json["id"])
            better = {"body": "Bài viết rất hay, cảm ơn tòa soạn đã đăng!"}
            gone(await service.website("POST", f"/v1/comments/{unmarked['id']}/revise", json=better))
            claimed = (await service.moderator("POST", "/v1/queue/claim", json={})).json["items"]
            assert {item["id"] for item in claimed} >= {comment["id"] for comment in waiting}
            for comment in waiting:
                assert (await service.decide(comment, "approve"))["state"] == "published"
            assert (await service.nobody("GET", "/readyz")).status == 200
        assert (await send(service, 2)).status == 202


@contextlib.contextmanager
def nearly_full(store: EmbeddedValkey) -> Any:
    """A server that uses 90 % of what it may."""
    with redis.Redis.from_url(store.url) as client:
        client.config_set("maxmemory", str(int(client.info("memory")["used_memory"] / 0.9)))
        yield
        client.config_set("maxmemory", "0")


async def test_out_of_memory_does_not_stop_what_was_taken_in(store: EmbeddedValkey) -> None:
    async with running(store.url, validating=False) as service:
        sent = [await send(service, number) for number in range(3)]
        with out_of_memory(store):
            await service.validator.drain()
            for answer in sent:
                now = await service.website("GET", answer.headers["Location"])
                assert now.json["state"] == "pending"


async def test_a_store_that_only_reads_takes_nothing_in(store: EmbeddedValkey) -> None:
    async with serving(store) as service:  # its worker goes on by itself
        comment = await service.publish(GOOD)
        with redis.Redis.from_url(store.url) as client:
            client.replicaof("127.0.0.1", "1")
            gone(await send(service, 1))
            gone(await service.website("DELETE", f"/v1/comments/{comment['id']}"))
            gone(await service.admin("PUT", "/v1/sites/moi", json={"name": "Mới"}))
            assert (await thread_of(service.website))["count"] == 1
            client.replicaof("NO", "ONE")
        answer = await service.website("POST", "/v1/comments", json=comment_of(BETTER), headers=WAIT)
        assert (answer.status, answer.json["state"]) == (201, "pending")
