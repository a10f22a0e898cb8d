"""Pages of sorted sets that stay right while members come and go: a cursor is a place, no count."""

import binascii
import math
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from service.comments.ids import is_id
from service.errors import InvalidRequest
from service.store.scripts import Part, call_all
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


async def pages_of(
    commands: Commands, keys: Sequence[str], order: Order, limit: int, after: Cursor | None
) -> list[tuple[int, list[Cursor]]]:
    """Of each sorted set how long it is, and its next members; in one call where one server has them all.

    Equal scores are ordered by id. They are few (comments of one millisecond).
    """
    begins = "" if after is None else repr(after.score)
    told = await call_all(commands, "ranges", [Part([key]) for key in keys], [order, limit, begins])
    return [(length, _behind(flat, order, after)[:limit]) for length, *flat in told]


async def page_of(
    commands: Commands, key: str, order: Order, limit: int, after: Cursor | None
) -> list[Cursor]:
    """The next members of a sorted set."""
    [(_, places)] = await pages_of(commands, [key], order, limit, after)
    return places


def _behind(flat: Sequence[bytes], order: Order, after: Cursor | None) -> list[Cursor]:
    found = [Cursor(float(score), name.decode()) for name, score in zip(flat[::2], flat[1::2], strict=True)]
    if after is None:
        return found
    return [place for place in found if (place > after if order is Order.OLDEST else place < after)]
