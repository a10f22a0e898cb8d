"""Make the restorer's tables from the streams: words, their ways to be marked, and what follows what."""

import numpy as np
import numpy.typing as npt

from bench.train import ngrams
from bench.train.corpus import Streams
from bench.train.tables import text_array
from service.judging.vietnamese.counts import UNKNOWN
from service.judging.vietnamese.syllables import strip

Tables = dict[str, npt.NDArray[np.generic]]
_RAREST_CHOICE = 2e-4
"""A way to mark a word that is this much rarer than the commonest is left out."""


def build(streams: Streams) -> Tables:
    """The arrays of sequences.npz."""
    words, totals, numbers = ngrams.vocabulary(streams)
    alone = (np.arange(len(totals))[:, None], totals)
    pairs, threes = (ngrams.count(streams, numbers, order) for order in (2, 3))
    spread = np.bincount(pairs[0][:, 1], minlength=len(totals)) + ngrams.DISCOUNT
    of_words = spread / spread.sum()
    of_pairs = ngrams.probabilities(alone, pairs)
    factors = [
        ngrams.backoffs(alone, pairs, of_words[pairs[0][:, 1]]),
        ngrams.backoffs(pairs, threes, ngrams.lower_probabilities(pairs, of_pairs, threes[0])),
        np.zeros(len(threes[1]), dtype=np.uint8),
    ]
    return {
        "words": text_array(words),
        "alone": totals.astype(np.float32),
        "alone_factors": factors[0],
        "spread": spread.astype(np.float32),
        "choices": _choices(words, totals),
        **ngrams.hashed([pairs, threes], factors[1:]),
    }


def _choices(words: list[str], totals: npt.NDArray[np.int64]) -> npt.NDArray[np.uint16]:
    """Groups of the word numbers that one stripped word may stand for, commonest first, each ended by 0."""
    groups: dict[str, list[int]] = {}
    for number, word in enumerate(words, UNKNOWN + 1):
        groups.setdefault(strip(word), []).append(number)
    listed: list[int] = []
    for stripped, group in groups.items():
        if len(group) == 1 and words[group[0] - UNKNOWN - 1] == stripped:
            continue
        group.sort(key=lambda number: (-totals[number], number))
        least = totals[group[0]] * _RAREST_CHOICE
        kept = [n for n in group if totals[n] >= least or words[n - UNKNOWN - 1] == stripped]
        listed += [*kept, 0]
    return np.array(listed, dtype=np.uint16)
