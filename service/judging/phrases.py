"""Find many phrases in a text at once, whole words only, seen through disguise.

The automaton of Aho and Corasick (1975), on words:
the cost grows with the text and not with the number of phrases.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from service.judging.reading import Reading, Word, collapsed, read
from service.judging.syllable import could_be_syllable

_AROUND = 40
"""Code points to each side that count as the text around a word: six syllables or so."""

_ENOUGH = 100
"""Hits after which a text is not searched on."""


@dataclass(frozen=True, slots=True)
class Hit:
    """A phrase found.

    Attributes:
        phrase: its place among the phrases.
        start: in `Reading.plain`.
        end: in `Reading.plain`.
        disguised: seen only through separators, digits for letters, or words run together.
    """

    phrase: int
    start: int
    end: int
    disguised: bool


_PLACEMENTS = {
    old: new
    for pair in (
        [
            "oà:òa",
            "oá:óa",
            "oả:ỏa",
            "oã:õa",
            "oạ:ọa",
            "oè:òe",
            "oé:óe",
            "oẻ:ỏe",
            "oẽ:õe",
            "oẹ:ọe",
            "uỳ:ùy",
            "uý:úy",
            "uỷ:ủy",
            "uỹ:ũy",
            "uỵ:ụy",
        ]
    )
    for old, new in [pair.split(":")]
}


def _settled(plain: str) -> str:
    """Put the tone of an open syllable on the first vowel, so that hoà and hòa are one.

    >>> _settled("hoà"), _settled("quý"), _settled("hoàn")
    ('hòa', 'quý', 'hoàn')
    """
    moved = _PLACEMENTS.get(plain[-2:])
    return plain if moved is None or plain[-3:-2] == "q" else plain[:-2] + moved


class Phrases:
    """A set of phrases, compiled.

    Args:
        phrases: words with their marks, parted by blanks; empty ones are never found.
    """

    def __init__(self, phrases: Iterable[str]) -> None:
        self._plain: list[tuple[str, ...]] = []
        self._next: list[dict[str, int]] = [{}]
        self._ends: list[tuple[tuple[int, int], ...]] = [()]  # (phrase, its length in words)
        for phrase in phrases:
            words = read(phrase).words
            number = len(self._plain)
            self._plain.append(tuple(_settled(word.plain) for word in words))
            self._add([word.key for word in words], number)
            glued = collapsed("".join(word.key for word in words))
            if len(words) > 1 and len(glued) >= 4 and not could_be_syllable(glued):
                self._add([glued], number)
        self._fall = self._failures()
        self._first = frozenset(self._next[0])

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
        hits = list(self._search(reading, reading.keys, None))
        if reading.revealed:
            taken = {position for hit in hits for position in (hit.start, hit.end - 1)}
            keys = [word.key for word in reading.revealed]
            for hit in self._search(reading, keys, reading.revealed):
                if hit.disguised and hit.start not in taken and hit.end - 1 not in taken:
                    hits.append(hit)
        return hits

    def _search(self, reading: Reading, keys: list[str], words: list[Word] | None) -> Iterator[Hit]:
        if self._first.isdisjoint(keys):
            return
        found = 0
        for last, phrase, length in self._walk(keys):
            words = words or reading.words
            hit = self._confirm(reading, phrase, words[last - length + 1 : last + 1])
            if hit is not None:
                yield hit
                found += 1
                if found == _ENOUGH:
                    return

    def _walk(self, keys: list[str]) -> Iterator[tuple[int, int, int]]:
        """Give (place of the last word, phrase, length in words) for everything that may be a phrase."""
        following, fall, ends = self._next, self._fall, self._ends
        state = 0
        for place, key in enumerate(keys):
            while state and key not in following[state]:
                state = fall[state]
            state = following[state].get(key, 0)
            if state:
                for phrase, length in ends[state]:
                    yield place, phrase, length

    def _confirm(self, reading: Reading, phrase: int, seen: list[Word]) -> Hit | None:
        plain = self._plain[phrase]
        wanted = plain if len(seen) == len(plain) else ("".join(plain),)
        start, end = seen[0].start, seen[-1].end
        disguised = len(seen) != len(plain) or any(word.disguised for word in seen)
        pairs = list(zip(seen, wanted, strict=True))
        if all(_same(word, want, disguised) for word, want in pairs):
            return Hit(phrase, start, end, disguised)
        if reading.marked(max(0, start - _AROUND), end + _AROUND):
            return None
        if all(_stretches(_bare(word.plain), _bare(want)) for word, want in pairs):
            return Hit(phrase, start, end, disguised)
        return None


def _same(word: Word, want: str, disguised: bool) -> bool:
    plain = _settled(word.plain)
    if plain == want:
        return True
    if _stretches(plain, want):
        return True
    return disguised and len(want) > 2 and _fewer_marks(plain, want)


def _bare(plain: str) -> str:
    return read(plain).bare


def _runs(word: str) -> list[tuple[str, int]]:
    runs: list[tuple[str, int]] = []
    for letter in word:
        if runs and runs[-1][0] == letter:
            runs[-1] = (letter, runs[-1][1] + 1)
        else:
            runs.append((letter, 1))
    return runs


def _stretches(plain: str, want: str) -> bool:
    """Tell whether a word is another with letters held longer; a doubled letter inside a word is spelling.

    >>> _stretches("nguuuu", "ngu"), _stretches("xoong", "xong"), _stretches("as", "ass")
    (True, False, False)
    """
    if plain == want:
        return True
    runs, wanted = _runs(plain), _runs(want)
    if len(runs) != len(wanted):
        return False
    last = len(runs) - 1
    return all(
        letter == other and (held == length or held > max(length, 2) or (held > length and place == last))
        for place, ((letter, held), (other, length)) in enumerate(zip(runs, wanted, strict=True))
    )


def _fewer_marks(plain: str, want: str) -> bool:
    """Tell whether a word is another with marks left out, repeated letters aside."""
    given, wanted = _once(plain), _once(want)
    bare = _bare(wanted)
    return len(given) == len(wanted) and all(
        letter in (marked, unmarked) for letter, marked, unmarked in zip(given, wanted, bare, strict=True)
    )


def _once(plain: str) -> str:
    return "".join(letter for letter, _ in _runs(plain))
