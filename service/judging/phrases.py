"""Find many phrases in a text at once, whole words only, seen through disguise.

The automaton of Aho and Corasick (1975), on words:
the cost grows with the text and not with the number of phrases.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice, pairwise
from typing import NamedTuple

from service.judging.letters import collapsed
from service.judging.model import Span
from service.judging.reading import Reading, read
from service.judging.spelling import bare, less_marked, same, settled
from service.judging.syllable import could_be_syllable

_AROUND = 6
"""Words to each side that count as the text around a phrase."""

_ENOUGH = 100
"""Hits after which a text is not searched on."""


class Hit(NamedTuple):
    """A phrase found.

    Attributes:
        phrase: its place among the phrases.
        start: in `Reading.plain`.
        end: in `Reading.plain`.
        disguised: the words of it that were read only through separators, digits for letters, or words run
            together, as ranges of `Reading.plain`.
    """

    phrase: int
    start: int
    end: int
    disguised: tuple[Span, ...] = ()


class Phrases:
    """A set of phrases, compiled.

    Args:
        phrases: words with their marks, parted by blanks; empty ones are never found.
    """

    def __init__(self, phrases: Iterable[str]) -> None:
        self._wanted: list[tuple[str, ...]] = []
        self._next: list[dict[str, int]] = [{}]
        self._ends: list[tuple[tuple[int, int], ...]] = [()]  # (phrase, its length in words)
        for number, phrase in enumerate(phrases):
            reading = read(phrase)
            self._wanted.append(tuple(map(settled, reading.plains)))
            self._add(reading.keys, number)
            glued = collapsed("".join(reading.keys))
            if len(reading.keys) > 1 and len(glued) >= 4 and not could_be_syllable(glued):
                self._add([glued], number)
        self._fall = self._failures()
        self._known = frozenset(key for following in self._next for key in following)

    def _add(self, keys: Sequence[str], phrase: int) -> None:
        state = 0
        for key in keys:
            if key not in self._next[state]:
                self._next[state][key] = len(self._next)
                self._next.append({})
                self._ends.append(())
            state = self._next[state][key]
        if keys:
            self._ends[state] += ((phrase, len(keys)),)

    def _failures(self) -> list[int]:
        """Work out, for every state, the longest one that its end could also be the beginning of."""
        fall = [0] * len(self._next)
        waiting = deque(self._next[0].values())
        while waiting:
            state = waiting.popleft()
            for key, after in self._next[state].items():
                waiting.append(after)
                back = fall[state]
                while back and key not in self._next[back]:
                    back = fall[back]
                fall[after] = self._next[back].get(key, 0)
                self._ends[after] += self._ends[fall[after]]
        return fall

    def find(self, reading: Reading) -> list[Hit]:
        """Find the phrases in a text, the open ones first; a disguised hit overlaps no open one.

        A phrase counts where its marks are as in the list. Without them it counts only where the text around
        is unmarked too, or where it was disguised.
        """
        hits = self._open(reading)
        if self._known.isdisjoint(reading.disguised_keys):
            return hits
        taken = [(hit.start, hit.end) for hit in hits]
        disguised = islice(self._disguised(reading), _ENOUGH)
        return hits + [hit for hit in disguised if not _overlaps(hit, taken)]

    def _open(self, reading: Reading) -> list[Hit]:
        hits: list[Hit] = []
        for last, phrase, length in self._walk(reading.keys):
            first = last - length + 1
            glued = length != len(self._wanted[phrase])
            if self._agrees(phrase, reading.plains, first, last + 1, disguised=glued):
                spans = reading.word_spans[first : last + 1]
                if not _parted(reading, spans):
                    hits.append(Hit(phrase, spans[0][0], spans[-1][1], tuple(spans) if glued else ()))
            if len(hits) == _ENOUGH:
                break
        return hits

    def _disguised(self, reading: Reading) -> Iterator[Hit]:
        words = reading.revealed
        otherwise = [self._has(word.otherwise) for word in words]
        plains = [w.otherwise if other else w.plain for w, other in zip(words, otherwise, strict=True)]
        bares = [w.otherwise if other else w.bare for w, other in zip(words, otherwise, strict=True)]
        for last, phrase, length in self._walk(map(collapsed, bares)):
            first = last - length + 1
            disguised = tuple((w.start, w.end) for w in words[first : last + 1] if w.disguised)
            if disguised and self._agrees(phrase, plains, first, last + 1, disguised=True):
                yield Hit(phrase, words[first].start, words[last].end, disguised)

    def _has(self, bare: str) -> bool:
        return bool(bare) and collapsed(bare) in self._known

    def _walk(self, keys: Iterable[str]) -> Iterator[tuple[int, int, int]]:
        """Give (place of the last word, phrase, length in words) for everything that may be a phrase."""
        following, fall, ends = self._next, self._fall, self._ends
        state = 0
        for place, key in enumerate(keys):
            after = following[state].get(key)
            while after is None and state:
                state = fall[state]
                after = following[state].get(key)
            state = after or 0
            if ends[state]:
                for phrase, length in ends[state]:
                    yield place, phrase, length

    def _agrees(self, phrase: int, plains: list[str], first: int, end: int, *, disguised: bool) -> bool:
        """Tell whether words with the right letters are the phrase, marks and repeated letters considered."""
        wanted = self._wanted[phrase]
        if end - first != len(wanted):
            wanted = ("".join(wanted),)
        seen = plains[first:end]
        if all(map(same, seen, wanted)):
            return True
        if disguised:
            return sum(map(len, wanted)) > 2 and all(map(less_marked, seen, wanted))
        if not "".join(plains[max(0, first - _AROUND) : end + _AROUND]).isascii():
            return False
        return all(map(same, seen, map(bare, wanted)))


_PARTED = re.compile(r"[.,;:!?…)]\s")


def _parted(reading: Reading, spans: list[Span]) -> bool:
    """Tell whether words belong to different parts of a sentence: "quả óc, chó con"."""
    return any(_PARTED.search(reading.plain, one[1], two[0]) for one, two in pairwise(spans))


def _overlaps(hit: Hit, taken: list[Span]) -> bool:
    return any(hit.start < end and start < hit.end for start, end in taken)
