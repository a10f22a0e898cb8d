"""`python -m workers` as a process of its own."""

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator

import pytest

from tests.running import Running


@pytest.fixture
def environment(redis_url: str) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("CODAU_")}
    return kept | {"CODAU_REDIS_URL": redis_url}


async def started(environment: dict[str, str], *arguments: str) -> asyncio.subprocess.Process:
    return await asyncio.create_subprocess_exec(
        sys.executable, "-m", "workers", *arguments, env=environment, stderr=asyncio.subprocess.PIPE
    )


@pytest.fixture
async def queued(idle_service: Running) -> AsyncIterator[Running]:
    for number in range(20):
        document = {"thread": "a", "body": f"Ý kiến số {number} của tôi đây.", "author": {"name": "An"}}
        assert (await idle_service.website("POST", "/v1/comments", json=document)).status == 202
    yield idle_service


async def test_drain_empties_the_queue_and_ends(queued: Running, environment: dict[str, str]) -> None:
    process = await started(environment, "--drain")
    assert await asyncio.wait_for(process.wait(), 30) == 0
    assert await queued.queue.length() == 0
    assert (await queued.moderator("GET", "/v1/queue")).json["total"] == 20


async def test_a_worker_that_is_told_to_stop_ends_well(queued: Running, environment: dict[str, str]) -> None:
    process = await started(environment)
    document = {"thread": "a", "body": "Bài viết hay lắm!", "author": {"name": "An"}}
    headers = {"Prefer": "wait=10"}
    answer = await queued.website("POST", "/v1/comments", json=document, headers=headers)
    assert answer.json["state"] == "pending", "it works"
    process.send_signal(signal.SIGTERM)
    assert await asyncio.wait_for(process.wait(), 10) == 0
    assert await queued.queue.length() == 0


async def test_an_unknown_duty_is_refused(environment: dict[str, str]) -> None:
    process = await started(environment, "gardener")
    _, told = await process.communicate()
    assert process.returncode == 2
    assert b"'gardener' is none of validator, recoverer" in told
