"""Put back the marks of a text: the likeliest way to mark each word, judged in its context.

A Viterbi search over sequences of two and three words. What carries marks already is kept; case, spacing and
punctuation are kept to the character. Whether a text needs this is not decided here.
"""

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from heapq import nlargest
from itertools import product
from math import log

import numpy as np
import numpy.typing as npt

from service.judging.text import visible
from service.judging.vietnamese.counts import UNKNOWN, Counts, Floats, counts
from service.judging.vietnamese.lattice import Lattice, lattice_of
from service.judging.vietnamese.likelihood import transitions
from service.judging.vietnamese.needs_marks import weigh
from service.judging.vietnamese.syllables import fold, stretched, unstretched
from service.judging.vietnamese.words import Words, words_of

_MOST_WORDS = 200
"""Longer texts are restored in pieces of so many words, so that the work stays linear."""
MOST_RESTORED = 20_000
"""Code points; a longer text gets no suggestion, for its restoration would take half a second."""
_ENOUGH_WORDS = 60
_NEVER_SO = -12.0
"""Log-probability of a word that was never seen as it stands, though other ways to mark it were."""
_TRUST = 4.0
"""How much marked words speak for unmarked ones: log-odds to one unit of log(marked / lacking)."""


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
        start, stop = words.spans[at]
        if word is None or unicodedata.category(text[stop : stop + 1] or " ") == "Mn":
            continue  # with a mark left behind it the word, as it was read, has one that would stand twice
        parts += [text[end:start], _with_case(word, text[start:stop])]
        end = stop
    return "".join([*parts, text[end:]])


def doubt(words: Words) -> float:
    """How unlikely the words are right as they stand: -log of the chance, in its context, at least 0.

    Only the first words of a long text are read; so much is enough to be sure.
    """
    tokens = words.tokens[:_ENOUGH_WORDS]
    known = counts()
    lattice = lattice_of(tokens, known)
    written = 0.0
    every = np.zeros((1, 1), dtype=np.float32)
    for at, scores in enumerate(transitions(lattice, known), 2):
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
        lattice = lattice_of(words.tokens[start : start + _MOST_WORDS], known)
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


def _spelt_like(word: str, token: str) -> str:
    if len(word) == len(token):
        return word
    if len(word) < len(unstretched(token)):  # its last letter is doubled
        return stretched(word, token[:-1]) + token[-1]
    return stretched(word, token)


def _search(lattice: Lattice, known: Counts, trust: float, count: int) -> list[_Way]:
    """The `count` best ways through a lattice, the best first.

    `best` holds, by [rank, choice before, choice], the scores of the best ways to come so far; `back`, for
    each row, by the same, where they came from: rank times the choices two rows before, plus the choice.
    """
    best: Floats = np.zeros((1, 1, 1), dtype=np.float32)
    back: list[npt.NDArray[np.intp]] = []
    for at, scores in enumerate(transitions(lattice, known), 2):
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


def _way_to(end: int, best: Floats, back: list[npt.NDArray[np.intp]], lattice: Lattice) -> _Way:
    rank, before, last = map(int, np.unravel_index(end, best.shape))
    path = [last, before]
    for at in range(len(back) - 1, 0, -1):
        rank, earlier = divmod(int(back[at][rank, path[-1], path[-2]]), lattice.sizes[at])
        path.append(earlier)
    path.reverse()
    numbers = [int(lattice.numbers[at, choice]) for at, choice in enumerate(path, 1)][1:-1]
    return _Way(float(best.flat[end]), numbers)
