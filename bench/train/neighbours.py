"""Make the neighbour tables: how likely a syllable needs no mark, given the one before or after it without
marks.

Counts of syllables and pairs alone go in, summed over all corpora; a pair seen fewer than `RAREST` times is
told by its syllable alone.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from bench.train.corpus import BREAK, FIRST_WORD, NUMBER, Streams, is_news
from service.judging.vietnamese.syllables import has_marks, strip

RAREST = 5
COMMENT_WEIGHT = 8
TABLE_SIZE = 2000
BREAK_ROW, NUMBER_ROW = TABLE_SIZE - 2, TABLE_SIZE - 1
"""Rows of what is no word but a telling neighbour; row 0 is any word without a row of its own."""
_ROWS_OF_WORDS = TABLE_SIZE - 3
SCALE = 12.0
"""Steps of the tables to one unit of log-odds (natural logarithm)."""
_PRIOR = 6.0
_UNIGRAM_PRIOR = 0.5
Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Neighbours:
    """The tables.

    Attributes:
        words: stripped words; the first `TABLE_SIZE - 3` have rows, from 1 on.
        alone: int8 by word, log-odds times SCALE that it needs no mark.
        left: int8, `TABLE_SIZE` squared, by [neighbour, word]; right the same.
    """

    words: list[str]
    alone: npt.NDArray[np.int8]
    left: npt.NDArray[np.int8]
    right: npt.NDArray[np.int8]


def weight(source: str) -> int:
    """How often one sighting in a source counts: comments are judged, and most of the data is news."""
    return 1 if is_news(source) else COMMENT_WEIGHT


def stripped_numbers(words: list[str]) -> tuple[npt.NDArray[np.uint32], list[str]]:
    """Word number → number of its stripped form, and those forms; BREAK and NUMBER keep theirs."""
    forms: dict[str, int] = {"\n": BREAK, "0": NUMBER}
    numbers = [forms.setdefault(strip(word), len(forms)) for word in words]
    return np.array(numbers, dtype=np.uint32), list(forms)


def build(streams: Streams) -> Neighbours:
    """Count, smooth and round."""
    to_form, forms = stripped_numbers(streams.words)
    plain = np.array([not has_marks(word) for word in streams.words])
    order, alone = _unigrams(streams, to_form, plain, len(forms))
    slot = np.zeros(len(forms), dtype=np.int64)
    slot[order[:_ROWS_OF_WORDS]] = np.arange(1, _ROWS_OF_WORDS + 1)
    slot[[BREAK, NUMBER]] = BREAK_ROW, NUMBER_ROW
    left, right = _pairs(streams, slot[to_form], plain)
    prior = np.concatenate([[0.0], alone[:_ROWS_OF_WORDS], [0.0, 0.0]])
    return Neighbours(
        [forms[at] for at in order],
        _rounded(alone),
        _rounded(_smoothed(*left, prior)),
        _rounded(_smoothed(*right, prior)),
    )


def _unigrams(
    streams: Streams, to_form: npt.NDArray[np.uint32], plain: npt.NDArray[np.bool_], size: int
) -> tuple[npt.NDArray[np.int64], Floats]:
    raw = np.zeros(size)
    total, unmarked = np.zeros(size), np.zeros(size)
    for source, stream in streams.tokens.items():
        counts = np.bincount(stream, minlength=len(streams.words)).astype(float)
        raw += np.bincount(to_form, counts, size)
        total += weight(source) * np.bincount(to_form, counts, size)
        unmarked += weight(source) * np.bincount(to_form, counts * plain, size)
    total[:FIRST_WORD] = 0  # breaks and numbers are no words
    order = np.argsort(-total, kind="stable")
    order = order[(raw[order] >= RAREST) & (total[order] > 0)]
    marked = (total - unmarked)[order] + _UNIGRAM_PRIOR
    return order, np.log((unmarked[order] + _UNIGRAM_PRIOR) / marked)


def _pairs(
    streams: Streams, slots: npt.NDArray[np.int64], plain: npt.NDArray[np.bool_]
) -> tuple[tuple[Floats, Floats, Floats], tuple[Floats, Floats, Floats]]:
    """Raw, weighted, and weighted unmarked counts of [neighbour, word]; left neighbours, then right."""
    cells = TABLE_SIZE * TABLE_SIZE
    left = (np.zeros(cells), np.zeros(cells), np.zeros(cells))
    right = (np.zeros(cells), np.zeros(cells), np.zeros(cells))
    for source, stream in streams.tokens.items():
        ids, bare = slots[stream], plain[stream]
        for sums, neighbour, word, is_bare in (
            (left, ids[:-1], ids[1:], bare[1:]),
            (right, ids[1:], ids[:-1], bare[:-1]),
        ):
            cell = neighbour * TABLE_SIZE + word
            counts = np.bincount(cell, minlength=cells)
            sums[0][:] += counts
            sums[1][:] += weight(source) * counts
            sums[2][:] += weight(source) * np.bincount(cell[is_bare], minlength=cells)
    return left, right


def _smoothed(raw: Floats, total: Floats, unmarked: Floats, prior: Floats) -> Floats:
    """Log-odds of each cell, leaning on the word's own where the pair is rare."""
    odds = np.tile(prior, TABLE_SIZE)
    share = 1 / (1 + np.exp(-odds))
    seen = raw >= RAREST
    smooth = np.log((unmarked + _PRIOR * share) / (total - unmarked + _PRIOR * (1 - share)))
    return np.where(seen, smooth, odds).reshape(TABLE_SIZE, TABLE_SIZE)


def _rounded(odds: Floats) -> npt.NDArray[np.int8]:
    return np.clip(np.round(odds * SCALE), -127, 127).astype(np.int8)
