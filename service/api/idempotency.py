"""`Idempotency-Key`: under it a request that makes something may be repeated, and makes it once."""

import re
from hashlib import blake2b
from typing import Any

import orjson
from aiohttp import web

from service.errors import InvalidRequest

HEADER = "Idempotency-Key"

_VISIBLE = re.compile(r"[\x21-\x7e]{1,255}", re.ASCII)
_NONE: list[str] = []


def key_of(request: web.Request) -> str | None:
    """The key of a request, or None.

    Raises:
        InvalidRequest: it is malformed, or given twice.
    """
    given = request.headers.getall(HEADER, _NONE)
    if not given:
        return None
    if len(given) > 1 or not _VISIBLE.fullmatch(given[0]):
        raise InvalidRequest([(HEADER, "must be 1 to 255 visible ASCII characters, given once")])
    return given[0]


def digest_of(*said: Any) -> str:
    """Equal for what JSON writes alike; 16 bytes, in hexadecimal digits."""
    return blake2b(orjson.dumps(said), digest_size=16).hexdigest()
