"""The neighbour tables as they are used: words as codes, and log-odds by code. bench/train/neighbours.py made
them.

Read once a process, on first use.
"""

from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from io import BytesIO

import numpy as np

from service.judging.vietnamese.syllables import (
    fold,
    has_marks,
    legal,
    legal_stripped,
    strip,
    undoubled,
    unstretched,
)
from service.judging.vietnamese.words import COMMA, ENDS

SCALE = 12.0
"""Steps of the tables to one unit of log-odds; bench/train/neighbours.py writes them so."""
_SLIP_SCALE = 10.0
"""The same for bench/train/slips.py."""
_UNKNOWN_SYLLABLE = round(-1.0 * SCALE)
"""A legal syllable that the tables do not know, without marks: three of four such need some."""

UNMARKED, MARKED, NO_WORD = 0, 1, 2
"""Kinds of codes, the two lowest bits. From 0 on a code is 4 times the row of the word, plus its kind."""
FOREIGN = -4 * (400 + 512)
"""A negative code is an unmarked word without a row: -4 * (log-odds + 512). This one is no Vietnamese
syllable.
"""


class Codes(dict[str, int]):
    """The code of every token; that of a word of the vocabulary is worked out once and kept.

    Attributes:
        break_: the code of an end of sentence.
    """

    break_: int

    def __init__(
        self, rows: dict[str, int], alone: dict[str, int], size: int, vocabulary: frozenset[str]
    ) -> None:
        super().__init__({word: 4 * row + UNMARKED for word, row in rows.items() if word != COMMA})
        self.break_, self._number = 4 * (size - 2) + NO_WORD, 4 * (size - 1) + NO_WORD
        self.update(dict.fromkeys(ENDS, self.break_))
        self[COMMA] = 4 * rows[COMMA] + NO_WORD
        self._alone, self._vocabulary = alone, vocabulary
        for syllable in legal() - rows.keys():
            if (row := rows.get(strip(syllable))) is not None:
                self[syllable] = 4 * row + MARKED

    def __missing__(self, token: str) -> int:
        code = self._work_out(token)
        if token in self._vocabulary:
            self[token] = code
        return code

    def _work_out(self, token: str) -> int:
        if not token.isalpha():
            return self._number if any(map(str.isdigit, token)) else self.break_
        if has_marks(token):
            return self.get(fold(token), MARKED)
        word = unstretched(token)
        if word not in legal_stripped():
            word = undoubled(word)
        if word in self:
            return self[word]
        if word not in legal_stripped():
            return FOREIGN
        return -4 * (self._alone.get(word, _UNKNOWN_SYLLABLE) + 512)


@dataclass(frozen=True, slots=True)
class Neighbours:
    """The tables.

    Attributes:
        size: rows of the tables; row 0 is any word without one, the last two are breaks and numbers.
        codes: token → code.
        words: unmarked words that the corpora use so: syllables, loans, short forms.
        own: log-odds times SCALE, by row, that the word needs no mark, plus 256.
        left: the same by neighbour * size + row, plus 128, given the word before; right given the word after.
        slips: word whose keys make a syllable → log-odds of that syllable against the word.
        attested: marked syllables that people type.
        vocabulary: `words`, all legal syllables with their marks and without, and signs.
    """

    size: int
    codes: Codes
    words: frozenset[str]
    own: list[int]
    left: bytes
    right: bytes
    slips: dict[str, float]
    attested: frozenset[str]
    vocabulary: frozenset[str]


@cache
def neighbours() -> Neighbours:
    """Read the tables."""
    raw = files("service.judging.vietnamese").joinpath("tables/neighbours.npz").read_bytes()
    with np.load(BytesIO(raw)) as kept:
        words, slips, attested = (
            bytes(kept[name]).decode().split("\n") for name in ("words", "slips", "attested")
        )
        alone, slip_odds = kept["alone"].tolist(), (kept["slip_odds"] / _SLIP_SCALE).tolist()
        size = kept["left"].shape[0]
        left, right = ((kept[name].view(np.uint8) + np.uint8(128)).tobytes() for name in ("left", "right"))
    rows = {word: row for row, word in enumerate(words[: size - 3], 1)}
    vocabulary = legal() | legal_stripped() | frozenset([*words, COMMA, *ENDS])
    return Neighbours(
        size,
        Codes(rows, dict(zip(words, alone, strict=True)), size, vocabulary),
        frozenset(words),
        [256, *(odds + 256 for odds in alone[: size - 3])],
        left,
        right,
        dict(zip(slips, slip_odds, strict=True)),
        frozenset(attested),
        vocabulary,
    )


def slip_odds(token: str) -> float | None:
    """How much commoner the syllable is that a word's keys make than the word; None for a word never seen."""
    return neighbours().slips.get(token)


def is_common(syllable: str) -> bool:
    """Whether a marked syllable, folded, is one that people type."""
    return syllable in neighbours().attested


def is_row(token: str) -> bool:
    """Whether an unmarked, lower-case word is one of the commonest, with marks or without."""
    return neighbours().codes[token] > MARKED


def is_word(token: str) -> bool:
    """Whether this unmarked, lower-case word is one that the corpora use so: a syllable, a loan, a short
    form.
    """
    return token in neighbours().words
