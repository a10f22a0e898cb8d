"""Pages of sorted sets that stay right while members come and go: a cursor is a place, no count."""

import binascii
import math
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass
from enum import StrEnum

from service.comments.ids import is_id
from service.errors import InvalidRequest
from service.store.connection import again_if_interrupted
from service.store.wire import Commands


class Order(StrEnum):
    """Lowest score first, or highest."""

    OLDEST = "oldest"
    NEWEST = "newest"


@dataclass(frozen=True, slots=True, order=True)
class Cursor:
    """A place in an order: a score and, among equal scores, an id."""

    score: float
    id: str

    def __str__(self) -> str:
        return urlsafe_b64encode(f"{self.score!r} {self.id}".encode()).decode().rstrip("=")

    @classmethod
    def parsed(cls, text: str) -> "Cursor":
        """Read back what an answer carried as `next_cursor`.

        Raises:
            InvalidRequest: it is no cursor.
        """
        try:
            padded = text + "=" * (-len(text) % 4)
            score, _, comment_id = urlsafe_b64decode(padded.encode("ascii")).decode("ascii").partition(" ")
            place = cls(float(score), comment_id)
        except (ValueError, binascii.Error):
            place = cls(0, "")
        if not is_id(place.id) or not math.isfinite(place.score) or str(place) != text:
            raise InvalidRequest([("cursor", "is not a cursor; send next_cursor of the answer before")])
        return place


async def page_of(
    commands: Commands, key: str, order: Order, limit: int, after: Cursor | None
) -> list[Cursor]:
    """The next members of a sorted set.

    Equal scores are ordered by id. They are few (comments of one millisecond), so the rest of them is read
    whole before the page goes on behind them.
    """
    low, high = ("-inf", "+inf")
    found: list[Cursor] = []
    if after is not None:
        equal = await _range(commands, key, order, (repr(after.score),) * 2, -1)
        found = [place for place in equal if (place > after if order is Order.OLDEST else place < after)]
        low, high = (f"({after.score!r}", high) if order is Order.OLDEST else (low, f"({after.score!r}")
    if len(found) < limit:
        found += await _range(commands, key, order, (low, high), limit - len(found))
    return found[:limit]


async def _range(
    commands: Commands, key: str, order: Order, between: tuple[str, str], limit: int
) -> list[Cursor]:
    low, high = between
    span = (low, high) if order is Order.OLDEST else (high, low, "REV")
    flat = await again_if_interrupted(
        commands, "ZRANGE", key, *span, "BYSCORE", "LIMIT", 0, limit, "WITHSCORES"
    )
    return [Cursor(float(flat[i + 1]), flat[i].decode()) for i in range(0, len(flat), 2)]
