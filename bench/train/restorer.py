"""Make the restorer's tables from the streams: words, their ways to be marked, and what follows what."""

import numpy as np
import numpy.typing as npt

from bench.train import ngrams
from bench.train.corpus import Streams
from service.judging.vietnamese.counts import UNKNOWN, split_keys
from service.judging.vietnamese.syllables import strip

LONGEST = 3
_RAREST_CHOICE = 2e-4
"""A way to mark a word that is this much rarer than the commonest is left out."""


def build(streams: Streams) -> dict[str, npt.NDArray[np.generic]]:
    """The arrays of sequences.npz, but for the words themselves, which come as UTF-8 bytes."""
    words, totals, numbers = ngrams.vocabulary(streams)
    alone = (np.arange(len(totals))[:, None], totals)
    longer = [ngrams.count(streams, numbers, order) for order in range(2, LONGEST + 1)]
    shares = [ngrams.rests(shorter, longer[at]) for at, shorter in enumerate([alone, *longer[:-1]])]
    shares.append(np.zeros(len(longer[-1][1]), dtype=np.uint8))
    keys, packed, rest = ngrams.hashed(longer, shares[1:])
    return {
        "words": np.frombuffer("\n".join(words).encode(), dtype=np.uint8),
        "alone": totals.astype(np.float32),
        "alone_rest": shares[0],
        "choices": _choices(words, totals),
        "keys": split_keys(keys),
        "packed": packed,
        "rest": rest,
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
