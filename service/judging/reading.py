"""A text as the checks read it: lower case, without disguise, with and without marks, cut into words.

Every form knows where in the text it came from. Nothing here judges.
"""

from __future__ import annotations

import re
from weakref import WeakValueDictionary

from service.judging.disguise import Revealed, disguised_keys, reveal
from service.judging.letters import (
    belongs_to_the_one_before,
    collapsed,
    holds_entity,
    is_odd,
    lower,
    string,
    unfold,
    units_of,
)
from service.judging.model import Span
from service.judging.sharing import Shared, lazily
from service.judging.spelling import bare
from service.judging.text import is_plain
from service.judging.vietnamese.known import Known
from service.judging.vietnamese.words import Words, opening_of

_DIGIT = re.compile("[0-9]")
_WORD = re.compile("[^\\W_\U00010000-\U0010ffff]+")  # the tables know letters of 16 bits only

MOST_READ = 20_000
"""Code points; a comment may not be longer (policy `length`), and what stands beyond in other texts is not
read.
"""


class Reading(Shared):
    """A text and its forms; made by `read`.

    Attributes:
        text: as given, its first `MOST_READ` code points.
        plain: lower case, look-alike letters as what they look like, nothing hidden.
        is_plain: whether it is all Latin letters and common signs, as most texts are, and nothing hides.
        odd: whether the text holds look-alike or hidden characters, or loose marks.
        astral: whether it holds characters beyond 16 bits, as emoji are.
    """

    def __init__(self, text: str) -> None:
        super().__init__()
        self.text = text
        self.is_plain = is_plain(text)
        self.odd = self.astral = False
        self._positions: list[Span] | None = None
        if self.is_plain and not holds_entity(text):
            self.plain = text.lower()
        else:
            self._unfold()

    def _unfold(self) -> None:
        text = self.text
        units = units_of(text)
        self.odd = is_odd(units)
        if self.odd or holds_entity(text):
            text, self._positions = unfold(text)
            units = units_of(text)
        self.astral = len(units) != len(text)
        self.plain = string(lower(units))

    @lazily
    def words(self) -> Words:
        """The words as the Vietnamese engine reads them, of the text's opening."""
        return opening_of(self.text)

    @lazily
    def bare(self) -> str:
        """`plain` without marks, as long."""
        return bare(self.plain)

    @lazily
    def plains(self) -> list[str]:
        """The words of `plain`."""
        if self.words.read == self.plain and not self.astral:
            return list(filter(str.isalnum, self.words.tokens))
        return _WORD.findall(self.plain)

    @lazily
    def keys(self) -> list[str]:
        """`plains` without marks, repeated letters once; what phrases are looked up by."""
        return _KEY.of_all(self.plains)

    @lazily
    def word_spans(self) -> list[Span]:
        """Where each of `plains` stands in `plain`: what is between two words holds nothing of the second."""
        spans, end, find = [], 0, self.plain.find
        for word in self.plains:
            start = find(word, end)
            end = start + len(word)
            spans.append((start, end))
        return spans

    @lazily
    def runs(self) -> list[str]:
        """What stands in `plain` between blanks."""
        return self.plain.split()

    @lazily
    def digits(self) -> int:
        """How many ASCII digits there are."""
        return len(_DIGIT.findall(self.plain))

    @lazily
    def disguised_keys(self) -> frozenset[str]:
        """The keys that only a disguise keeps from being read."""
        return disguised_keys(self.runs)

    @lazily
    def revealed(self) -> list[Revealed]:
        """All words, with separators taken out and digits read as letters."""
        return reveal(self.plain, self.bare)

    def span(self, start: int, end: int) -> Span:
        """Give where in the text a part of `plain` stands, loose marks on its last letter included."""
        if self._positions is None:
            return start, end
        last = self._positions[end - 1][1]
        while last < len(self.text) and belongs_to_the_one_before(self.text[last]):
            last += 1
        return self._positions[start][0], last


def _key(plain: str) -> str:
    return collapsed(bare(plain))


_KEY = Known(_key)


_in_hand: WeakValueDictionary[str, Reading] = WeakValueDictionary()


def read(text: str) -> Reading:
    """Read a text, in NFC, as checks do; one that is in hand already is not read again.

    A worker holds what it looked for near-duplicates with until the checks have seen it, which spares 30 µs.

    >>> read("ＮＧＵ thế").plain
    'ngu thế'
    """
    text = text[:MOST_READ]
    reading = _in_hand.get(text)
    if reading is None:
        reading = _in_hand[text] = Reading(text)
    return reading


def apart(spans: list[Span]) -> tuple[Span, ...]:
    """Sort spans and join those that overlap."""
    merged: list[Span] = []
    for start, end in sorted(spans):
        if merged and start < merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return tuple(merged)
