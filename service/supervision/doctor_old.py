"""What is wrong with an installation, and what to do about it. Reads only; `codau doctor` shows it.

Each check looks at one thing and says what it saw, good or bad.
"""

import os
import re
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from service.clock import unix_ms
from service.errors import Unavailable
from service.settings import Settings
from service.store import keys, retention
from service.store.health import HealthStore
from service.store.partitions import FORMAT, Partitions
from service.store.wire import Commands, ReplyError

OLDEST = {"valkey": (7, 2), "redis": (7, 0)}
"""The first release of each server that has all that we use."""

BEHIND_MS = 30_000
"""How long a comment may be queued before the workers count as behind: they judge thousands in a second."""

LATE_HOURS = 24
"""Retention looks every hour, and the append-only file is promised to be rewritten within a day."""

_HOUR_MS = 3_600_000

Level = Literal["ok", "warning", "error"]


@dataclass(frozen=True, slots=True)
class Seen:
    """What one check saw.

    Attributes:
        level: `error` for what loses comments or stops the service.
        what: one sentence.
        advice: what to do; "" where all is well.
    """

    level: Level
    what: str
    advice: str = ""


def look_at_folder(data_dir: Path) -> Iterator[Seen]:
    """Whether anybody else may read what holds comments and keys."""
    for path in (data_dir / "valkey", data_dir / "keys.json"):
        if not path.exists():
            continue
        found = path.stat()
        if found.st_mode & 0o077:
            yield Seen("error", f"Others may read {path}.", f"chmod go= {path}")
        elif found.st_uid != os.geteuid():
            yield Seen("warning", f"{path} belongs to another user.", "run codau as its owner")
        else:
            yield Seen("ok", f"{path} is private.")


async def look_at_store(store: Commands, settings: Settings) -> AsyncIterator[Seen]:
    """Everything that only the server knows."""
    try:
        yield await _version(store)
        yield await _setting(
            store, "appendonly", "yes", "comments are lost when the server restarts", "error"
        )
        yield await _setting(store, "maxmemory-policy", "noeviction", "the server drops comments", "error")
        if settings.fsync == "always":
            yield await _setting(
                store, "appendfsync", "always", "up to a second of comments is lost", "warning"
            )
        yield await _partitions(store, settings.partitions)
        yield await _backlog(store, settings.partitions)
        yield await _retention(store)
    except Unavailable as unavailable:
        yield Seen("error", f"The store cannot be used: {unavailable}", "start it, or mend CODAU_REDIS_URL")


async def _version(store: Commands) -> Seen:
    told = _text(await store.run("INFO", "server"))
    name = "valkey" if "valkey_version:" in told else "redis"
    found = re.search(rf"^{name}_version:(\d+)\.(\d+)", told, re.MULTILINE)
    if found is None:
        return Seen(
            "warning", "The server does not tell its version.", "use Valkey 7.2 or Redis 7.0 at least"
        )
    version = (int(found[1]), int(found[2]))
    shown, oldest = f"{name.capitalize()} {version[0]}.{version[1]}", OLDEST[name]
    if version < oldest:
        return Seen("error", f"The server is {shown}.", f"upgrade it to {oldest[0]}.{oldest[1]} or newer")
    return Seen("ok", f"The server is {shown}.")


async def _setting(store: Commands, name: str, wanted: str, harm: str, level: Level) -> Seen:
    try:
        answer = await store.run("CONFIG", "GET", name)
    except ReplyError:
        return Seen("warning", f"The server does not tell its {name}.", f"make sure that it is {wanted}")
    value = _text(answer[1]) if isinstance(answer, list) and len(answer) == 2 else _text(answer)
    if value == wanted:
        return Seen("ok", f"{name} is {value}.")
    return Seen(
        level, f"{name} is {value}: {harm}.", f"CONFIG SET {name} {wanted}, and in the server's file too"
    )


async def _partitions(store: Commands, count: int) -> Seen:
    written, found = await store.run("HMGET", keys.META, "format", "partitions")
    if found is None:
        return Seen("ok", "The store is empty.")
    if written.decode() != FORMAT:
        return Seen(
            "error", f"The data have format {written.decode()}.", f"use the codau that reads it, not {FORMAT}"
        )
    if int(found) != count:
        return Seen("error", f"The data have {int(found)} partitions.", f"set CODAU_PARTITIONS={int(found)}")
    return Seen("ok", f"The data have {count} partitions.")


async def _backlog(store: Commands, count: int) -> Seen:
    backlog = await HealthStore(store, Partitions(count)).backlog(now_ms=unix_ms())
    if backlog.oldest_ms > BEHIND_MS:
        waited = f"{backlog.length} comments are queued, the oldest for {backlog.oldest_ms / 1000:.0f} s."
        return Seen(
            "error", f"The workers are behind: {waited}", "start workers, or more: CODAU_WORKER_PROCESSES"
        )
    return Seen("ok", f"{backlog.length} comments are queued.")


async def _retention(store: Commands) -> Seen:
    found = await retention.seen(store)
    owed, swept = [0 if at is None else (unix_ms() - at) // _HOUR_MS for at in (found.owed, found.swept)]
    if owed >= LATE_HOURS:
        return Seen(
            "warning",
            f"What was erased {owed} h ago is still in the server's append-only file.",
            "let workers run, and their user of the server call BGREWRITEAOF and INFO; see docs/erasure.md",
        )
    if swept >= LATE_HOURS:
        return Seen(
            "warning",
            f"Nobody has looked for {swept} h what is no longer to be kept.",
            "let workers run that are not told to do without the janitor",
        )
    return Seen("ok", "What is no longer to be kept is taken out.")


def _text(answer: Any) -> str:
    """A reply as text; of a cluster's several nodes the first one's."""
    if isinstance(answer, dict):
        answer = next(iter(answer.values()))
    return answer.decode(errors="replace") if isinstance(answer, bytes) else str(answer)
