"""Make the restorer's tables: how often words, with their marks, follow each other.

Only counts go in, summed over all corpora, and only of sequences seen at least `RAREST` times, so that
nothing of a text can be read back.
"""

import numpy as np
import numpy.typing as npt

from bench.train.corpus import FIRST_WORD, Streams, is_news
from bench.train.neighbours import RAREST, weight
from service.judging.vietnamese.counts import UNKNOWN, extend_key, pack_count, start_key

Integers = npt.NDArray[np.int64]
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
    groups = [
        np.concatenate(
            [_packed(numbers[stream], order) for source, stream in streams.tokens.items() if kind(source)]
        )
        for kind in (is_news, lambda source: not is_news(source))
    ]
    keys, raw, weighted = _merge(groups)
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


def rests(shorter: tuple[Integers, Integers], longer: tuple[Integers, Integers]) -> npt.NDArray[np.uint8]:
    """For each of the shorter sequences, the share of its sightings that no longer sequence explains, in
    1/255.

    A longer sequence may be missing because it was never seen or because it was too rare to be kept.
    """
    words, counts = shorter
    explained = np.zeros(len(counts), dtype=np.float64)
    keys = _joined(words)
    at = np.searchsorted(keys, _joined(longer[0][:, :-1]))
    np.add.at(explained, at, longer[1])
    share = 1 - explained / np.maximum(counts, 1)
    return np.clip(np.round(share * 255), 0, 255).astype(np.uint8)


def _joined(words: Integers) -> Integers:
    joined = np.zeros(len(words), dtype=np.int64)
    for column in words.T:
        joined = (joined << _BITS) | column
    return joined


def hashed(
    sequences: list[tuple[Integers, Integers]], shares: list[npt.NDArray[np.uint8]]
) -> tuple[npt.NDArray[np.uint32], npt.NDArray[np.uint8], npt.NDArray[np.uint8]]:
    """Sorted 32-bit keys of all sequences, their packed counts and rests; of two alike the larger count
    stays.
    """
    all_keys, all_counts = [], []
    for words, counts in sequences:
        key = start_key(words[:, 0])
        for at in range(1, words.shape[1]):
            key = extend_key(key, words[:, at])
        all_keys.append((key >> np.uint64(32)).astype(np.uint32))
        all_counts.append(pack_count(counts))
    keys, counts, rest = np.concatenate(all_keys), np.concatenate(all_counts), np.concatenate(shares)
    order = np.lexsort((counts, keys))
    keys, counts, rest = keys[order], counts[order], rest[order]
    last = np.append(keys[1:] != keys[:-1], True)
    return keys[last], counts[last], rest[last]
