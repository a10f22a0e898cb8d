"""What a dead worker left in the queue is judged by a living one; what kills workers goes to a person.

A worker that dies holds entries that nobody else is given. They are taken over one by one, so that an entry
that kills its worker is found out by its count of deliveries, and no other is suspected with it.
"""

import asyncio

import structlog

from service.metering.meters import Meters
from service.store.queue import Queue
from workers.validator import TRIES, Validator

EVERY_S = 1.0
IDLE_MS = 4_000
"""How long an entry may be in a worker's hands without a word: a living one says every second what it holds,
and what a dead one left shall be judged within 10 s."""

log = structlog.get_logger()


class Recoverer:
    """Takes over what others have held for too long."""

    def __init__(self, queue: Queue, validator: Validator, meters: Meters | None = None) -> None:
        self._queue = queue
        self._meters = meters or Meters()
        self._validator = validator

    async def run(self, stop: asyncio.Event) -> None:
        """Look every second until told to stop."""
        while not stop.is_set():
            await self.recover(idle_ms=IDLE_MS)
            await self._queue.forget_the_dead()
            try:
                await asyncio.wait_for(stop.wait(), EVERY_S)
            except TimeoutError:
                continue

    async def recover(self, *, idle_ms: int) -> int:
        """Judge what has been left; returns how many entries there were."""
        count = 0
        async for task in self._queue.left_behind(idle_ms=idle_ms):
            count += 1
            self._meters.recovered.inc()
            log.info("recovered", site=task.site, comment=task.comment_id, deliveries=task.deliveries)
            if task.deliveries > TRIES:
                await self._validator.give_up(task)
            else:
                await self._validator.judge_all([task])
        return count
