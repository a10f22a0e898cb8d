"""Nothing but symbols, digits, emoji."""

from __future__ import annotations

import re

from service.judging.model import Finding

_CIRCLED_OR_SQUARED = re.compile("[\u24b6-\u24e9\U0001f130-\U0001f169]")
"""Letters by their looks, symbols by their class."""


def no_text(text: str) -> Finding | None:
    """Find a comment that says nothing in words.

    >>> no_text("👍👍 10/10 !!!").code
    'no_text'
    >>> no_text("Hay!") is None
    True
    >>> no_text("½").code
    'no_text'
    """
    if any(map(str.isalpha, text)) or _CIRCLED_OR_SQUARED.search(text) is not None:
        return None
    return Finding("no_text", "no_text", 1.0, ((0, len(text)),) if text else ())
