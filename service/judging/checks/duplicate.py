"""The same or nearly the same text was sent before. Finding the earlier one is the caller's, with
`fingerprint`.
"""

from __future__ import annotations

from service.judging.fingerprint import ALIKE
from service.judging.model import Context, Finding


def duplicate(context: Context, *, least: float = ALIKE) -> Finding | None:
    """Find a comment that says what another one said.

    Args:
        context: what was found earlier.
        least: similarity, 0 to 1, from which on two texts are one.

    >>> duplicate(Context(duplicate=0.97)).score
    0.97
    >>> duplicate(Context(repeats_itself=True)).escalated
    True
    """
    if context.repeats_itself:
        return Finding("duplicate", "duplicate", 1.0, escalated=True)
    if context.duplicate is None or context.duplicate < least:
        return None
    return Finding("duplicate", "duplicate", context.duplicate)
