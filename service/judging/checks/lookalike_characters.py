"""Letters of other scripts, digits for letters, or separators, where they disguise a word."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

from service.judging.model import Finding, Span
from service.judging.reading import Reading, apart

_CIRCLED = "\u24b6-\u24e9\U0001f130-\U0001f189"
_RUN = re.compile(rf"(?:[^\W\d_]|[{_CIRCLED}])(?:\w|[\u0300-\u036f{_CIRCLED}])*")
_POWERS = frozenset("⁰¹²³⁴⁵⁶⁷⁸⁹")
_LATIN_END = 0x024F
_VIETNAMESE = range(0x1E00, 0x1F00)
_CYRILLIC_OR_ARMENIAN = range(0x0400, 0x0590)
_SCORE = 0.95


def lookalike_characters(reading: Reading, disguised: Iterable[Span]) -> Finding | None:
    """Find words written with look-alikes.

    Args:
        reading: of the text.
        disguised: what other checks recognised only after digits were read as letters or separators taken
            out, as
            ranges of `Reading.plain`.

    >>> from service.judging.reading import read
    >>> lookalike_characters(read("v\N{CYRILLIC SMALL LETTER A}y tiền"), []).spans
    ((0, 3),)
    """
    spans = [reading.span(*span) for span in disguised]
    if reading.odd:
        spans += [match.span() for match in _RUN.finditer(reading.text) if _mixed(match[0])]
    if not spans:
        return None
    return Finding("lookalike_characters", "lookalike_characters", _SCORE, apart(spans))


def _mixed(word: str) -> bool:
    """Tell whether a word mixes Latin letters with others, or is all in mathematical ones; formulas aside.

    Greek ones stand beside a Latin letter by right: "μm", "Δt". Cyrillic and Armenian ones do not.
    """
    if not _POWERS.isdisjoint(word):
        return False
    latin = foreign = styled = intruders = 0
    for letter in word:
        if not unicodedata.normalize("NFKC", letter).isalpha():
            continue
        if ord(letter) <= _LATIN_END or ord(letter) in _VIETNAMESE:
            latin += 1
        elif _is_styled(letter):
            styled += 1
        else:
            foreign += 1
            intruders += ord(letter) in _CYRILLIC_OR_ARMENIAN
    return (latin >= 1 and styled + intruders >= 1) or styled >= 2 or (latin >= 2 and foreign >= 1)


def _is_styled(letter: str) -> bool:
    """Tell whether a letter is a Latin one in another dress: full-width, mathematical, circled."""
    plain = unicodedata.normalize("NFKC", letter)
    return plain != letter and len(plain) == 1 and plain.isascii() and plain.isalpha()
