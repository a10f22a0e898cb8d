"""Put back the marks of a text: the likeliest way to mark each word, judged in its context.

A Viterbi search over sequences of two and three words. What carries marks already is kept; case, spacing and
punctuation are kept to the character. Whether a text needs this is not decided here.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from heapq import nlargest
from itertools import accumulate, product
from math import log
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from service.judging.text import visible
from service.judging.vietnamese.counts import (
    BREAK,
    NUMBER,
    UNKNOWN,
    Counts,
    Floats,
    Integers,
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
    written = 0.0
    every = np.zeros((1, 1), dtype=np.float32)
    for at, scores in enumerate(_transitions(lattice, known), 2):
        w2, w1, w0 = lattice.written[at - 2 : at + 1]
        written += float(scores[max(w2, 0), max(w1, 0), w0]) if w0 >= 0 else _NEVER_SO
        every = np.logaddexp.reduce(every[:, :, None] + scores, axis=0)
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

    numbers: Integers
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
    best: Floats = np.zeros((1, 1, 1), dtype=np.float32)
    back: list[npt.NDArray[np.intp]] = []
    for at, scores in enumerate(_transitions(lattice, known), 2):
        choice = lattice.written[at]
        if trust > 0 and choice >= 0 and lattice.sizes[at] > 1:
            scores[:, :, choice] += trust
        step = best[:, :, :, None] + scores
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


def _transitions(lattice: _Lattice, known: Counts) -> list[Floats]:
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
