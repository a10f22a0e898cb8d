"""Linear models over words and pairs of words: a weight for each, summed. What it means is each check's."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from heapq import nlargest
from itertools import pairwise
from pathlib import Path

import numpy as np

from service.judging.reading import Reading

_NUMBER = re.compile(r"\d+")
_SHOWN = 8
_FOLDER = Path(__file__).with_name("tables")


@dataclass(frozen=True, slots=True)
class Linear:
    """A model as it was trained.

    Attributes:
        steps: weights of words, of pairs as "one two", and of signs as "#sign", in whole steps, so that their
            sum is the same in any order; what is missing weighs nothing.
        step: log-odds of one step.
        bias: log-odds of a text with none of them.
    """

    steps: dict[str, int]
    step: float
    bias: float

    def log_odds(self, found: Iterable[str]) -> float:
        """Give the log-odds of features; a long text has more of them by chance, so they count less in it."""
        known = self.steps
        seen = [known[feature] for feature in found if feature in known]
        return self.bias + self.step * sum(seen) * damping(len(seen))

    def heaviest(self, words: list[str], least: float) -> list[int]:
        """Give the places of the (at most eight) words that add most, `least` and more.

        Numbers are not among them, since they tell nobody why. A word adds its own weight and half of those
        of the pairs it stands in.
        """
        parts = [2 * self.steps.get(word, 0) for word in words]
        for place, pair in enumerate(map(" ".join, pairwise(words))):
            weight = self.steps.get(pair, 0)
            parts[place] += weight
            parts[place + 1] += weight
        told = [place for place, word in enumerate(words) if not word.isdigit()]
        places = nlargest(_SHOWN, told, key=parts.__getitem__)
        return [place for place in places if parts[place] * self.step >= 2 * least]


def damping(known: int) -> float:
    """Give by what the sum over so many known features is multiplied: 1 up to ten, less for more."""
    return math.sqrt(10 / max(known, 10))


def words_of(reading: Reading) -> list[str]:
    """Give the words as models know them: without marks, every number as 0, so that 100k and 50k weigh the
    same.

    >>> from service.judging.reading import read
    >>> words_of(read("Vay 50tr, 15 ngày"))
    ['vay', '0tr', '0', 'ngay']
    """
    if not reading.digits:
        return reading.keys
    return [word if word.isalpha() else _NUMBER.sub("0", word) for word in reading.keys]


def features_of(reading: Reading) -> set[str]:
    """Give the words and pairs by which a text is weighed, each once.

    >>> from service.judging.reading import read
    >>> sorted(features_of(read("vay tiền")))
    ['tien', 'vay', 'vay tien']
    """
    words = reading.once(words_of)
    return {*words, *map(" ".join, pairwise(words))}


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
        words = kept["words"].tobytes().decode().split("\n")
        steps = dict(zip(words, kept["steps"].tolist(), strict=True))
        return Linear(steps, float(kept["step"]), float(kept["bias"]))
