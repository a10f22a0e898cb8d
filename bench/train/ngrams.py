"""Make the restorer's tables: how often words, with their marks, follow each other.

Only counts go in, summed over all corpora, and only of sequences seen at least `RAREST` times, so that
nothing of a text can be read back.
"""

import numpy as np
import numpy.typing as npt

from bench.train.corpus import FIRST_WORD, Streams, is_news
from bench.train.neighbours import RAREST, weight
from service.judging.vietnamese.counts import (
    UNKNOWN,
    extend_key,
    halves,
    pack_count,
    pack_factor,
    split_keys,
    start_key,
)

Integers = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
DISCOUNT = 0.5
"""Taken from every count, so that what was never seen keeps a little."""
_BITS = 16


def vocabulary(streams: Streams) -> tuple[list[str], Integers, Integers]:
    """Words seen often enough, their weighted counts, and corpus number → word number (UNKNOWN for the rest).

    Numbers 0, 1, 2 are the end of a sentence, a number, and any other word.
    """
    raw = np.zeros(len(streams.words), dtype=np.int64)
    weighted = np.zeros(len(streams.words), dtype=np.int64)
    for source, stream in streams.tokens.items():
        counts = np.bincount(stream, minlength=len(raw))
        raw += counts
        weighted += weight(source) * counts
    kept = np.flatnonzero(raw >= RAREST)
    kept = kept[kept >= FIRST_WORD]
    kept = kept[np.argsort(-weighted[kept], kind="stable")][: (1 << _BITS) - UNKNOWN - 1]
    numbers = np.full(len(raw), UNKNOWN, dtype=np.int64)
    numbers[:FIRST_WORD] = np.arange(FIRST_WORD)
    numbers[kept] = np.arange(UNKNOWN + 1, UNKNOWN + 1 + len(kept))
    totals = np.bincount(numbers, weighted, UNKNOWN + 1 + len(kept)).astype(np.int64)
    return [streams.words[at] for at in kept], totals, numbers


def count(streams: Streams, numbers: Integers, order: int) -> tuple[Integers, Integers]:
    """Sequences of `order` words as `order` columns of numbers, and their weighted counts.

    A sequence ends no sentence but at its ends, and holds no unknown word.
    """
    groups: dict[bool, list[npt.NDArray[np.uint64]]] = {True: [], False: []}
    for source, stream in streams.tokens.items():
        groups[is_news(source)].append(_packed(numbers[stream], order))
    nothing = np.zeros(0, dtype=np.uint64)
    keys, raw, weighted = _merge([np.concatenate([nothing, *groups[news]]) for news in (True, False)])
    kept = raw >= RAREST
    return _unpacked(keys[kept], order), weighted[kept]


def _packed(stream: Integers, order: int) -> npt.NDArray[np.uint64]:
    size = len(stream) - order + 1
    packed = np.zeros(size, dtype=np.uint64)
    good = np.ones(size, dtype=bool)
    for at in range(order):
        word = stream[at : at + size]
        packed = (packed << np.uint64(_BITS)) | word.astype(np.uint64)
        good &= word != UNKNOWN
        if 0 < at < order - 1:
            good &= word != 0
    return packed[good]


def _merge(groups: list[npt.NDArray[np.uint64]]) -> tuple[npt.NDArray[np.uint64], Integers, Integers]:
    """Distinct keys of both groups with raw and weighted counts (news first, comments second)."""
    news, comments = (np.unique(group, return_counts=True) for group in groups)
    keys = np.union1d(news[0], comments[0])
    counts = np.zeros((2, len(keys)), dtype=np.int64)
    for row, (found, times) in enumerate((news, comments)):
        counts[row, np.searchsorted(keys, found)] = times
    return keys, counts.sum(axis=0), counts[0] + weight("comments") * counts[1]


def _unpacked(keys: npt.NDArray[np.uint64], order: int) -> Integers:
    mask = np.uint64((1 << _BITS) - 1)
    columns = [(keys >> np.uint64(_BITS * (order - 1 - at))) & mask for at in range(order)]
    return np.stack(columns, axis=1).astype(np.int64)


def probabilities(shorter: tuple[Integers, Integers], longer: tuple[Integers, Integers]) -> Floats:
    """For each of the longer sequences, the chance of its last word after the others, a little held back."""
    contexts = np.searchsorted(_joined(shorter[0]), _joined(longer[0][:, :-1]))
    return (longer[1] - DISCOUNT) / shorter[1][contexts]


def backoffs(
    shorter: tuple[Integers, Integers], longer: tuple[Integers, Integers], lower: Floats
) -> npt.NDArray[np.uint8]:
    """For each of the shorter sequences, the factor for words never seen after it (Katz), packed.

    What the longer sequences leave of its probability is shared out among the words that end none of them.

    Args:
        lower: for each of the longer sequences, the chance of its last word after one context word less.
    """
    at = np.searchsorted(_joined(shorter[0]), _joined(longer[0][:, :-1]))
    size = len(shorter[1])
    seen = np.bincount(at, probabilities(shorter, longer), size)
    seen_lower = np.bincount(at, lower, size)
    return pack_factor(np.maximum(1 - seen, 0) / np.maximum(1 - seen_lower, 1e-3))


def lower_probabilities(pairs: tuple[Integers, Integers], of_pairs: Floats, threes: Integers) -> Floats:
    """For sequences of three, the chance of the last word after the middle one alone."""
    return of_pairs[np.searchsorted(_joined(pairs[0]), _joined(threes[:, 1:]))]


def _joined(words: Integers) -> Integers:
    joined = np.zeros(len(words), dtype=np.int64)
    for column in words.T:
        joined = (joined << _BITS) | column
    return joined


def hashed(
    sequences: list[tuple[Integers, Integers]], factors: list[npt.NDArray[np.uint8]]
) -> dict[str, npt.NDArray[np.generic]]:
    """Sequences as sorted hashes, with counts and factors packed; of two with one key the commoner stays."""
    keys = np.concatenate([_hashes(words) for words, _ in sequences])
    packed = np.concatenate([pack_count(counts) for _, counts in sequences])
    factor = np.concatenate(factors)
    short, checks = halves(keys)
    order = np.lexsort((checks, packed, short))
    last = np.append(short[order][1:] != short[order][:-1], True)
    kept = order[last]
    return {
        "keys": split_keys(short[kept]),
        "checks": checks[kept],
        "packed": packed[kept],
        "factors": factor[kept],
    }


def _hashes(words: Integers) -> npt.NDArray[np.uint64]:
    key = start_key(words[:, 0])
    for column in words.T[1:]:
        key = extend_key(key, column)
    return key
