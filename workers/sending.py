"""One attempt at a delivery: rendered, signed, sent; and what follows from how it went.

What is sent is the comment as it now stands, so that a late delivery never brings back what was taken down or
erased. Of the answer only the status and Retry-After are looked at, and nothing of it is kept.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

import orjson

from service.comments.views import View, event_view, rfc3339
from service.outgoing.client import Answer, Failed, OutgoingClient
from service.outgoing.signature import signed
from service.store.comments import CommentStore
from service.store.deliveries import Delivery, DeliveryState
from service.store.webhooks import Hook

WAITS_S = (
    *(5, 30, 120, 900, 2_700),
    *(hours * 3_600 for hours in (1, 2, 4, 8, 12, 20, 24)),
)
"""How long after each failed attempt the next one is: 12 waits, 72 hours together; after the 13th attempt the
delivery is dead."""

PATIENCE_MS = 96 * 3_600_000
"""What waited for longer is dead without another attempt: at a receiver that hangs attempts are few, and what
waits must not grow without end."""

LONGEST_PAUSE_MS = 24 * 3_600_000
"""The longest Retry-After that is honoured."""

_GONE = 410


@dataclass(frozen=True, slots=True)
class Outcome:
    """What an attempt came to.

    Attributes:
        delivery: as it shall be kept.
        due: when it is tried again, unix ms; unused unless it waits.
        pause: until when the receiver wants nothing, unix ms.
        gone: whether the receiver is to be switched off.
        called: whether it was called at all.
    """

    delivery: Delivery
    due: int = 0
    pause: int | None = None
    gone: bool = False
    called: bool = True


class Sender:
    """Sends deliveries of any webhook."""

    def __init__(self, comments: CommentStore, client: OutgoingClient, now_ms: Callable[[], int]) -> None:
        self._comments = comments
        self._client = client
        self._now_ms = now_ms

    async def attempt(self, site: str, hook: Hook, delivery: Delivery) -> Outcome:
        """Try once."""
        if self._now_ms() - delivery.waits_since > PATIENCE_MS:
            return Outcome(replace(delivery, error="expired", state=DeliveryState.DEAD), called=False)
        view = await self._view(site, hook, delivery)
        if view is None:
            return Outcome(replace(delivery, error="no_comment", state=DeliveryState.DEAD), called=False)
        now_ms, body = self._now_ms(), orjson.dumps(view)
        headers = signed(delivery.id, now_ms // 1000, body, hook.live_secrets(now_ms))
        try:
            answer = await self._client.post(hook.url, headers, body)
        except Failed as failed:
            return self._failed(self._tried(delivery, error=failed.code), None)
        return self._answered(delivery, answer)

    async def _view(self, site: str, hook: Hook, delivery: Delivery) -> View | None:
        if delivery.comment_id is None:
            data = {"site": site, "webhook_id": hook.id}
            return {"type": delivery.type, "timestamp": rfc3339(delivery.created_at), "data": data}
        comment = await self._comments.find(site, delivery.comment_id)
        if comment is None:
            return None
        return event_view(delivery.type, delivery.version, comment, "vi")

    def _answered(self, delivery: Delivery, answer: Answer) -> Outcome:
        status = answer.status
        if 200 <= status < 300:
            return Outcome(self._tried(delivery, status=status, state=DeliveryState.DONE))
        tried = self._tried(delivery, status=status, error="redirect" if 300 <= status < 400 else "status")
        if status == _GONE:
            return Outcome(tried, due=self._now_ms(), gone=True)
        return self._failed(tried, retry_after_ms(answer.retry_after, self._now_ms()))

    def _failed(self, tried: Delivery, after_ms: int | None) -> Outcome:
        """Wait for the next attempt, or give up after the last."""
        now_ms = self._now_ms()
        pause = None if after_ms is None else now_ms + after_ms
        if tried.attempts > len(WAITS_S):
            return Outcome(replace(tried, state=DeliveryState.DEAD), pause=pause)
        due = now_ms + WAITS_S[tried.attempts - 1] * 1000
        return Outcome(tried, due=max(due, pause or 0), pause=pause)

    def _tried(
        self,
        delivery: Delivery,
        *,
        status: int | None = None,
        error: str | None = None,
        state: DeliveryState = DeliveryState.WAITING,
    ) -> Delivery:
        return replace(
            delivery,
            attempts=delivery.attempts + 1,
            at=self._now_ms(),
            status=status,
            error=error,
            state=state,
        )


def retry_after_ms(value: str | None, now_ms: int) -> int | None:
    """A Retry-After (RFC 9110, 10.2.3), seconds or a date, as ms from now; None where there is none.

    >>> retry_after_ms("120", 0), retry_after_ms("Thu, 01 Jan 1970 00:00:09 GMT", 2_000)
    (120000, 7000)
    """
    if value is None:
        return None
    try:
        if value.isascii() and value.isdigit():
            wait = int(value[:9]) * 1000
        else:
            date = parsedate_to_datetime(value)
            date = date if date.tzinfo else date.replace(tzinfo=UTC)
            wait = int((date - datetime.fromtimestamp(now_ms / 1000, UTC)).total_seconds() * 1000)
    except (ValueError, OverflowError):
        return None
    return min(max(wait, 0), LONGEST_PAUSE_MS) or None
