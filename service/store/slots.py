"""Which key a command names first, and in which of a cluster's slots that is."""

from functools import lru_cache

from redis.crc import key_slot

from service.store.session import Argument

COUNT = 16_384

_KEYLESS = frozenset(["SCRIPT", "INFO", "CLUSTER", "HELLO", "AUTH", "SELECT"])


def first_key(command: tuple[Argument, ...]) -> str | None:
    """The first key of one of our commands; None where it names none.

    >>> first_key(("EVALSHA", "d1", 2, "codau:{3}:queue", "codau:{3}:events")), first_key(("PING",))
    ('codau:{3}:queue', None)
    """
    name = str(command[0])
    if name in _KEYLESS or len(command) == 1:
        return None
    if not name.startswith("EVAL"):
        return str(command[1])
    return str(command[3]) if int(command[2]) else None


@lru_cache(maxsize=4_096)  # of a tag, there are few
def slot_of(tag: str) -> int:
    """The slot of all keys of one tag."""
    return int(key_slot(tag.encode()))


def tag_of(key: str) -> str:
    """What of a key is hashed; the whole of it where it has no tag.

    >>> tag_of("codau:{author:bao:1f}:recent"), tag_of("x")
    ('author:bao:1f', 'x')
    """
    _, opening, rest = key.partition("{")
    tag, closing, _ = rest.partition("}")
    return tag if opening and closing and tag else key
