"""Nothing but symbols, digits, emoji."""

from __future__ import annotations

import re

from service.judging.model import Finding

_LETTER = re.compile(r"[^\W\d_]")


def no_text(text: str) -> Finding | None:
    """Find a comment that says nothing in words.

    >>> no_text("👍👍 10/10 !!!").code
    'no_text'
    >>> no_text("Hay!") is None
    True
    """
    if _LETTER.search(text) is not None:
        return None
    return Finding("no_text", "no_text", 1.0, ((0, len(text)),) if text else ())
