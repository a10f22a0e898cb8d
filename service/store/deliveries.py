"""What waits to be sent to a webhook, what was sent, and what could not be.

A delivery names a comment and an event, no text: what is told is read when it is told. Of one comment's
deliveries only the first is due; those of different comments wait for nobody. A delivery in hand is held for
some seconds; if nobody says what became of it, it is due again.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

import orjson

from service.errors import InvalidRequest, NotFound
from service.store import keys
from service.store.connection import again_if_interrupted
from service.store.events import StoredEvent
from service.store.ordered import Cursor, Order, page_of
from service.store.scripts import call
from service.store.webhooks import TEST, Hook, load, of_hook
from service.store.wire import Argument, Commands

HELD_MS = 20_000
"""How long a delivery is in hand: the deadline of a call, and some seconds to say what came of it."""

DONE_KEPT = 1_000
"""How many of the latest that are done are kept for each webhook."""

DEAD_KEPT = 10_000
"""How many of the latest dead ones are kept for each webhook."""

_CURSOR = re.compile(r"([0-9]{1,15})-([0-9a-z-]{1,64})", re.ASCII)


class DeliveryState(StrEnum):
    """Where a delivery stands."""

    WAITING = "waiting"
    DONE = "done"
    DEAD = "dead"


@dataclass(frozen=True, slots=True)
class Delivery:
    """One message to one webhook.

    Attributes:
        id: the message's, the same for every attempt; it sorts by time.
        comment_id, version: the step that it tells of; None and 0 for a test.
        created_at: when that happened, unix ms.
        since: when it began to wait, where it is sent once more, unix ms; else it waits since it happened.
        attempts: how many there were; the last one at `at` (unix ms) was answered with `status`, or came to
            nothing for the reason `error`.
    """

    id: str
    type: str
    comment_id: str | None
    version: int
    created_at: int
    state: DeliveryState = DeliveryState.WAITING
    attempts: int = 0
    at: int | None = None
    status: int | None = None
    error: str | None = None
    since: int | None = None

    @property
    def waits_since(self) -> int:
        return self.since or self.created_at


@dataclass(frozen=True, slots=True)
class Taken:
    """What is in hand now.

    Attributes:
        hook: whom it is for; None: the webhook was removed.
        until: how long it is in hand, unix ms.
        again: when to look again, unix ms; None: nothing waits.
    """

    hook: Hook | None
    deliveries: Sequence[Delivery]
    until: int
    again: int | None


@dataclass(frozen=True, slots=True)
class Settled:
    """What became of an attempt.

    Attributes:
        delivery: as it shall be kept.
        held_until: as `Taken.until` said, unix ms.
        due: when it is tried again, unix ms; unused unless it waits.
        pause: until when the receiver wants nothing, unix ms.
    """

    delivery: Delivery
    held_until: int
    due: int = 0
    pause: int | None = None

    def arguments(self) -> list[Argument]:
        """As `settle.lua` takes it."""
        one = self.delivery
        return [
            *(one.id, one.comment_id or "", _dump(one), one.state.value),
            *(self.held_until, self.due, self.pause or ""),
        ]


@dataclass(frozen=True, slots=True)
class DeliveryPage:
    """Some deliveries, each with when it is due (None: it is not), and where the next page begins."""

    deliveries: Sequence[tuple[Delivery, int | None]]
    next: str | None


class DeliveryStore:
    """Queues of deliveries, one for each webhook."""

    def __init__(self, commands: Commands) -> None:
        self._commands = commands

    async def enqueue(
        self,
        site: str,
        hook: Hook,
        epoch: int,
        found: Mapping[int, Sequence[StoredEvent]],
        *,
        now_ms: int,
        count: int = 0,
    ) -> Taken | None:
        """Take events, by partition in their order: those that the webhook asks for will be sent, each once,
        however often they are given. And take what is due in hand.

        Args:
            epoch: at which the webhook was as it is given.
            count: how many are taken in hand.

        Returns:
            None when the site's webhooks are others by now; nothing was taken then.
        """
        wanted = [event for events in found.values() for event in events if event.type in hook.types]
        looked_at = [part for p, events in found.items() for part in (p, str(events[-1].entry))]
        rows = [part for event in wanted for part in (event.p, str(event.entry), *_arguments(_told(event)))]
        arguments: list[Argument] = [epoch, len(found), *looked_at, *rows]
        return await self._call("enqueue", site, hook.id, arguments, now_ms=now_ms, count=count)

    async def add(self, site: str, hook_id: str, delivery: Delivery, *, now_ms: int) -> None:
        """Send one that no event tells of, or one that is over once more; one that waits, at once."""
        arguments: list[Argument] = ["", 0, "", "", *_arguments(delivery)]
        await self._call("enqueue", site, hook_id, arguments, now_ms=now_ms, count=0)

    async def take(self, site: str, hook_id: str, count: int, *, now_ms: int) -> Taken:
        """Take what is due in hand."""
        return await self.settle(site, hook_id, [], now_ms=now_ms, count=count)

    async def settle(
        self, site: str, hook_id: str, settled: Iterable[Settled], *, now_ms: int, count: int = 0
    ) -> Taken:
        """Note what became of attempts, and take what is due in hand.

        One that was over already, or failed and is in other hands, stays as it is.

        Args:
            count: how many are taken in hand.
        """
        rows = [part for one in settled for part in one.arguments()]
        taken = await self._call(
            "settle", site, hook_id, [DONE_KEPT, DEAD_KEPT, *rows], now_ms=now_ms, count=count
        )
        assert taken is not None  # noqa: S101 - it compares no epoch
        return taken

    async def _call(
        self, name: str, site: str, hook_id: str, arguments: list[Argument], *, now_ms: int, count: int
    ) -> Taken | None:
        """Run a script of a webhook's queue; None when it says that it did nothing.

        It may run twice: what the first run handed out, and nobody learnt of, is due again after its time.
        """
        until = now_ms + HELD_MS
        first: list[Argument] = [hook_id, now_ms, count, until]
        answer = await call(self._commands, name, of_hook(site, hook_id), [*first, *arguments])
        if answer is None:
            return None
        stored, again, *flat = answer
        deliveries = [_load(flat[i].decode(), flat[i + 1]) for i in range(0, len(flat), 2)]
        return Taken(load(stored) if stored else None, deliveries, until, int(again) if again else None)

    async def get(self, site: str, hook_id: str, delivery_id: str) -> Delivery:
        """One delivery.

        Raises:
            NotFound: the webhook has none of that id, or no longer.
        """
        [name] = _named(site, hook_id, "deliveries")
        stored = await again_if_interrupted(self._commands, "HGET", name, delivery_id)
        if stored is None:
            raise NotFound("This webhook has no delivery of that id.")
        return _load(delivery_id, stored)

    async def page(
        self, site: str, hook_id: str, state: DeliveryState, limit: int, cursor: str | None
    ) -> DeliveryPage:
        """Deliveries of one state, the latest first.

        Raises:
            InvalidRequest: the cursor is none.
        """
        after = None if cursor is None else _place(cursor)
        listed, deliveries, due = _named(site, hook_id, state.value, "deliveries", "due")
        places = await page_of(self._commands, listed, Order.NEWEST, limit + 1, after)
        ids = [place.id for place in places[:limit]]
        if not ids:
            return DeliveryPage([], None)
        stored = await again_if_interrupted(self._commands, "HMGET", deliveries, *ids)
        scores = await again_if_interrupted(self._commands, "ZMSCORE", due, *ids)
        found = [
            (_load(delivery_id, document), None if score is None else int(float(score)))
            for delivery_id, document, score in zip(ids, stored, scores, strict=True)
            if document is not None
        ]
        last = places[limit - 1] if len(places) > limit else None
        return DeliveryPage(found, None if last is None else f"{int(last.score)}-{last.id}")


def trial(now_ms: int, chance: int) -> Delivery:
    """A message that tells of nothing; `chance` is 48 random bits."""
    return Delivery(f"{now_ms:012x}-test-{chance:012x}", TEST, None, 0, now_ms)


def again(delivery: Delivery, now_ms: int) -> Delivery:
    """The same message, as if it had never been tried."""
    fresh = Delivery(delivery.id, delivery.type, delivery.comment_id, delivery.version, delivery.created_at)
    return replace(fresh, since=now_ms)


def _told(event: StoredEvent) -> Delivery:
    """The id follows from the event: whoever enqueues it again makes the same one."""
    message = f"{event.entry.ms:012x}-{event.entry.seq:04x}-{event.p:03x}"
    return Delivery(message, event.type, event.comment_id, event.version, event.entry.ms)


def _arguments(delivery: Delivery) -> list[Argument]:
    return [delivery.id, delivery.comment_id or "", delivery.created_at, _dump(delivery)]


def _named(site: str, hook_id: str, *what: str) -> list[str]:
    return [keys.hook(site, hook_id, one) for one in what]


def _place(cursor: str) -> Cursor:
    found = _CURSOR.fullmatch(cursor)
    if found is None:
        raise InvalidRequest([("cursor", "is not a cursor; send next_cursor of the answer before")])
    return Cursor(float(found[1]), found[2])


def _dump(delivery: Delivery) -> bytes:
    document: dict[str, Any] = {
        "type": delivery.type,
        "version": delivery.version,
        "created_at": delivery.created_at,
        "state": delivery.state,
    }
    rest = ("comment_id", "attempts", "at", "status", "error", "since")
    return orjson.dumps(document | {name: value for name in rest if (value := getattr(delivery, name))})


def _load(delivery_id: str, stored: bytes) -> Delivery:
    document = orjson.loads(stored)
    state = DeliveryState(document.pop("state"))
    return Delivery(**{"id": delivery_id, "comment_id": None} | document, state=state)
