"""Identifiers of comments: 22 characters that sort by time and carry where the comment lives.

An id is 110 bits in Crockford's base 32, lower case: 46 bits of time (ms since 1970), 16 bits of the
thread's hash, 48 random bits. The partition follows from the hash bits, so an id alone finds its record, and
keeps doing so on a server with another number of partitions.
"""

import re
from functools import lru_cache
from hashlib import blake2b

_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"
_AS_PYTHON_READS = str.maketrans(_ALPHABET, "0123456789abcdefghijklmnopqrstuv")
LENGTH = 22
_WELL_FORMED = re.compile(f"[{_ALPHABET}]{{{LENGTH}}}", re.ASCII)
_PAIRS = [a + b for a in _ALPHABET for b in _ALPHABET]


@lru_cache(maxsize=4_096)
def thread_hash(thread: str) -> int:
    """16 bits of the thread's name; the site takes no part, so that an export fits a site of another name."""
    return int.from_bytes(blake2b(thread.encode(), digest_size=2).digest())


def new_id(thread: str, now_ms: int, chance: int) -> str:
    """Make an id.

    Args:
        now_ms: unix time in milliseconds, below 2**46 (the year 4199).
        chance: 48 random bits.

    >>> new_id("doi-song/4711", 1_763_900_000_000, 7)
    '0snc520w023eg000000007'
    """
    number = (now_ms << 64) | (thread_hash(thread) << 48) | chance
    return "".join([_PAIRS[(number >> shift) & 0x3FF] for shift in range(100, -1, -10)])


def is_id(text: str) -> bool:
    """Whether the text could be an id; anything else names no comment."""
    return _WELL_FORMED.fullmatch(text) is not None


def _number(digits: str) -> int:
    return int(digits.translate(_AS_PYTHON_READS), 32)


def id_hash(comment_id: str) -> int:
    """The 16 bits of the thread's hash in an id: bits 48 to 63, which the 10th to 13th character cover."""
    return (_number(comment_id[9:13]) >> 3) & 0xFFFF


def id_time_ms(comment_id: str) -> int:
    """When the id was made, in unix ms."""
    return _number(comment_id[:10]) >> 4
