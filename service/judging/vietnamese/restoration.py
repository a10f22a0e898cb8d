"""Put back the marks of a text: the likeliest way to mark each word, judged in its context.

A Viterbi search over sequences of two and three words. What carries marks already is kept; case, spacing and
punctuation are kept to the character. Whether a text needs this is not decided here.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from heapq import nlargest
from itertools import product
from math import log

import numpy as np
import numpy.typing as npt

from service.judging.text import visible
from service.judging.vietnamese.counts import (
    BREAK,
    NUMBER,
    UNKNOWN,
    Counts,
    Floats,
    counts,
    extend_key,
    start_key,
)
from service.judging.vietnamese.needs_marks import weigh
from service.judging.vietnamese.syllables import fold, has_marks, stretched, undoubled, unstretched
from service.judging.vietnamese.words import COMMA, Words, words_of

_MOST_CHOICES = 16
_MOST_WORDS = 200
"""Longer texts are restored in pieces of so many words, so that the work stays linear."""
MOST_RESTORED = 20_000
"""Code points; a longer text gets no suggestion, for its restoration would take half a second."""
_ENOUGH_WORDS = 60
_NEVER_SO = -12.0
"""Log-probability of a word that was never seen as it stands, though other ways to mark it were."""
_TRUST = 4.0
"""How much marked words speak for unmarked ones: log-odds to one unit of log(marked / lacking)."""
_BESIDE, _PRIOR = 0.3, 20.0
"""Weight of what the neighbours say however they are marked, and sightings that a word's own frequency is
worth beside them; tuned on restore.dev.tsv.
"""
_DISCOUNT = 0.5
"""Taken from every count; bench/train/ngrams.py made the factors so."""


def restore(text: str) -> str:
    """Give the text with its marks.

    >>> restore("Bai viet rat hay, cam on toa soan!")
    'Bài viết rất hay, cảm ơn tòa soạn!'
    """
    return restorations(text, 1)[0]


def restorations(text: str, count: int = 3) -> list[str]:
    """Give the likeliest ways to mark the text, the best first; fewer than `count` where there are no more.

    >>> restorations("Ban co the giup toi khong", 2)
    ['Bạn có thể giúp tôi không', 'Ban có thể giúp tôi không']
    """
    words = words_of(text)
    evidence = words.once(weigh)
    trust = _TRUST * log((evidence.marked + 1) / (evidence.lacking + 1))
    return [_written_anew(text, words, best) for best in _best(words, counts(), max(trust, 0.0), count)]


def _written_anew(text: str, words: Words, anew: list[str | None]) -> str:
    parts, end = [], 0
    for at, word in enumerate(anew):
        if word is None:
            continue
        start, stop = words.spans[at]
        parts += [text[end:start], _with_case(word, text[start:stop])]
        end = stop
    return "".join([*parts, text[end:]])


def doubt(words: Words) -> float:
    """How unlikely the words are right as they stand: -log of the chance, in its context, at least 0.

    Only the first words of a long text are read; so much is enough to be sure.
    """
    tokens = words.tokens[:_ENOUGH_WORDS]
    known = counts()
    lattice = _lattice(tokens, known)
    scores = _transitions(lattice, known)
    written = 0.0
    every = np.zeros((1, 1), dtype=np.float32)
    rows = list(zip(lattice.sizes, lattice.written, strict=True))
    for at in range(2, len(rows)):
        (last2, w2), (last, w1), (here, w0) = rows[at - 2 : at + 1]
        written += float(scores[at, max(w2, 0), max(w1, 0), w0]) if w0 >= 0 else _NEVER_SO
        every = np.logaddexp.reduce(every[:, :, None] + scores[at][:last2, :last, :here], axis=0)
    return max(0.0, float(np.logaddexp.reduce(every, axis=None)) - written)


def _with_case(word: str, written: str) -> str:
    seen = visible(written)
    seen = seen.ljust(len(word), seen[-1:] or word[0])  # marks that compose with no letter stand apart
    return "".join(c.upper() if w.isupper() else c for c, w in zip(word, seen, strict=False))


def _best(words: Words, known: Counts, trust: float, count: int) -> list[list[str | None]]:
    """The best ways to write the tokens: for each the word in its place, or None to leave it."""
    ways = [_Way(0.0, [])]
    for start in range(0, len(words.tokens), _MOST_WORDS):
        lattice = _lattice(words.tokens[start : start + _MOST_WORDS], known)
        ways = _likeliest(map(_joined, product(ways, _search(lattice, known, trust, count))), count)
    return [
        [_in_place(number, token, known) for token, number in zip(words.tokens, way.numbers, strict=True)]
        for way in ways
    ]


def _in_place(number: int, token: str, known: Counts) -> str | None:
    word = known.words[number] if number > UNKNOWN else token
    return _spelt_like(word, token) if word != fold(token) else None


@dataclass(frozen=True, slots=True)
class _Way:
    """One way to mark a piece: its log-probability, and the number of each word."""

    score: float
    numbers: list[int]


def _joined(ways: tuple[_Way, _Way]) -> _Way:
    first, then = ways
    return _Way(first.score + then.score, first.numbers + then.numbers)


def _likeliest(ways: Iterable[_Way], count: int) -> list[_Way]:
    return nlargest(count, ways, key=lambda way: way.score)


@dataclass(frozen=True, slots=True)
class _Lattice:
    """Choices by position.

    Attributes:
        numbers: word numbers, rows padded with -1; two ends of sentence before the words and one after them.
        sizes: how many choices there are in each row.
        written: which of them is the word as it stands; -1 for none.
    """

    numbers: npt.NDArray[np.int64]
    sizes: list[int]
    written: list[int]


def _lattice(tokens: list[str], known: Counts) -> _Lattice:
    rows = [(BREAK,), (BREAK,), *(_choices(token, known) for token in tokens), (BREAK,)]
    sizes = [len(row) for row in rows]
    numbers = np.full((len(rows), max(sizes)), -1, dtype=np.int64)
    for at, row in enumerate(rows):
        numbers[at, : len(row)] = row
    written = [0, 0, *(_written(token, row, known) for token, row in zip(tokens, rows[2:-1], strict=True)), 0]
    return _Lattice(numbers, sizes, written)


def _written(token: str, row: tuple[int, ...], known: Counts) -> int:
    if len(row) == 1:
        return 0
    number = known.numbers.get(_single(token, known))
    return row.index(number) if number in row else -1


def _choices(token: str, known: Counts) -> tuple[int, ...]:
    if token == COMMA:
        return (known.numbers[COMMA],)
    if not token.isalpha():
        return (NUMBER,) if any(map(str.isdigit, token)) else (BREAK,)
    if has_marks(token):
        return (known.numbers.get(fold(token), UNKNOWN),)
    token = _single(token, known)
    return known.choices.get(token, (known.numbers.get(token, UNKNOWN),))[:_MOST_CHOICES]


def _single(token: str, known: Counts) -> str:
    """A token without its drawn-out letters, where it is no word with them."""
    if token in known.numbers:
        return token
    single = unstretched(token)
    return single if single in known.numbers else undoubled(single)


def _spelt_like(word: str, token: str) -> str:
    if len(word) == len(token):
        return word
    if len(word) < len(unstretched(token)):  # its last letter is doubled
        return stretched(word, token[:-1]) + token[-1]
    return stretched(word, token)


def _search(lattice: _Lattice, known: Counts, trust: float, count: int) -> list[_Way]:
    """The `count` best ways through a lattice, the best first.

    `best` holds, by [rank, choice before, choice], the scores of the best ways to come so far; `back`, for
    each row, by the same, where they came from: rank times the choices two rows before, plus the choice.
    """
    scores = _transitions(lattice, known)
    if trust > 0:
        for at, choice in enumerate(lattice.written):
            if choice >= 0 and lattice.sizes[at] > 1:
                scores[at, :, :, choice] += trust
    sizes = lattice.sizes
    best: Floats = np.zeros((1, 1, 1), dtype=np.float32)
    back: list[npt.NDArray[np.intp]] = []
    for at in range(2, len(sizes)):
        step = best[:, :, :, None] + scores[at][: sizes[at - 2], : sizes[at - 1], : sizes[at]]
        best, pointers = _ranked(step.reshape(-1, *step.shape[2:]), count)
        back.append(pointers)
    ends = np.argsort(-best, axis=None, kind="stable")[:count].tolist()
    return [_way_to(end, best, back, lattice) for end in ends]


def _ranked(step: Floats, count: int) -> tuple[Floats, npt.NDArray[np.intp]]:
    """The best `count` along the first axis, and where they stood."""
    if count == 1:
        return step.max(axis=0)[None], step.argmax(axis=0)[None]
    chosen = np.argsort(-step, axis=0, kind="stable")[:count]
    return np.take_along_axis(step, chosen, axis=0), chosen


def _way_to(end: int, best: Floats, back: list[npt.NDArray[np.intp]], lattice: _Lattice) -> _Way:
    rank, before, last = map(int, np.unravel_index(end, best.shape))
    path = [last, before]
    for at in range(len(back) - 1, 0, -1):
        rank, earlier = divmod(int(back[at][rank, path[-1], path[-2]]), lattice.sizes[at])
        path.append(earlier)
    path.reverse()
    numbers = [int(lattice.numbers[at, choice]) for at, choice in enumerate(path, 1)][1:-1]
    return _Way(float(best.flat[end]), numbers)


def _transitions(lattice: _Lattice, known: Counts) -> Floats:
    """Log-probability of each word after each two, by [position, word before last, last word, word]."""
    numbers = lattice.numbers
    good = numbers >= 0
    size, width = numbers.shape
    pairs = np.zeros((size, width, width), dtype=np.float32)
    factors = np.ones(pairs.shape, dtype=np.float32)
    keys = np.zeros(pairs.shape, dtype=np.uint64)
    at, a, b = np.nonzero(good[:-1, :, None] & good[1:, None, :])
    key = extend_key(start_key(numbers[at, a]), numbers[at + 1, b])
    keys[at + 1, a, b] = key
    pairs[at + 1, a, b], factors[at + 1, a, b] = known.of(key)
    threes = np.zeros((size, width, width, width), dtype=np.float32)
    at, a, b, c = np.nonzero((pairs[1:-1, :, :, None] > 0) & (pairs[2:, None, :, :] > 0))
    threes[at + 2, a, b, c] = known.of(extend_key(keys[at + 1, a, b], numbers[at + 2, c]))[0]
    scores = _log_probabilities(numbers, known, pairs, factors, threes)
    return scores + _BESIDE * _beside(np.where(good, known.alone[numbers], 0), pairs)[:, None, None, :]


def _beside(alone: Floats, pairs: Floats) -> Floats:
    """Log-probability of each choice by the words before and after it, however these are marked.

    Args:
        alone: counts by [position, choice].
        pairs: counts by [position, choice before, choice].
    """
    prior = (alone + _DISCOUNT) / (alone + _DISCOUNT).sum(axis=1, keepdims=True)
    after = np.zeros_like(prior)
    after[:-1] = pairs[1:].sum(axis=2)
    share = prior.copy()
    for counted in (pairs.sum(axis=1), after):
        share *= (counted + _PRIOR * prior) / (counted.sum(axis=1, keepdims=True) + _PRIOR) / prior
    logarithms: Floats = np.log(share / share.sum(axis=1, keepdims=True))
    return logarithms


def _log_probabilities(
    numbers: npt.NDArray[np.int64], known: Counts, pairs: Floats, factors: Floats, threes: Floats
) -> Floats:
    """Counts to probabilities (Katz): what was never seen in its context is told by the shorter context."""
    alone = known.alone[numbers]
    one = known.spread[numbers]
    two = np.zeros_like(pairs)
    unseen = known.alone_factors[numbers[:-1]][:, :, None] * one[1:, None, :]
    seen = (pairs[1:] - _DISCOUNT) / np.maximum(alone[:-1, :, None], 1)
    two[1:] = np.where(pairs[1:] > 0, seen, unseen)
    three = np.ones_like(threes)
    unseen = factors[1:-1, :, :, None] * two[2:, None, :, :]
    seen = (threes[2:] - _DISCOUNT) / np.maximum(pairs[1:-1, :, :, None], 1)
    three[2:] = np.where(threes[2:] > 0, seen, unseen)
    return np.log(three)
