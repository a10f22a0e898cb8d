"""What a dead worker left in the queue is judged by a living one; what kills workers goes to a person.

A worker that dies holds entries that nobody else is given. They are taken over one by one, so that an entry
that kills its worker is found out by its count of deliveries, and no other is suspected with it. A worker
counts as dead when it was silent at two looks: at one the server's clock may just have jumped.
"""

import asyncio
import itertools

import structlog

from service.metering.meters import Meters
from service.store.queue import Held, Queue
from workers.resting import rest
from workers.validator import TRIES, Validator

EVERY_S = 1.0

FORGET_EVERY = 60
"""In so many turns it looks once for names of processes that are long gone."""

IDLE_MS = 3_000
"""How long an entry may be in a worker's hands without a word, and one look more: a living one says every
second what it holds, and what a dead one left shall be judged within 10 s."""

log = structlog.get_logger()


class Recoverer:
    """Takes over what others have held for too long."""

    def __init__(self, queue: Queue, validator: Validator, meters: Meters | None = None) -> None:
        self._queue = queue
        self._meters = meters or Meters()
        self._validator = validator
        self._silent: frozenset[Held] = frozenset()

    async def run(self, stop: asyncio.Event) -> None:
        """Look every second until told to stop."""
        for turn in itertools.count():
            if stop.is_set():
                return
            await self.look()
            if turn % FORGET_EVERY == 0:
                await self._queue.forget_the_dead()
            await rest(stop, EVERY_S)

    async def look(self, *, idle_ms: int = IDLE_MS) -> int:
        """Judge what was left at the look before, and still is; returns how many entries there were."""
        silent = await self._queue.silent(idle_ms=idle_ms)
        left = [held for held in silent if held in self._silent]
        self._silent = frozenset(silent).difference(left)
        return sum([await self._recover(held, idle_ms) for held in left])

    async def recover(self, *, idle_ms: int) -> int:
        """Judge what has been left, by one look; returns how many entries there were."""
        silent = await self._queue.silent(idle_ms=idle_ms)
        return sum([await self._recover(held, idle_ms) for held in silent])

    async def _recover(self, held: Held, idle_ms: int) -> bool:
        """Judge one entry; False where another was first."""
        task = await self._queue.take_over(held, idle_ms=idle_ms)
        if task is None:
            return False
        self._meters.recovered.inc()
        log.info("recovered", site=task.site, comment=task.comment_id, deliveries=task.deliveries)
        if task.deliveries > TRIES:
            await self._validator.give_up(task)
        else:
            await self._validator.judge_all([task])
        return True
