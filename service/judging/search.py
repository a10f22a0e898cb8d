"""What a search compares: the words of a text, whatever their case and marks."""

from __future__ import annotations

import re

from service.judging.reading import read

_WORD = re.compile(r"[^\W_]+")


def words(text: str) -> list[str]:
    """Give the words, lower case and without marks, in their order.

    >>> words("Nguyễn Văn A, 1990")
    ['nguyen', 'van', 'a', '1990']
    """
    return _WORD.findall(read(text).bare)
