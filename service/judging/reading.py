"""A text as the checks read it: lower case, without disguise, with and without marks, cut into words.

Every form knows where in the text it came from. Nothing here judges.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cached_property
from typing import TypeVar, cast

import numpy as np
import numpy.typing as npt

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
    unmarked,
    words_in,
)
from service.judging.model import Span

_Found = TypeVar("_Found")
_WORD = re.compile("[^\\W_\U00010000-\U0010ffff]+")  # the tables know letters of 16 bits only

MOST_READ = 20_000
"""Code points; a comment may not be longer (policy `length`), and what stands beyond in other texts is not
read.
"""


class Reading:
    """A text and its forms; made by `read`.

    Attributes:
        text: as given, its first `MOST_READ` code points.
        plain: lower case, look-alike letters as what they look like, nothing hidden.
        bare: `plain` without marks, as long.
        odd: whether the text holds look-alike or hidden characters, or loose marks.
        astral: whether it holds characters beyond 16 bits, as emoji are.
    """

    def __init__(self, text: str) -> None:
        self.text = text
        self._done: dict[object, object] = {}
        self._positions: list[Span] | None = None
        units = units_of(text)
        self.odd = is_odd(units)
        if self.odd or holds_entity(text):
            text, self._positions = unfold(text)
            units = units_of(text)
        self.astral = len(units) != len(text)
        self.plain = string(lower(units))
        self._bare_units = unmarked(units)
        self.bare = string(self._bare_units)

    @cached_property
    def keys(self) -> list[str]:
        """The words of `bare`, repeated letters once; what phrases are looked up by."""
        words = words_in(self._bare_units)
        stretched = self._repeated & (self._bare_units[1:] >= ord("a"))
        return [collapsed(word) for word in words] if stretched.any() else words

    @cached_property
    def plains(self) -> list[str]:
        """The words of `plain`, one for each of `keys`."""
        return words_in(units_of(self.plain))

    @cached_property
    def word_spans(self) -> list[Span]:
        """Where each of `keys` stands in `plain`."""
        return [match.span() for match in _WORD.finditer(self.bare)]

    @cached_property
    def repeats(self) -> int:
        """How many characters are the same as the one before."""
        return int(np.count_nonzero(self._repeated))

    @cached_property
    def _repeated(self) -> npt.NDArray[np.bool_]:
        same: npt.NDArray[np.bool_] = self._bare_units[1:] == self._bare_units[:-1]
        return same

    @cached_property
    def digits(self) -> int:
        """How many ASCII digits there are."""
        return sum(map(self.plain.count, "0123456789"))

    @cached_property
    def disguised_keys(self) -> frozenset[str]:
        """The keys that only a disguise keeps from being read."""
        return disguised_keys(self.bare)

    @cached_property
    def revealed(self) -> list[Revealed]:
        """All words, with separators taken out and digits read as letters."""
        return reveal(self.plain, self.bare)

    def once(self, work: Callable[[Reading], _Found]) -> _Found:
        """Do what several checks need once."""
        if work not in self._done:
            self._done[work] = work(self)
        return cast(_Found, self._done[work])

    def span(self, start: int, end: int) -> Span:
        """Give where in the text a part of `plain` stands, loose marks on its last letter included."""
        if self._positions is None:
            return start, end
        last = self._positions[end - 1][1]
        while last < len(self.text) and belongs_to_the_one_before(self.text[last]):
            last += 1
        return self._positions[start][0], last


def read(text: str) -> Reading:
    """Read a text, in NFC, as checks do.

    >>> read("ＮＧＵ thế").plain
    'ngu thế'
    """
    return Reading(text[:MOST_READ])


def apart(spans: list[Span]) -> tuple[Span, ...]:
    """Sort spans and join those that overlap."""
    merged: list[Span] = []
    for start, end in sorted(spans):
        if merged and start < merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return tuple(merged)
