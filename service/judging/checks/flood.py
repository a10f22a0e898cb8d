"""One author or address sends too much. Counting is the caller's."""

from __future__ import annotations

from service.judging.model import Context, Finding


def flood(context: Context) -> Finding | None:
    """Say so when there were too many.

    >>> flood(Context(flooding=True)).code
    'flood'
    """
    return Finding("flood", "flood", 1.0) if context.flooding else None
