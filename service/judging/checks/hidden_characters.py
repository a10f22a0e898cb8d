"""Characters that are not seen, and marks piled up: they disguise a word or break the page."""

from __future__ import annotations

import re

from service.judging.model import Finding, Span
from service.judging.reading import Reading, apart
from service.judging.text import hidden

_MARKS = "[\u0300-\u036f\u0489\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20df\u20e1\u20e5-\u20f0\ufe20-\ufe2f]"
_STYLED = "[\uff21-\uff5a\u24b6-\u24e9\U0001d400-\U0001d6a3\U0001f130-\U0001f149]"
# Two marks left over after composing, on any letter: Vietnamese needs none. Letters in another dress are
# never composed, and Vietnamese puts two marks on them.
_STACKED = re.compile(f"(?<!{_STYLED}){_MARKS}{{2,}}|(?<={_STYLED}){_MARKS}{{3,}}")
_SELECTORS = "\N{VARIATION SELECTOR-15}\N{VARIATION SELECTOR-16}"
_IN_A_WORD = 0.99
_ELSEWHERE = 0.8


def hidden_characters(reading: Reading) -> Finding | None:
    """Find what hides: zero-width characters, bidi controls, stacked marks; emoji keep what joins them.

    Args:
        reading: of a text in NFC.

    >>> from service.judging.reading import read
    >>> hidden_characters(read("ng\N{ZERO WIDTH SPACE}u")).spans
    ((2, 3),)
    """
    if reading.is_plain:
        return None
    text = reading.text
    positions = [place for place in hidden(text) if not _is_stray(text, place)]
    spans = _together(positions) + [match.span() for match in _STACKED.finditer(text)]
    if not spans:
        return None
    inside = any(_inside_a_word(text, span) for span in spans)
    return Finding(
        "hidden_characters", "hidden_characters", _IN_A_WORD if inside else _ELSEWHERE, apart(spans)
    )


def _is_stray(text: str, place: int) -> bool:
    """Tell whether it is an emoji's selector that stands alone, outside a word: its emoji was taken out."""
    return text[place] in _SELECTORS and not _inside_a_word(text, (place, place + 1))


def _together(positions: list[int]) -> list[Span]:
    spans: list[Span] = []
    for position in positions:
        if spans and spans[-1][1] == position:
            spans[-1] = (spans[-1][0], position + 1)
        else:
            spans.append((position, position + 1))
    return spans


def _inside_a_word(text: str, span: Span) -> bool:
    return text[span[0] - 1 : span[0]].isalnum() and text[span[1] : span[1] + 1].isalnum()
