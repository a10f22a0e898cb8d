"""What is sent to one webhook: a queue of its own, a few calls at a time, so that none waits for another's.

Of a comment's deliveries one at a time is due, so calls beside each other are of different comments.
"""

import asyncio
import contextlib
from collections.abc import Callable, Coroutine
from dataclasses import replace

import structlog

from service import tracing
from service.errors import NotFound
from service.metering.meters import Meters
from service.outgoing.client import DEADLINE_S
from service.store.deliveries import Delivery, DeliveryState, Taken
from service.store.queue import UNREACHABLE
from service.store.store import Store
from service.store.webhooks import Hook
from workers.sending import Outcome, Sender

AT_ONCE = 4
"""Calls to one webhook at a time."""

LATE_MS = 10_000
"""What waited for so long is no news: a receiver that is back is sent it in batches."""

BATCH = 40
"""How many late messages are taken in hand, and noted, in one write each. Where the disk is written through,
everybody waits for whoever writes: one by one, what one receiver missed would hold up what others are to be
told now (`python -m bench.webhooks`)."""

PACE_S = 0.01
"""One of them begins so long after the other: a hundred in a second."""

REST_S = 1.0
"""While a receiver fails it is called once in so many seconds, whatever is due: that spares it and us."""

_FINISH_S = 3.0  # what is under way may take so long when the process ends; what is left is due again
_LOOK_S = 30.0  # the longest sleep: a clock may be set

_OUTCOMES = {DeliveryState.DONE: "delivered", DeliveryState.WAITING: "failed", DeliveryState.DEAD: "dead"}

log = structlog.get_logger()


class Endpoint:
    """Sends to one webhook while anything waits for it."""

    def __init__(
        self,
        store: Store,
        sender: Sender,
        site: str,
        hook_id: str,
        *,
        now_ms: Callable[[], int],
        meters: Meters,
    ) -> None:
        self._store = store
        self._sender = sender
        self._site = site
        self._hook_id = hook_id
        self._now_ms = now_ms
        self._meters = meters
        self._woken = asyncio.Event()
        self._sending: set[asyncio.Task[None]] = set()
        self._fails = False
        self._rest_until = 0.0  # by the loop's clock
        self._behind = False
        self._catching_up = False

    def wake(self) -> None:
        """Look again: something may be due."""
        self._woken.set()

    async def run(self) -> None:
        """Send what is due, and what becomes due, until nothing waits; cancelled, finish what is under way.

        Raises:
            What the store raises when it is gone.
        """
        try:
            while True:
                self._woken.clear()
                again = await self._begin(1 if self._fails else AT_ONCE)
                if again is None and not self._sending and not self._woken.is_set():
                    return
                await self._sleep(again)
                if self._fails and not self._sending:
                    await asyncio.sleep(self._rest_until - asyncio.get_running_loop().time())
        finally:
            await self._finish()

    async def drain(self) -> None:
        """Send what is due now, and what becomes due by that."""
        while True:
            await self._begin(AT_ONCE)
            if not self._sending:
                return
            await asyncio.wait(list(self._sending), return_when=asyncio.FIRST_COMPLETED)

    async def _begin(self, at_once: int) -> int | None:
        """Begin as many calls as there is room for; returns when to look again, unix ms."""
        batch = self._behind and not self._fails
        room = 0 if self._catching_up or (batch and self._sending) else at_once - len(self._sending)
        if room <= 0:
            return None
        now_ms = self._now_ms()
        taken = await self._store.deliveries.take(
            self._site, self._hook_id, BATCH if batch else room, now_ms=now_ms
        )
        late = [one for one in taken.deliveries if now_ms - one.waits_since > LATE_MS]
        self._behind = bool(late) and len(late) == len(taken.deliveries)
        if batch and taken.deliveries:
            self._start(self._catch_up(taken))
        else:
            for delivery in taken.deliveries:
                self._start(self._send(taken, delivery))
        return taken.again

    def _start(self, work: Coroutine[None, None, None]) -> None:
        task = asyncio.create_task(work)
        self._sending.add(task)
        task.add_done_callback(self._sent)

    def _sent(self, task: asyncio.Task[None]) -> None:
        self._sending.discard(task)
        self._woken.set()
        if not task.cancelled() and (error := task.exception()) is not None:
            log.error("delivery_left", site=self._site, hook=self._hook_id, exc_info=error)

    async def _send(self, taken: Taken, delivery: Delivery) -> None:
        """Try a delivery and note what came of it; where that fails, it is due again after a time."""
        try:
            await self._note(taken, await self._attempt(taken, delivery))
        except UNREACHABLE as error:
            log.warning("store_unreachable", loop="courier", error=type(error).__name__)

    async def _catch_up(self, taken: Taken) -> None:
        """Try a batch and note together what came of it; once a call fails the rest waits again."""
        self._catching_up = True
        room = asyncio.Semaphore(AT_ONCE)

        async def tried(number: int, delivery: Delivery) -> Outcome:
            await asyncio.sleep(number * PACE_S)
            async with room:
                now_ms = self._now_ms()
                if self._fails or now_ms > taken.until - DEADLINE_S * 1000:
                    return Outcome(delivery, due=now_ms, called=False)
                return await self._attempt(taken, delivery)

        try:
            outcomes = await asyncio.gather(*(tried(*numbered) for numbered in enumerate(taken.deliveries)))
            await asyncio.gather(*(self._note(taken, outcome) for outcome in outcomes))
        except UNREACHABLE as error:
            log.warning("store_unreachable", loop="courier", error=type(error).__name__)
        finally:
            self._catching_up = False

    async def _attempt(self, taken: Taken, delivery: Delivery) -> Outcome:
        assert taken.hook is not None  # noqa: S101 - of a webhook that is gone nothing is handed out
        with tracing.span("delivery", site=self._site, hook=self._hook_id, attempt=delivery.attempts + 1):
            outcome = await self._sender.attempt(self._site, taken.hook, delivery)
        if outcome.called:
            self._fails = outcome.delivery.error is not None
            self._rest_until = asyncio.get_running_loop().time() + REST_S
        if outcome.gone:
            await self._switch_off(taken.hook)
        return outcome

    async def _note(self, taken: Taken, outcome: Outcome) -> None:
        await self._store.deliveries.settle(
            self._site,
            self._hook_id,
            outcome.delivery,
            held_until=taken.until,
            now_ms=self._now_ms(),
            due=outcome.due,
            pause=outcome.pause,
        )
        if outcome.called or outcome.delivery.state is not DeliveryState.WAITING:
            self._count(outcome)

    def _count(self, outcome: Outcome) -> None:
        delivery = outcome.delivery
        self._meters.deliveries.labels(_OUTCOMES[delivery.state]).inc()
        if delivery.state is DeliveryState.DONE:
            self._meters.delivery_s.observe(max(0, self._now_ms() - delivery.waits_since) / 1_000)

    async def _switch_off(self, hook: Hook) -> None:
        """Send nothing any more, unless the webhook leads elsewhere by now."""

        def gone(now: Hook) -> Hook:
            return replace(now, active=False, gone=True) if now.url == hook.url else now

        with contextlib.suppress(NotFound):
            await self._store.webhooks.change(self._site, self._hook_id, gone)
        log.info("webhook_gone", site=self._site, hook=self._hook_id)

    async def _sleep(self, again: int | None) -> None:
        """Wait for a call to end, to be woken, or for the time to look again."""
        wait_s = _LOOK_S if again is None else (again - self._now_ms()) / 1000
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(min(max(wait_s, 0.0), _LOOK_S)):
                await self._woken.wait()

    async def _finish(self) -> None:
        if not self._sending:
            return
        _, left = await asyncio.wait(list(self._sending), timeout=_FINISH_S)
        for task in left:
            task.cancel()
