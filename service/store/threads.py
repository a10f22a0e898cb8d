"""Threads in Redis: what the website says of an article, and the published tree below it."""

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import orjson

from service.comments.thread_policy import ThreadPolicy
from service.store import keys
from service.store.connection import again_if_interrupted, answered
from service.store.ordered import Cursor, Order, page_of
from service.store.partitions import Partitions
from service.store.scripts import Part, call, call_all
from service.store.wire import Argument, Commands

_FIELDS = ("title", "url", "open", "policy", "count", "version", "revision")


_NO_RULES = ThreadPolicy()


@dataclass(frozen=True, slots=True)
class Thread:
    """One article as this service knows it; a thread that nobody spoke of has the defaults.

    Attributes:
        count: its published comments, replies included.
        version: grows with every change of what is published; the time of it, µs.
        revision: grows with every change of what the website says.
    """

    title: str | None = None
    url: str | None = None
    open: bool = True
    policy: ThreadPolicy = _NO_RULES
    count: int = 0
    version: int = 0
    revision: int = 0


@dataclass(frozen=True, slots=True)
class Branches:
    """Ids of one page of a thread: what is at the top, and the published comments below each."""

    tops: Sequence[str]
    below: Mapping[str, Sequence[str]]
    next: Cursor | None


class ThreadStore:
    """Reads and writes threads; a thread of another site has another key."""

    def __init__(self, commands: Commands, partitions: Partitions) -> None:
        self._commands = commands
        self._partitions = partitions

    def _key(self, site: str, thread: str) -> str:
        return keys.thread(self._partitions.of_thread(thread), site, thread)

    async def get(self, site: str, thread: str) -> Thread:
        return _load(await again_if_interrupted(self._commands, "HMGET", self._key(site, thread), *_FIELDS))

    async def many(self, site: str, threads: Sequence[str]) -> dict[str, Thread]:
        """Several threads by name, asked for in one turn."""
        told = await self._told([(site, name) for name in threads], _FIELDS)
        return {name: _load(fields) for (_, name), fields in told.items()}

    async def rules(self, threads: Iterable[tuple[str, str]]) -> dict[tuple[str, str], ThreadPolicy]:
        """What websites say of the rules of threads, by site and name."""
        told = await self._told(threads, ["policy"])
        return {one: _rules(policy) for one, [policy] in told.items()}

    async def _told(
        self, threads: Iterable[tuple[str, str]], fields: Sequence[str]
    ) -> dict[tuple[str, str], Sequence[bytes | None]]:
        """The same fields of threads, by site and name."""
        unique = list(dict.fromkeys(threads))
        told = await call_all(self._commands, "fields", [Part([self._key(*one)]) for one in unique], fields)
        return dict(zip(unique, told, strict=True))

    def ask_version(self, site: str, thread: str) -> "asyncio.Future[Any]":
        """Begin to read the version; for `version`."""
        return self._commands.ask("HGET", self._key(site, thread), "version")

    async def version(self, site: str, thread: str, begun: "asyncio.Future[Any] | None" = None) -> int:
        """The one small read that tells whether a rendered thread is still what it was."""
        look = ("HGET", self._key(site, thread), "version")
        return int(await answered(begun or self._commands.ask(*look), self._commands, *look) or 0)

    async def describe(self, site: str, thread: str, seen: Thread, said: Thread) -> bool:
        """Keep what a website says; False when somebody said otherwise since `seen` was read."""
        arguments: list[Argument] = [seen.revision or "", *statement(said)]
        return bool(await call(self._commands, "thread", [self._key(site, thread)], arguments, repeat=False))

    async def counts(self, site: str, threads: Sequence[str]) -> dict[str, int]:
        """How many comments are published in each."""
        told = await self._told([(site, name) for name in threads], ["count"])
        return {name: int(count or 0) for (_, name), [count] in told.items()}

    async def branches(
        self, site: str, thread: str, order: Order, limit: int, after: Cursor | None
    ) -> Branches:
        """One page of the tree, as ids."""
        p = self._partitions.of_thread(thread)
        page = await page_of(self._commands, keys.top(p, site, thread), order, limit + 1, after)
        shown = page[:limit]
        below = await asyncio.gather(
            *(
                again_if_interrupted(self._commands, "ZRANGE", keys.replies(p, site, place.id), 0, -1)
                for place in shown
            )
        )
        return Branches(
            tops=[place.id for place in shown],
            below={
                place.id: [reply.decode() for reply in replies]
                for place, replies in zip(shown, below, strict=True)
            },
            next=shown[-1] if len(page) > limit else None,
        )


def statement(said: Thread) -> list[Argument]:
    """What a website says of an article as it is stored: field, value, …; "" for what has its default."""
    policy = said.policy.stored()
    fields: dict[str, Argument] = {
        "title": said.title or "",
        "url": said.url or "",
        "open": "" if said.open else "0",
        "policy": orjson.dumps(policy) if policy else "",
        "min": said.policy.length.min or "",
        "max": said.policy.length.max or "",
    }
    return [part for field in fields.items() for part in field]


def _load(stored: Sequence[bytes | None]) -> Thread:
    title, url, opened, policy, count, version, revision = stored
    return Thread(
        title=None if title is None else title.decode(),
        url=None if url is None else url.decode(),
        open=opened != b"0",
        policy=_rules(policy),
        count=int(count or 0),
        version=int(version or 0),
        revision=int(revision or 0),
    )


def _rules(stored: bytes | None) -> ThreadPolicy:
    return ThreadPolicy.model_validate_json(stored) if stored else _NO_RULES
