"""The ids of the live stream: where a client stands in all partitions, in one short text.

Opaque to clients, who send the last one back as `Last-Event-ID`. A few bytes for each partition: its place as
the time before the newest of all, in variable-length numbers (7 bits a byte, the lowest first).
"""

import binascii
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from service.store.events import START, EntryId

_MOST = 1 << 63  # far above every time and number in use, and what the server takes


@dataclass(frozen=True, slots=True)
class Place:
    """What a client has been told.

    Attributes:
        until_ms: unix ms; of what happened before, everything.
        places: by partition, everything up to this event.
    """

    until_ms: int
    places: Sequence[EntryId]


def dump(place: Place) -> str:
    """The id of a place.

    >>> dump(Place(1_763_900_000_500, [EntryId(1_763_900_000_000, 0), START, EntryId(1_763_900_000_123, 2)]))
    'A_SRiIWrMwDoBwEA8wUC'
    """
    newest = max(place.until_ms, *(entry.ms for entry in place.places))
    written = bytearray()
    for number in (len(place.places), newest, newest - place.until_ms):
        _write(written, number)
    for entry in place.places:
        _write_entry(written, newest, entry)
    return urlsafe_b64encode(written).decode().rstrip("=")


def load(text: str, partitions: int) -> Place | None:
    """Read an id back; None where it is none, or one of an installation with other partitions."""
    try:
        written = urlsafe_b64decode(text.encode("ascii") + b"=" * (-len(text) % 4))
        numbers = _numbers(written)
        count, newest, ago = next(numbers), next(numbers), next(numbers)
        if count != partitions:
            return None
        places = [_read_entry(numbers, newest) for _ in range(count)]
        place = Place(newest - ago, places)
        return place if min(places).ms >= 0 and dump(place) == text else None
    except (ValueError, StopIteration, binascii.Error):
        return None


def _write_entry(written: bytearray, newest: int, entry: EntryId) -> None:
    """Twice the age, plus one where a number among those of the same ms follows; 1 and 0 for no place."""
    if entry == START:
        written += b"\1\0"
        return
    _write(written, (newest - entry.ms) << 1 | (entry.seq > 0))
    if entry.seq:
        _write(written, entry.seq)


def _read_entry(numbers: Iterator[int], newest: int) -> EntryId:
    age = next(numbers)
    seq = next(numbers) if age & 1 else 0
    if age == 1 and seq == 0:
        return START
    return EntryId(newest - (age >> 1), seq)


def _write(written: bytearray, number: int) -> None:
    while number > 0x7F:
        written.append(number & 0x7F | 0x80)
        number >>= 7
    written.append(number)


def _numbers(written: bytes) -> Iterator[int]:
    """The numbers that were written.

    Raises:
        ValueError: one is larger than any that is, or cut off.
    """
    number = shift = 0
    for byte in written:
        number |= (byte & 0x7F) << shift
        shift += 7
        if number >= _MOST:
            raise ValueError("no number of ours")
        if byte < 0x80:
            yield number
            number = shift = 0
    if shift:
        raise ValueError("cut off")
