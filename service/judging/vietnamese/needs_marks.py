"""How much of a text lacks its marks, by what its neighbours say of each syllable.

Every word without marks is weighed: how likely is it right as it stands, given the stripped word before it
and the one after it? "tin vui" hardly needs a mark, "khong biet" surely does. The sums over a text are its
evidence; what is made of them is `verdict`'s business.
"""

from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files
from io import BytesIO
from math import exp, log1p

import numpy as np

from service.judging.vietnamese.syllables import fold, has_marks, legal, legal_stripped, strip, unstretched
from service.judging.vietnamese.words import COMMA, Words

_SCALE = 12.0
"""Steps of the tables to one unit of log-odds; bench/train/neighbours.py writes them so."""
_SLIP_SCALE = 10.0
"""The same for bench/train/slips.py."""
_UNKNOWN_SYLLABLE = round(-1.0 * _SCALE)
"""A legal syllable that the tables do not know, without marks: three of four such need some."""
_FOREIGN = 400
"""In place of log-odds: no Vietnamese syllable, it needs no Vietnamese mark."""
_MARKED, _NO_WORD = 510, 511
"""In place of log-odds: a word with marks; no word at all."""


@dataclass(frozen=True, slots=True)
class _Tables:
    size: int
    slots: dict[str, int]  # word → 2 * slot + marked
    alone: dict[str, int]  # stripped word → log-odds
    comma: int  # its code as a neighbour
    slips: dict[str, float]  # word whose keys make a syllable → log-odds of that syllable against the word
    attested: frozenset[str]
    own: list[int]  # by slot
    left: bytes  # by neighbour * size + slot, plus 128
    right: bytes
    costs: list[float]  # by log-odds + 512: -log of the chance that no mark is needed
    needs: list[float]  # by log-odds + 512: the chance that one is


@cache
def _tables() -> _Tables:
    raw = files("service.judging.vietnamese").joinpath("tables/neighbours.npz").read_bytes()
    with np.load(BytesIO(raw)) as kept:
        words = bytes(kept["words"]).decode().split("\n")
        alone = kept["alone"].tolist()
        size = kept["left"].shape[0]
        left, right = (
            (kept[name].astype(np.int16) + 128).astype(np.uint8).tobytes() for name in ("left", "right")
        )
        slips = zip(
            bytes(kept["slips"]).decode().split("\n"), (kept["slip_odds"] / _SLIP_SCALE).tolist(), strict=True
        )
        attested = frozenset(bytes(kept["attested"]).decode().split("\n"))
    numbers = {word: slot for slot, word in enumerate(words[: size - 1], 1)}
    slots = {word: 2 * slot for word, slot in numbers.items() if word != COMMA}
    for syllable in legal():
        slot = numbers.get(strip(syllable))
        if slot is not None and syllable not in numbers:
            slots[syllable] = 2 * slot + 1
    odds = [at / _SCALE for at in range(-512, 512)]
    costs = [log1p(exp(-value)) for value in odds]
    needs = [1 / (1 + exp(value)) for value in odds]
    own = [0, *alone[: size - 1]]
    return _Tables(
        size,
        slots,
        dict(zip(words, alone, strict=True)),
        2 * numbers[COMMA],
        dict(slips),
        attested,
        own,
        left,
        right,
        costs,
        needs,
    )


def is_common(syllable: str) -> bool:
    """Whether a marked syllable, folded, is one that people type."""
    return syllable in _tables().attested


def slip_odds(token: str) -> float | None:
    """How much commoner the syllable is that a word's keys make than the word; None for a word never seen."""
    return _tables().slips.get(token)


def is_row(token: str) -> bool:
    """Whether an unmarked, lower-case word is one of the commonest, with marks or without."""
    return _tables().slots.get(token, 0) > 1


def is_word(token: str) -> bool:
    """Whether this unmarked, lower-case word is one that the corpora use so: a syllable, a loan, a short
    form.
    """
    return token in _tables().alone


@dataclass(frozen=True, slots=True)
class Evidence:
    """What the words of one text say.

    Attributes:
        words: how many words there are.
        marked: how many of them carry a Vietnamese mark.
        foreign: how many are no Vietnamese syllable, with or without marks.
        cost: sum over the unmarked words of -log(chance that it is right so).
        costs: the same by token.
        lacking: how many unmarked words are expected to need marks.
        needs: by token, the chance that it lacks its marks; 0 for what is no unmarked word.
    """

    words: int
    marked: int
    foreign: int
    cost: float
    costs: list[float]
    lacking: float
    needs: list[float]


@lru_cache(maxsize=32)
def weigh(text: Words) -> Evidence:
    """Weigh every word of a text; the last few are kept, since several checks ask."""
    tables = _tables()
    size, left, right, own = tables.size, tables.left, tables.right, tables.own
    costs, needs_by_odds = tables.costs, tables.needs
    get = tables.slots.get
    codes = [get(token, -1) for token in text.tokens]
    outside = {at: _outside(text.tokens[at], tables) for at, code in enumerate(codes) if code < 0}
    for at, (code, _) in outside.items():
        codes[at] = code
    marked = foreign = words = 0
    spent = [0.0] * len(codes)
    needs = [0.0] * len(codes)
    before = 0
    codes.append(0)
    for at, code in enumerate(codes[:-1]):
        slot = code >> 1
        if at in outside:
            odds = outside[at][1]
        elif code & 1:
            odds = _MARKED
        else:
            odds = left[before * size + slot] + right[(codes[at + 1] >> 1) * size + slot] - 256 - own[slot]
        before = slot
        if odds == _NO_WORD:
            continue
        words += 1
        if odds == _MARKED:
            marked += 1
            continue
        foreign += odds == _FOREIGN
        spent[at] = costs[odds + 512]
        needs[at] = needs_by_odds[odds + 512]
    return Evidence(words, marked, foreign, sum(spent), spent, sum(needs), needs)


def _outside(token: str, tables: _Tables) -> tuple[int, int]:
    """Code and log-odds of a token as it stands; the tables' rows do not hold it."""
    if not token.isalpha():
        return (tables.comma if token == COMMA else 0), _NO_WORD
    code = tables.slots.get(fold(token))
    if code is not None:
        return code, _MARKED
    if has_marks(token):
        return 0, _MARKED
    word = unstretched(token)
    if word not in legal_stripped():
        return 0, _FOREIGN
    return tables.slots.get(word, 0), tables.alone.get(word, _UNKNOWN_SYLLABLE)
