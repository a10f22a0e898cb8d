"""What is sent to one webhook: a queue of its own, a few calls at a time, so that none waits for another's.

Of a comment's deliveries one at a time is due, so calls beside each other are of different comments. Whatever
is told to the store of a queue is answered with what is to be sent next: where the disk is written through,
everybody waits for whoever writes, so there is one write before a call and one behind it.
"""

import asyncio
import contextlib
from collections.abc import Callable, Coroutine, Mapping, Sequence
from functools import partial

from service.metering.meters import Meters
from service.store.deliveries import Delivery, DeliveryState, Settled, Taken
from service.store.events import StoredEvent
from service.store.store import Store
from service.store.webhooks import Hook
from workers.calling import AT_ONCE, Caller
from workers.sending import Outcome

BATCH = 40
"""How many late messages are taken in hand, and noted, in one write."""

REST_S = 1.0
"""While a receiver fails it is called once in so many seconds, whatever is due: that spares it and us."""

Ask = Callable[[int], Coroutine[None, None, Taken | None]]
"""Does something in the store, and takes so many in hand; None: it did nothing."""

_FINISH_S = 3.0  # what is under way may take so long when the process ends; what is left is due again
_LOOK_S = 30.0  # the longest sleep

_OUTCOMES = {DeliveryState.DONE: "delivered", DeliveryState.WAITING: "failed", DeliveryState.DEAD: "dead"}


class Endpoint:
    """Sends to one webhook while anything waits for it."""

    def __init__(
        self,
        store: Store,
        caller: Caller,
        site: str,
        hook_id: str,
        *,
        now_ms: Callable[[], int],
        meters: Meters,
    ) -> None:
        self._store = store
        self._caller = caller
        self._site = site
        self._hook_id = hook_id
        self._now_ms = now_ms
        self._meters = meters
        self._woken = asyncio.Event()
        self._sending: set[asyncio.Task[None]] = set()
        self._busy = 0  # how many deliveries are in hand, or asked for
        self._in_hand: set[str] = set()  # those that are: none is called twice, though its time was set ahead
        self._asking = 0
        self._again: float | None = None  # when to look again, by the loop's clock, which no one sets, s
        self._behind = False
        self._ends = False

    def wake(self) -> None:
        """Look again: something may be due."""
        self._again = 0
        self._woken.set()

    async def enqueue(self, hook: Hook, epoch: int, found: Mapping[int, Sequence[StoredEvent]]) -> bool:
        """Take events, and begin what is due; False when the site's webhooks are others by now."""
        wanted = sum(event.type in hook.types for events in found.values() for event in events)

        async def put_in(room: int) -> Taken | None:
            return await self._store.deliveries.enqueue(
                self._site, hook, epoch, found, now_ms=self._now_ms(), count=room
            )

        return await self._ask(put_in, min(wanted, self._room(self._at_once())))

    async def run(self) -> None:
        """Send what is due, and what becomes due, until nothing waits; cancelled, finish what is under way.

        Raises:
            What the store raises when it is gone.
        """
        try:
            while True:
                self._woken.clear()
                if self._wait_s() <= 0:
                    await self._look(1 if self._caller.fails else AT_ONCE)
                elif self._again is None and not self._busy and not self._asking:
                    return
                await self._sleep()
                await self._rest()
        finally:
            await self._finish()

    async def drain(self) -> None:
        """Send what is due now, and what becomes due by that."""
        while True:
            await self._look(AT_ONCE)
            if not self._sending:
                return
            while self._sending:
                await asyncio.wait(list(self._sending))

    async def _look(self, at_once: int) -> None:
        self._again = None
        await self._ask(partial(self._settle, ()), self._room(at_once))

    def _at_once(self) -> int:
        """How many calls may be under way because of what happens; a receiver that fails waits its rest."""
        return 0 if self._caller.fails else AT_ONCE

    def _room(self, at_once: int) -> int:
        """How many may be taken in hand now."""
        if self._ends:
            return 0
        if self._behind and not self._caller.fails:
            return 0 if self._busy else BATCH
        return max(0, at_once - self._busy)

    async def _ask(self, ask: Ask, room: int) -> bool:
        """Have something done in the store, and begin what comes in hand by that; False: it did nothing."""
        batch = self._behind and not self._caller.fails
        self._busy += room
        self._asking += 1
        try:
            taken = await ask(room)
        finally:
            self._busy -= room
            self._asking -= 1
            self._woken.set()
        if taken is not None:
            self._begin(taken, batch=batch, looked=room > 0)
        return taken is not None

    def _begin(self, taken: Taken, *, batch: bool, looked: bool) -> None:
        """Begin what is in hand: a batch together, anything else each by itself."""
        if taken.again is not None:  # replies may overtake each other; to look too often is safe
            again = asyncio.get_running_loop().time() + (taken.again - self._now_ms()) / 1000
            self._again = again if self._again is None else min(again, self._again)
        if looked:
            self._behind = bool(taken.deliveries) and all(map(self._caller.is_late, taken.deliveries))
        fresh = [delivery for delivery in taken.deliveries if delivery.id not in self._in_hand]
        if batch and fresh:
            self._start(taken, fresh)
        else:
            for delivery in fresh:
                self._start(taken, [delivery])

    def _start(self, taken: Taken, deliveries: Sequence[Delivery]) -> None:
        self._busy += len(deliveries)
        self._in_hand.update(delivery.id for delivery in deliveries)
        task = asyncio.create_task(self._serve(taken, deliveries))
        self._sending.add(task)
        task.add_done_callback(self._sent)

    def _sent(self, task: asyncio.Task[None]) -> None:
        self._sending.discard(task)
        self._woken.set()
        if not task.cancelled() and (error := task.exception()) is not None:
            self._caller.leave(error)

    async def _serve(self, taken: Taken, deliveries: Sequence[Delivery]) -> None:
        """Try deliveries, note together what came of them, and begin what is due then."""
        try:
            outcomes = await self._caller.try_all(taken, deliveries)
        finally:
            self._busy -= len(deliveries)
            self._in_hand.difference_update(delivery.id for delivery in deliveries)
        settled = [Settled(one.delivery, taken.until, one.due, one.pause) for one in outcomes]
        await self._ask(partial(self._settle, settled), self._room(self._at_once()))
        self._count(outcomes)

    async def _settle(self, settled: Sequence[Settled], room: int) -> Taken:
        return await self._store.deliveries.settle(
            self._site, self._hook_id, settled, now_ms=self._now_ms(), count=room
        )

    def _count(self, outcomes: Sequence[Outcome]) -> None:
        for outcome in outcomes:
            delivery = outcome.delivery
            if outcome.called or delivery.state is not DeliveryState.WAITING:
                self._meters.deliveries.labels(_OUTCOMES[delivery.state]).inc()
            if delivery.state is DeliveryState.DONE:
                self._meters.delivery_s.observe(max(0, self._now_ms() - delivery.waits_since) / 1_000)

    def _wait_s(self) -> float:
        """How long there is nothing to do but to wait for a call to end, or to be woken."""
        if self._again is None or not self._room(1 if self._caller.fails else AT_ONCE):
            return _LOOK_S
        return min(self._again - asyncio.get_running_loop().time(), _LOOK_S)

    async def _sleep(self) -> None:
        """Wait for a call to end, to be woken, or for the time to look again."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(max(self._wait_s(), 0.0)):
                await self._woken.wait()

    async def _rest(self) -> None:
        """Leave a receiver that fails alone for a while after each call."""
        rest_s = self._caller.called_at + REST_S - asyncio.get_running_loop().time()
        if self._caller.fails and not self._busy and rest_s > 0:
            await asyncio.sleep(rest_s)

    async def _finish(self) -> None:
        self._ends = True
        if not self._sending:
            return
        _, left = await asyncio.wait(list(self._sending), timeout=_FINISH_S)
        for task in left:
            task.cancel()
