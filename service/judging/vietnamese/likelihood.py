"""How likely each word is where it stands: by the two before it, and by what stands beside it.

Counts of sequences of words (`counts`) to probabilities, for all choices of a lattice at once.
"""

from itertools import accumulate
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from service.judging.vietnamese.counts import Counts, Floats, Integers, extend_key, start_key
from service.judging.vietnamese.lattice import Lattice

_BESIDE, _PRIOR = 0.3, 20.0
"""Weight of what the neighbours say however they are marked, and sightings that a word's own frequency is
worth beside them; tuned on restore.dev.tsv.
"""
_DISCOUNT = 0.5
"""Taken from every count; bench/train/ngrams.py made the factors so."""


class _Pairs(NamedTuple):
    """All two choices that stand together, by rising position, choice before, choice; arrays by pair.

    Attributes:
        at: the position of the second.
        before: which choice the first is.
        here: which choice the second is.
        first: the word number of the first.
        second: the word number of the second.
    """

    at: npt.NDArray[np.intp]
    before: npt.NDArray[np.intp]
    here: npt.NDArray[np.intp]
    first: Integers
    second: Integers


def _pairs(numbers: Integers) -> _Pairs:
    good = numbers >= 0
    at, before, here = np.nonzero(good[:-1, :, None] & good[1:, None, :])
    return _Pairs(at + 1, before, here, numbers[at, before], numbers[at + 1, here])


def transitions(lattice: Lattice, known: Counts) -> list[Floats]:
    """Log-probability of each word after each two, for each position from the third on, by [word before last,
    last word, word].

    Only ways that there are, are looked at: one array over all positions, as wide as the word with the most
    choices, is twenty times as large.
    """
    pairs = _pairs(lattice.numbers)
    key = extend_key(start_key(pairs.first), pairs.second)
    counted, factors = known.of(key)
    longer, then = _in_a_row(pairs, lattice.sizes)
    threes = np.zeros(len(longer), dtype=np.float32)
    seen = np.flatnonzero((counted[longer] > 0) & (counted[then] > 0))
    threes[seen] = known.of(extend_key(key[longer[seen]], pairs.second[then[seen]]))[0]
    two = _of_two(pairs, counted, known)
    unseen = factors[longer] * two[then]
    three = np.where(threes > 0, (threes - _DISCOUNT) / np.maximum(counted[longer], 1), unseen)
    beside = _beside(lattice.numbers, pairs, counted, known)[pairs.at, pairs.here]
    scores = np.log(three) + _BESIDE * beside[then]
    shapes = list(zip(lattice.sizes, lattice.sizes[1:], lattice.sizes[2:], strict=False))
    ends = list(accumulate(a * b * c for a, b, c in shapes))
    return [part.reshape(shape) for part, shape in zip(np.split(scores, ends[:-1]), shapes, strict=True)]


def _in_a_row(pairs: _Pairs, sizes: list[int]) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.intp]]:
    """All three choices that stand together, by rising position: which pair the first two are, and which the
    last two.
    """
    after = np.array([*sizes[1:], 0])[pairs.at]
    begins = np.searchsorted(pairs.at, pairs.at + 1) + pairs.here * after
    longer = np.repeat(np.arange(len(after)), after)
    steps = np.arange(len(longer)) - np.repeat(np.cumsum(after) - after, after)
    return longer, begins[longer] + steps


def _of_two(pairs: _Pairs, counted: Floats, known: Counts) -> Floats:
    """Counts to probabilities (Katz): what was never seen in its context is told by the shorter context."""
    seen = (counted - _DISCOUNT) / np.maximum(known.alone[pairs.first], 1)
    unseen = known.alone_factors[pairs.first] * known.spread[pairs.second]
    return np.where(counted > 0, seen, unseen).astype(np.float32)


def _beside(numbers: Integers, pairs: _Pairs, counted: Floats, known: Counts) -> Floats:
    """Log-probability of each choice by the words before and after it, however these are marked.

    By [position, choice].
    """
    alone = np.where(numbers >= 0, known.alone[numbers], 0)
    together = np.zeros((*numbers.shape, numbers.shape[1]), dtype=np.float32)
    together[pairs.at, pairs.before, pairs.here] = counted
    prior = (alone + _DISCOUNT) / (alone + _DISCOUNT).sum(axis=1, keepdims=True)
    after = np.zeros_like(prior)
    after[:-1] = together[1:].sum(axis=2)
    share = prior.copy()
    for around in (together.sum(axis=1), after):
        share *= (around + _PRIOR * prior) / (around.sum(axis=1, keepdims=True) + _PRIOR) / prior
    logarithms: Floats = np.log(share / share.sum(axis=1, keepdims=True))
    return logarithms
