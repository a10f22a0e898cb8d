"""A name for each request: in every line of the log that it causes, in its answer, and in its problem.

A caller that names its requests itself (`X-Request-ID`) finds its own names; whatever might be more than a
name (a line's end, an e-mail address, a text) is not taken over.
"""

import itertools
import re
import secrets
from collections.abc import Mapping
from typing import Any, Final

from structlog.contextvars import bind_contextvars, get_contextvars

HEADER: Final = "X-Request-ID"

WELL_FORMED: Final = "[A-Za-z0-9._~:+/=,;-]{1,64}"
"""What is taken over from a caller: UUIDs, ULIDs, trace ids, Base64."""

_given = re.compile(WELL_FORMED).fullmatch
_prefix = secrets.token_hex(4)  # a process's own, so that two never give one name; the rest is counted
_numbers = itertools.count()


def begin(headers: Mapping[str, str]) -> str:
    """Name the request that has these headers; what is logged from here on in this task carries the name."""
    given = headers.get(HEADER)
    name = given if given is not None and _given(given) else f"{_prefix}{next(_numbers):08x}"
    bind_contextvars(request_id=name)
    return name


def current() -> Any:
    """The name of the request that this task works on; None outside of a request."""
    return get_contextvars().get("request_id")
