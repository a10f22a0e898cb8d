"""A site's statistics: a hash of figures for each day, to which every event is added once.

A figure's field is what it is of, joined by colons (`service/comments/counting.py`); what is counted by the
hour has the hour behind its kind. Days are those of Vietnam.
"""

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta, timezone

from service.comments.counting import Count
from service.store import keys
from service.store.connection import again_if_interrupted
from service.store.events import START, EntryId
from service.store.partitions import Partitions
from service.store.scripts import call
from service.store.turns import hold
from service.store.wire import Argument, Commands

VIETNAM = timezone(timedelta(hours=7), "Asia/Ho_Chi_Minh")
"""Without summer time, and so since 1975: no database of time zones is needed."""

KEPT_S = 400 * 86_400
"""How long a day's figures are kept: a year and what is needed to compare with it."""

HOLD_MS = 5_000
"""After so long in silence whoever counts is taken for dead: some turns of reading, each of a second."""

_HOURLY = frozenset({"received", "decided", "waited"})

Figures = Mapping[tuple[str, ...], int]
"""What is of a day, by kind and the rest of the field."""


@dataclass(frozen=True, slots=True)
class Counted:
    """One event and what it comes to."""

    entry: EntryId
    counts: Sequence[Count]


class StatisticsStore:
    """Adds to statistics and reads them."""

    def __init__(self, commands: Commands, partitions: Partitions) -> None:
        self._commands = commands
        self._partitions = partitions

    async def add(self, site: str, p: int, events: Sequence[Counted]) -> int:
        """Add events of one partition, the oldest first, those that are counted already aside; returns how
        many were new."""
        days = sorted({day_of(count.at) for event in events for count in event.counts})
        names = [keys.counted(site), *(keys.day(site, day.isoformat()) for day in days)]
        number_of = {day: number for number, day in enumerate(days, start=2)}
        arguments: list[Argument] = [p, KEPT_S]
        for event in events:
            arguments += [str(event.entry), len(event.counts)]
            for count in event.counts:
                arguments += [number_of[day_of(count.at)], _field(count), count.by]
        return int(await call(self._commands, "count", names, arguments))

    async def days(self, site: str, days: Iterable[date]) -> list[Figures]:
        """The figures of days, in their order; of one that nothing is known of, none."""
        found = await asyncio.gather(
            *(
                again_if_interrupted(self._commands, "HGETALL", keys.day(site, day.isoformat()))
                for day in days
            )
        )
        return [_figures(flat) for flat in found]

    async def hold(self, who: str) -> bool:
        """Have the counting to oneself for some seconds more; False where another has it.

        It spares several processes the same reading. That nothing is counted twice does not rest on it.
        """
        return await hold(self._commands, keys.COUNTING, who, HOLD_MS)

    async def places(self) -> list[EntryId]:
        """By partition, up to where the events of every site are counted."""
        stored = await again_if_interrupted(self._commands, "HMGET", keys.READ, *self._partitions)
        return [START if place is None else EntryId.parsed(place) for place in stored]

    async def keep_places(self, places: Mapping[int, EntryId]) -> None:
        """Note up to where everything is counted; an older note costs no more than reading again."""
        flat = [part for p, place in places.items() for part in (p, str(place))]
        await again_if_interrupted(self._commands, "HSET", keys.READ, *flat)


def day_of(at: int) -> date:
    """The day in Vietnam of a unix time in ms.

    >>> day_of(1_763_917_199_999), day_of(1_763_917_200_000)
    (datetime.date(2025, 11, 23), datetime.date(2025, 11, 24))
    """
    return _local(at).date()


def _local(at: int) -> datetime:
    return datetime.fromtimestamp(at // 1000, VIETNAM)


def _field(count: Count) -> str:
    kind, *rest = count.what
    return ":".join([kind, str(_local(count.at).hour), *rest] if kind in _HOURLY else count.what)


def _figures(flat: Sequence[bytes]) -> Figures:
    return {
        tuple(field.decode().split(":", 2)): int(number)
        for field, number in zip(flat[::2], flat[1::2], strict=True)
    }
