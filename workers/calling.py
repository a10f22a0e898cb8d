"""Calling one receiver: a few deliveries at a time, news before what is late.

It takes nothing in hand and notes nothing: that is the endpoint's.
"""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import replace

import structlog

from service import tracing
from service.errors import NotFound
from service.outgoing.client import DEADLINE_S
from service.store.deliveries import Delivery, Taken
from service.store.queue import UNREACHABLE
from service.store.webhooks import Hook, WebhookStore
from workers.precedence import Precedence
from workers.sending import Outcome, Sender

AT_ONCE = 4
"""Calls to one webhook at a time."""

LATE_MS = 10_000
"""What waited for so long is no news: a receiver that is back is sent it in batches."""

FAILS_FROM = 3
"""After so many failed calls in a row a receiver fails; fewer are hiccups, and hold up nothing else."""

log = structlog.get_logger()


class Caller:
    """Calls one receiver.

    Attributes:
        called_at: when it was last called, by the loop's clock, s.
    """

    def __init__(
        self,
        webhooks: WebhookStore,
        sender: Sender,
        site: str,
        hook_id: str,
        *,
        now_ms: Callable[[], int],
        precedence: Precedence,
    ) -> None:
        self._webhooks = webhooks
        self._sender = sender
        self._site = site
        self._hook_id = hook_id
        self._now_ms = now_ms
        self._precedence = precedence
        self._pacing = asyncio.Lock()
        self._failed = 0  # calls in a row
        self.called_at = 0.0

    @property
    def fails(self) -> bool:
        """Whether its last calls all failed."""
        return self._failed >= FAILS_FROM

    def is_late(self, delivery: Delivery) -> bool:
        return self._now_ms() - delivery.waits_since > LATE_MS

    async def try_all(self, taken: Taken, deliveries: Sequence[Delivery]) -> Sequence[Outcome]:
        """Try deliveries, a few at a time; once the receiver fails the rest waits again.

        One that cannot be tried is left as it is, and no other with it.
        """
        room, last_ms = asyncio.Semaphore(AT_ONCE), taken.until - DEADLINE_S * 1000

        async def tried(delivery: Delivery) -> Outcome:
            async with room, self._turn(delivery):
                now_ms = self._now_ms()
                if len(deliveries) > 1 and (self.fails or now_ms > last_ms):
                    return Outcome(delivery, due=now_ms, called=False)
                return await self._attempt(taken, delivery)

        ends = await asyncio.gather(*map(tried, deliveries), return_exceptions=True)
        for end in ends:
            if isinstance(end, BaseException):
                self.leave(end)
        return [end for end in ends if isinstance(end, Outcome)]

    def leave(self, error: BaseException) -> None:
        """Tell why deliveries were left as they are; they are due again after a time."""
        if isinstance(error, UNREACHABLE):
            log.warning("store_unreachable", loop="courier", error=type(error).__name__)
        else:
            log.error("delivery_left", site=self._site, hook=self._hook_id, exc_info=error)

    @contextlib.asynccontextmanager
    async def _turn(self, delivery: Delivery) -> AsyncIterator[None]:
        """News goes first; what is late begins one by one, and gives way to it."""
        if not self.is_late(delivery):
            with self._precedence.first():
                yield
            return
        async with self._pacing:
            await self._precedence.wait()
        yield

    async def _attempt(self, taken: Taken, delivery: Delivery) -> Outcome:
        assert taken.hook is not None  # noqa: S101 - of a webhook that is gone nothing is handed out
        with tracing.span("delivery", site=self._site, hook=self._hook_id, attempt=delivery.attempts + 1):
            outcome = await self._sender.attempt(self._site, taken.hook, delivery)
        if outcome.called:
            self._failed = self._failed + 1 if outcome.delivery.error else 0
            self.called_at = asyncio.get_running_loop().time()
        if outcome.gone:
            await self._switch_off(taken.hook)
        return outcome

    async def _switch_off(self, hook: Hook) -> None:
        """Send nothing any more, unless the webhook leads elsewhere by now."""

        def gone(now: Hook) -> Hook:
            return replace(now, active=False, gone=True) if now.url == hook.url else now

        with contextlib.suppress(NotFound):
            await self._webhooks.change(self._site, self._hook_id, gone)
        log.info("webhook_gone", site=self._site, hook=self._hook_id)
