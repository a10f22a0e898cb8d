"""Linear models over pieces of a text: a weight for each, summed. What the sum means is each check's.

The pieces are all runs of two to four letters, with their marks, blanks between words included, and the words
and pairs of words without marks. Runs of letters see through spellings that no list of words foresees. A
piece is hashed to one of 2**18 weights (Weinberger et al., "Feature hashing for large scale multitask
learning", 2009), so that a text is weighed by a few operations on arrays, and all models share its pieces.

Most pieces belong to one word, and four to two that meet: a text is put together from what is known of its
words. That takes half the time of rolling a hash over its letters.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from heapq import nlargest
from itertools import accumulate, islice
from pathlib import Path
from struct import pack
from typing import NamedTuple
from zlib import crc32

import numpy as np
import numpy.typing as npt

from service.judging.letters import collapsed
from service.judging.reading import Reading
from service.judging.spelling import bare
from service.judging.vietnamese.known import Known

Places = npt.NDArray[np.uint32]

_BITS = 18
SIZE = 1 << _BITS
"""Weights of a model. With four times as many, ViHSD dev had the same area under the curve (0.902)."""

_LONGEST = 4
"""Letters of a run. Runs of five made the table larger and no figure better."""

# Odd factors whose bits look like chance (2**32 over the golden ratio, and those of xxHash32), so that the
# upper bits of a product are a hash: Knuth, The Art of Computer Programming 3, section 6.4.
_SPREAD, _ROLL, _FIRST, _MIX = 0x9E3779B1, 0x85EBCA6B, 0xC2B2AE35, 0x27D4EB2F
_SHIFT = 32 - _BITS
_MASK = 0xFFFFFFFF
_ROLL_ALL, _MIX_ALL, _SHIFT_ALL = map(np.uint32, (_ROLL, _MIX, _SHIFT))
"""The same for arrays."""

_NUMBER = re.compile(r"\d+")
_REPEATED, _ONCE = re.compile(r"(.)\1+"), r"\1"
_SHOWN = 8
_FOLDER = Path(__file__).with_name("tables")


@dataclass(frozen=True, slots=True)
class Linear:
    """A model as it was trained.

    Attributes:
        steps: `SIZE` weights of pieces, in whole steps, so that their sum is the same in any order; as wide
            as their sum, for numpy adds up narrower ones in a buffer and takes four times as long.
        signs: weights of what a check sees beside the letters, in steps; what is missing weighs nothing.
        step: log-odds of one step.
        bias: log-odds of a text with none of them.
    """

    steps: npt.NDArray[np.int32]
    signs: Mapping[str, int]
    step: float
    bias: float

    def log_odds(self, pieces: Places, signs: Iterable[str]) -> float:
        """Give the log-odds of a text; see `damping`."""
        of_pieces = int(np.add.reduce(self.steps.take(pieces), dtype=np.int32)) * damping(len(pieces))
        return self.bias + self.step * (of_pieces + sum(self.signs.get(sign, 0) for sign in signs))

    def heaviest(self, reading: Reading, least: float) -> list[int]:
        """Give the places of the (at most eight) words that add most, `least` log-odds and more.

        Numbers are not among them, since they tell nobody why. A word adds what its letters and itself weigh,
        and half of the pairs it stands in.
        """
        parts = self._parts(reading) * (self.step * damping(len(pieces_of(reading))))
        told = [place for place, key in enumerate(reading.keys) if not key.isdigit()]
        places: list[int] = nlargest(_SHOWN, told, key=parts.__getitem__)
        return [place for place in places if parts[place] >= least]

    def _parts(self, reading: Reading) -> npt.NDArray[np.float64]:
        """Give the steps that each word adds; a run between two words belongs to the first."""
        pieces = reading.once(_all_pieces)
        starts = [
            0,
            *accumulate(len(_WORD[plain].own) // pieces.own.itemsize for plain in reading.plains[:-1]),
        ]
        parts = np.add.reduceat(self.steps.take(pieces.own), starts).astype(np.float64)
        between = self.steps.take(pieces.between)
        pairs = between[_PAIR] / 2
        parts[:-1] += between.sum(axis=0) - pairs
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
    pieces = reading.once(_all_pieces)
    places = np.concatenate([pieces.own, pieces.between.ravel()])
    places.sort()
    first = np.empty(len(places), dtype=np.bool_)
    first[:1] = True
    np.not_equal(places[1:], places[:-1], out=first[1:])
    return places[first]


class _Pieces(NamedTuple):
    """Places of all pieces of a text.

    Attributes:
        own: of the words, one after another.
        between: four rows with a column for each two words that meet: a run of three, one of four that ends
            in the first letter, the pair (`_PAIR`), a run of four that ends in the second letter.
    """

    own: Places
    between: Places


_PAIR = 2


def _all_pieces(reading: Reading) -> _Pieces:
    words = _WORD.of_all(reading.plains)
    own = np.frombuffer(b"".join([word.own for word in words]), np.uint32)
    ends = np.frombuffer(b"".join([word.ends for word in words]), np.uint32).reshape(-1, 7).T.copy()
    met = ends[:3, :-1] ^ ends[3:6, 1:]
    between = np.concatenate([met, met[:1] * _ROLL_ALL ^ ends[6:, 1:]])
    return _Pieces(own, between * _MIX_ALL >> _SHIFT_ALL)


class _Word(NamedTuple):
    """What a word gives to the pieces of a text, as arrays of uint32.

    Attributes:
        own: places of the word and of the runs within it, the blanks around it included.
        ends: what meets the word after it, then what meets the word before it, as `_all_pieces` joins them.
    """

    own: bytes
    ends: bytes


def _word(plain: str) -> _Word:
    return _number() if plain.isascii() and plain.isdigit() else _worked_out(plain)


@cache
def _number() -> _Word:
    """Give what any number is worth: 100k and 50k weigh the same."""
    return _worked_out("0")


def _worked_out(plain: str) -> _Word:
    word = _NUMBER.sub("0", plain)
    letters = [ord(letter) * _SPREAD & _MASK for letter in f" {_REPEATED.sub(_ONCE, word)} "]
    hashed = crc32(collapsed(bare(word)).encode()) * _SPREAD & _MASK
    own = [*(run * _MIX & _MASK for run in _runs(letters)), hashed]
    blank, one, two = letters[:3]
    short, long = _rolled(letters[-2], blank), _rolled(_rolled(letters[-3], letters[-2]), blank)
    ends = (_rolled(short, 0), _rolled(long, 0), hashed * _FIRST & _MASK, one, one, hashed, two)
    return _Word(pack(f"{len(own)}I", *(piece >> _SHIFT for piece in own)), pack("7I", *ends))


def _runs(letters: list[int]) -> Iterator[int]:
    """Roll up all runs of two letters, of three, of four."""
    for start in range(len(letters)):
        yield from islice(accumulate(letters[start : start + _LONGEST], _rolled), 1, None)


def _rolled(run: int, letter: int) -> int:
    return (run * _ROLL ^ letter) & _MASK


_WORD = Known(_word)


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
        return Linear(kept["steps"].astype(np.int32), weights, float(kept["step"]), float(kept["bias"]))
