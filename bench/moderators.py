"""Eight moderators decide a long queue through claims: is each comment decided once, and handed to one?

`python -m bench.moderators [COMMENTS]` (10,000). The checker keeps its own log of what every client was
handed and answered, and compares it with what the history of each comment says.
"""

import asyncio
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from bench.command import quiet
from bench.sides import emptied
from service.comments.model import Event
from service.store.directory import Role
from service.supervision.valkey import EmbeddedValkey
from tests.running import Caller, Running, running

MODERATORS = 8
CLAIM = 20
RIVALS = 4  # of what a client is handed, so many are decided by a rival at the same moment


@dataclass(slots=True)
class Log:
    """What the clients saw."""

    handed: Counter[str] = field(default_factory=Counter)
    decided: Counter[str] = field(default_factory=Counter)
    refused: Counter[str] = field(default_factory=Counter)
    without_current: int = 0


async def submitted(service: Running, count: int) -> None:
    """Fill the queue, some at a time."""

    async def one(number: int) -> None:
        document = {
            "thread": f"bai/{number % 200}",
            "body": f"Tôi đồng ý với ý kiến số {number}.",
            "author": {"name": f"Độc giả {number}"},
        }
        answer = await service.website("POST", "/v1/comments", json=document)
        assert answer.status == 202, answer.text

    for start in range(0, count, 100):
        await asyncio.gather(*(one(number) for number in range(start, min(start + 100, count))))
    await emptied(service.queue)


async def work(mine: Caller, rival: Caller, log: Log) -> None:
    """Claim, decide, claim again, until nothing is left; a rival tries to be first now and then."""
    while True:
        answer = await mine("POST", "/v1/queue/claim", json={"limit": CLAIM})
        items = answer.json["items"]
        log.handed.update(item["id"] for item in items)
        if not items:
            return
        for number, item in enumerate(items):
            path, version = f"/v1/comments/{item['id']}", item["version"]
            racing = [mine("POST", f"{path}/approve", json={"version": version})]
            if number < RIVALS:
                racing.append(
                    rival(
                        "POST", f"{path}/reject", json={"version": version, "reason": "other", "force": True}
                    )
                )
            for told in await asyncio.gather(*racing):
                if told.status == 200:
                    log.decided[item["id"]] += 1
                else:
                    log.refused[told.code or str(told.status)] += 1
                    log.without_current += "current" not in told.json


async def raced(service: Running, count: int) -> Log:
    """The whole: a queue, eight moderators, and what they saw."""
    await submitted(service, count)
    callers = []
    for number in range(MODERATORS):
        _, key = await service.store.directory.create_key(
            role=Role.MODERATOR, name=f"Biên tập viên {number}", site="bao", now_ms=1
        )
        callers.append(Caller(service.moderator.http, key))
    log = Log()
    rivals = [*callers[1:], callers[0]]
    await asyncio.gather(*(work(mine, rival, log) for mine, rival in zip(callers, rivals, strict=True)))
    return log


async def check(service: Running, log: Log, count: int) -> None:
    """Compare what the clients saw with what is stored."""
    assert set(log.handed.values()) == {1}, "no comment was handed to two"
    assert len(log.handed) == count
    assert set(log.decided.values()) == {1}, "each was decided once"
    assert len(log.decided) == count
    assert not log.without_current, "whoever lost was shown the comment"
    decisions = {Event.APPROVED, Event.REJECTED}
    for comment in await service.store.comments.many("bao", list(log.handed)):
        assert comment is not None
        assert sum(entry.event in decisions for entry in comment.log) == 1
    assert (await service.moderator("GET", "/v1/queue")).json["total"] == 0


async def main(count: int) -> None:
    quiet()
    with tempfile.TemporaryDirectory() as folder, EmbeddedValkey(Path(folder)) as server:
        async with running(server.url) as service:
            began = time.monotonic()
            log = await raced(service, count)
            await check(service, log, count)
            print(f"{count} comments, {MODERATORS} moderators: each handed to one and decided once.")
            print(
                f"Races lost: {dict(log.refused)}, each shown the comment. {time.monotonic() - began:.0f} s."
            )


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]) if len(sys.argv) > 1 else 10_000))
