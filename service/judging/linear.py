"""Linear models over pieces of a text: a weight for each, summed. What the sum means is each check's.

The pieces are all runs of two to four letters, with their marks, blanks between words included, and the words
and pairs of words without marks. Runs of letters see through spellings that no list of words foresees. A
piece is hashed to one of 2**18 weights (Weinberger et al., "Feature hashing for large scale multitask
learning", 2009), so that a text is weighed by a few operations on arrays, and all models share its pieces.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from heapq import nlargest
from pathlib import Path
from zlib import crc32

import numpy as np
import numpy.typing as npt

from service.judging.letters import once_each, word_units
from service.judging.reading import Reading
from service.judging.vietnamese.known import Known

Places = npt.NDArray[np.uint32]

_BITS = 18
SIZE = 1 << _BITS
"""Weights of a model. With four times as many, ViHSD dev had the same area under the curve (0.902)."""

_LONGEST = 4
"""Letters of a run. Runs of five made the table larger and no figure better."""

# Odd factors whose bits look like chance (2**32 over the golden ratio, and those of xxHash32), so that the
# upper bits of a product are a hash: Knuth, The Art of Computer Programming 3, section 6.4.
_SPREAD, _ROLL, _FIRST, _MIX = map(np.uint32, (0x9E3779B1, 0x85EBCA6B, 0xC2B2AE35, 0x27D4EB2F))
_SHIFT = np.uint32(32 - _BITS)

_NUMBER = re.compile(r"\d+")
_SHOWN = 8
_FOLDER = Path(__file__).with_name("tables")


@dataclass(frozen=True, slots=True)
class Linear:
    """A model as it was trained.

    Attributes:
        steps: `SIZE` weights of pieces, in whole steps, so that their sum is the same in any order; as wide
            as the sum, since numpy adds up narrower ones in a buffer and takes four times as long.
        signs: weights of what a check sees beside the letters, in steps; what is missing weighs nothing.
        step: log-odds of one step.
        bias: log-odds of a text with none of them.
    """

    steps: npt.NDArray[np.int64]
    signs: Mapping[str, int]
    step: float
    bias: float

    def log_odds(self, pieces: Places, signs: Iterable[str]) -> float:
        """Give the log-odds of a text; see `damping`."""
        of_pieces = int(np.add.reduce(self.steps.take(pieces))) * damping(len(pieces))
        return self.bias + self.step * (of_pieces + sum(self.signs.get(sign, 0) for sign in signs))

    def heaviest(self, reading: Reading, least: float) -> list[int]:
        """Give the places of the (at most eight) words that add most, `least` log-odds and more.

        Numbers are not among them, since they tell nobody why. A word adds what its letters and itself weigh,
        and half of the pairs it stands in.
        """
        words = words_of(reading)
        parts = self._parts(word_units(reading.plain), words) * (self.step * damping(len(pieces_of(reading))))
        told = [place for place, word in enumerate(words) if not word.isdigit()]
        places: list[int] = nlargest(_SHOWN, told, key=parts.__getitem__)
        return [place for place in places if parts[place] >= least]

    def _parts(self, units: npt.NDArray[np.uint16], words: list[str]) -> npt.NDArray[np.float64]:
        """Give the steps that each word adds; a run belongs to the word it begins in, or before."""
        word = np.cumsum(units == ord(" ")) - 1
        parts = np.zeros(len(words))
        for runs in _runs(units):
            begun = np.minimum(word[: len(runs)], len(words) - 1)
            parts += np.bincount(begun, self.steps.take(runs * _MIX >> _SHIFT), minlength=len(words))
        hashed = _hashed(words)
        pairs = self.steps.take(_pairs(hashed) * _MIX >> _SHIFT) / 2
        parts += self.steps.take(hashed >> _SHIFT)
        parts[:-1] += pairs
        parts[1:] += pairs
        return parts


def damping(pieces: int) -> float:
    """Give by what the sum over so many pieces is multiplied: a long text has more of them by chance.

    Five is about what makes a piece weigh as a sign does in a text of ten letters.
    """
    return 5 / math.sqrt(max(pieces, 1))


def pieces_of(reading: Reading) -> Places:
    """Give the pieces by which a text is weighed, as places of weights, each once: a sum of forty numbers is
    no more of an advertisement than one of four.
    """
    return reading.once(_pieces_of)


def _pieces_of(reading: Reading) -> Places:
    words = _hashed(words_of(reading))
    mixed = np.concatenate([*_runs(word_units(reading.plain)), _pairs(words)]) * _MIX
    places = np.concatenate([mixed, words]) >> _SHIFT
    places.sort()
    return once_each(places)


def _runs(units: npt.NDArray[np.uint16]) -> list[Places]:
    """Roll up all runs of two letters, of three, of four, each in the order in which they begin."""
    letters = units * _SPREAD
    rolled, found = letters, []
    for length in range(2, _LONGEST + 1):
        rolled = (rolled[:-1] * _ROLL) ^ letters[length - 1 :]
        found.append(rolled)
    return found


def _hashed(words: list[str]) -> Places:
    return np.array(list(map(_HASH.__getitem__, words)), dtype=np.uint32) * _SPREAD


_HASH = Known(lambda word: crc32(word.encode()))


def _pairs(hashed: Places) -> Places:
    return (hashed[:-1] * _FIRST) ^ hashed[1:]


def words_of(reading: Reading) -> list[str]:
    """Give the words as models know them: without marks, every number as 0, so that 100k and 50k weigh the
    same.

    >>> from service.judging.reading import read
    >>> words_of(read("Vay 50tr, 15 ngày"))
    ['vay', '0tr', '0', 'ngay']
    """
    return reading.once(_words_of)


def _words_of(reading: Reading) -> list[str]:
    if not reading.digits:
        return reading.keys
    return [word if word.isalpha() else _NUMBER.sub("0", word) for word in reading.keys]


def probability(log_odds: float) -> float:
    """Give a score from log-odds, to four places; never 1, so that a threshold of 1 is never reached.

    >>> probability(0), probability(99), probability(-99)
    (0.5, 0.9999, 0.0)
    """
    return round(min(1 / (1 + math.exp(-max(-30.0, log_odds))), 0.9999), 4)


@cache
def load(name: str) -> Linear:
    """Load a model of `tables`, as `python -m bench.train.weights` wrote it."""
    with np.load(_FOLDER / f"{name}.npz") as kept:
        signs = kept["signs"].tobytes().decode().split("\n")
        weights = dict(zip(signs, kept["sign_steps"].tolist(), strict=True))
        return Linear(kept["steps"].astype(np.int64), weights, float(kept["step"]), float(kept["bias"]))
