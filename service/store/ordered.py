"""Pages of sorted sets that stay right while members come and go: a cursor is a place, no count."""

import binascii
import math
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Iterator, Sequence
from enum import StrEnum
from itertools import islice
from typing import NamedTuple

from service.comments.ids import is_id
from service.errors import InvalidRequest
from service.store.scripts import Part, call_all
from service.store.wire import Commands


class Order(StrEnum):
    """Lowest score first, or highest."""

    OLDEST = "oldest"
    NEWEST = "newest"


class Cursor(NamedTuple):
    """A place in an order: a score and, among equal scores, an id. A search makes thousands of them."""

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
) -> list[tuple[int, Iterator[Cursor]]]:
    """Of each sorted set how long it is, and its next members; in one call where one server has them all.

    Equal scores are ordered by id. They are few (comments of one millisecond). Of many sets most members are
    never looked at: they are read one by one.
    """
    begins = "" if after is None else repr(after.score)
    told = await call_all(commands, "ranges", [Part([key]) for key in keys], [order, limit, begins])
    return [(length, islice(_behind(flat, order, after), limit)) for length, *flat in told]


async def page_of(
    commands: Commands, key: str, order: Order, limit: int, after: Cursor | None
) -> list[Cursor]:
    """The next members of a sorted set."""
    [(_, places)] = await pages_of(commands, [key], order, limit, after)
    return list(places)


def _behind(flat: Sequence[bytes], order: Order, after: Cursor | None) -> Iterator[Cursor]:
    for name, score in zip(flat[::2], flat[1::2], strict=True):
        place = Cursor(float(score), name.decode())
        if after is None or (place > after if order is Order.OLDEST else place < after):
            yield place
