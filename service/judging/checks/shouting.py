"""A comment written mostly in capitals."""

from __future__ import annotations

from service.judging.model import Finding, Span

_SMALL = b"abcdefghijklmnopqrstuvwxyz"
"""A quick look for these tells of nearly all texts that too few of their letters are capitals."""


def shouting(text: str, *, most: float = 0.7, min_letters: int = 20) -> Finding | None:
    """Find a comment written mostly in capitals.

    Args:
        text: in NFC.
        most: share of letters, 0 to 1, from which on it counts; measured on tests/cases/shouting.tsv.
        min_letters: shorter texts are not judged: abbreviations are capitals by right.

    >>> shouting("ĐỌC MÀ TỨC, SAO LẠI NHƯ THẾ ĐƯỢC HẢ TRỜI").code
    'shouting'
    """
    written = text.encode(errors="replace")
    small = len(written) - len(written.translate(None, _SMALL))
    if small > (1 - most) * len(text):
        return None
    capitals = sum(map(str.isupper, text))
    if capitals < most * min_letters:
        return None
    letters = capitals + sum(map(str.islower, text))
    if letters < min_letters or capitals < most * letters:
        return None
    return Finding("shouting", "shouting", round(capitals / letters, 3), (_extent(text),))


def _extent(text: str) -> Span:
    first = next(place for place, letter in enumerate(text) if letter.isupper())
    last = next(place for place in range(len(text), 0, -1) if text[place - 1].isupper())
    return first, last
