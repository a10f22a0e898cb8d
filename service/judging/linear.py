"""Linear models over words and pairs of words: a weight for each, summed. What it means is each check's."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from pathlib import Path

import numpy as np

_NUMBER = re.compile(r"\d+")
_SHOWN = 8
_FOLDER = Path(__file__).with_name("tables")


@dataclass(frozen=True, slots=True)
class Linear:
    """A model as it was trained.

    Attributes:
        weights: of words, of pairs as "one two", and of signs as "#sign"; what is missing weighs nothing.
        bias: log-odds of a text with none of them.
    """

    weights: dict[str, float]
    bias: float

    def log_odds(self, words: list[str], signs: list[str]) -> float:
        """Give the log-odds of a text; each word, pair and sign counts once."""
        return self.of(features(words, signs))

    def of(self, found: Iterable[str]) -> float:
        """Give the log-odds of features; a long text has more of them by chance, so they count less in it."""
        known = self.weights
        seen = [known[feature] for feature in found if feature in known]
        return self.bias + sum(seen) * damping(len(seen))

    def heaviest(self, words: list[str], least: float) -> list[int]:
        """Give the places of the (at most eight) words that add most, `least` and more.

        A word adds its own weight and half of those of the pairs it stands in.
        """
        parts = self._by_word(words)
        places = sorted(range(len(parts)), key=parts.__getitem__, reverse=True)[:_SHOWN]
        return [place for place in places if parts[place] >= least]

    def _by_word(self, words: list[str]) -> list[float]:
        known = self.weights
        parts = [known.get(word, 0.0) for word in words]
        for place, (one, two) in enumerate(pairwise(words)):
            half = known.get(f"{one} {two}", 0.0) / 2
            parts[place] += half
            parts[place + 1] += half
        return parts


def damping(known: int) -> float:
    """Give by what the sum over so many known features is multiplied: 1 up to ten, less for more."""
    return math.sqrt(10 / max(known, 10))


def features(words: list[str], signs: list[str]) -> set[str]:
    """Give what a text is weighed by.

    >>> sorted(features(["vay", "tiền"], ["#phone"]))
    ['#phone', 'tiền', 'vay', 'vay tiền']
    """
    return {*words, *(f"{one} {two}" for one, two in pairwise(words)), *signs}


def numberless(words: list[str]) -> list[str]:
    """Write every number as 0: "100k" and "50k" weigh the same.

    >>> numberless(["vay", "50tr", "15"])
    ['vay', '0tr', '0']
    """
    return [_NUMBER.sub("0", word) if not word.isalpha() else word for word in words]


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
        weights = (kept["weights"].astype(np.float64) * float(kept["step"])).tolist()
        return Linear(dict(zip(words, weights, strict=True)), float(kept["bias"]))
