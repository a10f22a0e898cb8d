"""What was answered survives: all but the supervisor is killed while 16 clients send 1,000 comments."""

import asyncio
import contextlib
import json
import os
import signal
from collections import Counter
from pathlib import Path

import aiohttp

from service.comments.model import Event, State
from tests.store.looking import Everything, assert_consistent, everything
from tests.supervision.codau import Up, environment, eventually, up

COMMENTS = 1_000
CLIENTS = 16
GIVE_UP_S = 60
VICTIMS = ("service.supervision.api_process", "workers", "valkey-server")


class Senders:
    """Clients that repeat until they are answered, each comment under one Idempotency-Key."""

    def __init__(self, url: str, key: str) -> None:
        self._url = url
        self._headers = {"Authorization": f"Bearer {key}"}
        self._numbers = iter(range(COMMENTS))
        self.acknowledged: dict[int, str] = {}
        self.progress = asyncio.Condition()

    async def send_all(self) -> None:
        async with aiohttp.ClientSession(self._url) as http:
            await asyncio.gather(*(self._send(http) for _ in range(CLIENTS)))

    async def _send(self, http: aiohttp.ClientSession) -> None:
        for number in self._numbers:
            async with asyncio.timeout(GIVE_UP_S):
                self.acknowledged[number] = await self._until_answered(http, number)
            async with self.progress:
                self.progress.notify_all()

    async def _until_answered(self, http: aiohttp.ClientSession, number: int) -> str:
        document = {
            "thread": f"bai/{number % 50}",
            "body": f"Tôi đồng ý với ý kiến số {number} của tòa soạn.",
            "author": {"name": f"Độc giả {number}"},
        }
        while True:
            with contextlib.suppress(aiohttp.ClientError, ConnectionError):
                headers = self._headers | {"Idempotency-Key": f"so-{number}"}
                async with http.post("/v1/comments", json=document, headers=headers) as answer:
                    told = await answer.json()
                    if answer.status in (201, 202):
                        return str(told["id"])
                    assert answer.status == 503, told
                    assert "Retry-After" in answer.headers
            await asyncio.sleep(0.05)  # what a client that was told to try again does

    async def until(self, count: int) -> None:
        async with self.progress:
            await self.progress.wait_for(lambda: len(self.acknowledged) >= count)


async def test_all_that_was_answered_is_there_and_judged_once(tmp_path: Path) -> None:
    with up(env=environment(tmp_path / "data"), log=tmp_path / "log") as running:
        key = json.loads((tmp_path / "data" / "keys.json").read_bytes())["website_key"]
        senders = Senders(running.url("the API"), key)
        await asyncio.gather(senders.send_all(), kill_each(running, senders))
        assert len(senders.acknowledged) == COMMENTS
        url = f"unix://{next((tmp_path / 'data').rglob('*.sock'))}"
        eventually(lambda: not everything(url).queued, within_s=120)  # intake outruns one worker
        found = everything(url)
    assert sorted(found.comments) == sorted(senders.acknowledged.values())
    assert_judged_once(found)
    assert_consistent(found)


async def kill_each(running: Up, senders: Senders) -> None:
    """Kill one process after the other, each while comments come in."""
    for number, victim in enumerate(VICTIMS, start=1):
        await senders.until(number * COMMENTS // (len(VICTIMS) + 1))
        os.kill(running.children()[victim], signal.SIGKILL)


def assert_judged_once(found: Everything) -> None:
    for comment in found.comments.values():
        events = Counter(entry.event for entry in comment.log)
        assert events == {Event.SUBMITTED: 1, Event.JUDGED: 1}
        assert comment.state in (State.PENDING, State.REJECTED)
