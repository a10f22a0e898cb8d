"""What a published comment takes in Valkey, by kind of key: `python -m bench.memory [COMMENTS] [BYTES]`.

So many comments (5,000) with a body of so many bytes (570), 50 in a thread, each of an author of its own with
id, e-mail and address, are taken in, judged and approved; then what every key holds is asked of the server
(`MEMORY USAGE`), and how much the server has grown. Events are trimmed, as 72 h later. Idempotency-Keys stand
apart: they are gone after a day.
"""

import asyncio
import random
import tempfile
from collections import Counter
from pathlib import Path

import redis

from bench.command import run
from bench.results import Row
from bench.submissions import talk
from service.clock import unix_ms
from service.comments.ids import new_id
from service.comments.lifecycle import Actor, decide, move
from service.comments.model import Author, Comment, Entry, Event, State
from service.store import keys
from service.store.steps import Step
from service.store.store import Store
from service.store.submissions import Submission
from service.supervision.valkey import EmbeddedValkey

PARTITIONS = 16
PER_THREAD = 50


def _text(number: int, size: int, chance: random.Random) -> str:
    """So many bytes of sentences as readers write them, behind a word that no other comment has."""
    text = talk(number, chance, size)
    cut = text.encode()[:size].decode(errors="ignore")
    return cut + "." * (size - len(cut.encode()))


async def publish(url: str, count: int, size: int) -> None:
    """Take comments in, and let each be judged and approved."""
    store, chance = Store(url, PARTITIONS), random.Random(1)  # noqa: S311 - the same comments each time
    await store.open()
    for number in range(count):
        at, thread = unix_ms(), f"doi-song/{number // PER_THREAD}"
        who = Author(f"Bạn đọc {number}", f"u-{number}", f"u{number}@thu.example", "198.51.100.7")
        entry = Entry(Event.SUBMITTED, State.QUEUED, "website", at, text=_text(number, size, chance))
        queued = Comment("bao", new_id(thread, at, chance.getrandbits(48)), thread, who, (entry,))
        await store.comments.submit(
            Submission(queued, 400, 1, 5_000, idempotency_key=f"k{number}", digest="0" * 32)
        )
        judged = move(queued, Entry(Event.JUDGED, State.PENDING, "worker", at + 200), Actor.WORKER)
        approval = Entry(Event.APPROVED, State.PUBLISHED, "Thu Hà", at + 60_000, "0a1b2c3d4e5f")
        await store.comments.commit(Step(queued, judged))
        await store.comments.commit(Step(judged, decide(judged, approval)))
    await store.close()


def sizes(client: "redis.Redis") -> Counter[str]:
    """Bytes by kind of key, each whole: name, value, and what the server keeps of it."""
    found: Counter[str] = Counter()
    for key in client.scan_iter(count=1_000):
        name = key.decode().partition("}:")[2] or key.decode()
        kind, _, rest = name.partition(":")
        if kind == "list":
            kind = f"list by {rest.split(':')[-1].partition('=')[0] or 'state'}"
        found[kind] += client.memory_usage(key, samples=0) or 0
    return found


def measured(count: int, size: int) -> tuple[Counter[str], float]:
    """Bytes a comment by kind of key, and by what the server has grown."""
    with (
        tempfile.TemporaryDirectory() as folder,
        EmbeddedValkey(Path(folder)) as server,
        redis.Redis.from_url(server.url) as client,
    ):
        asyncio.run(publish(server.url, count, size))
        for p in range(PARTITIONS):
            client.xtrim(keys.events(p), maxlen=0, approximate=False)
            client.delete(keys.queue(p))
        return sizes(client), client.info("memory")["used_memory_dataset"] / count


def rows(count: int = 5_000, size: int = 570) -> list[Row]:
    """Measure once: it comes to the same each time, but for some bytes."""
    found, grown = measured(count, size)
    each = [f"{kind} {total / count:.0f}" for kind, total in found.most_common() if total / count >= 0.5]
    kept = (found.total() - found["repeat"]) / count
    context = [*each, f"the server's `used_memory_dataset`, Idempotency-Keys included, {grown:.0f}"]
    what = f"memory in Valkey for a published comment with a body of {size} bytes, events trimmed"
    return [Row("memory", what, [kept], goal=900, at_most=True, unit="bytes", context=context)]


if __name__ == "__main__":
    run(rows)
