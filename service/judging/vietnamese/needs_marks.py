"""How much of a text lacks its marks, by what its neighbours say of each syllable.

Every word without marks is weighed: how likely is it right as it stands, given the stripped word before it
and the one after it? "tin vui" hardly needs a mark, "khong biet" surely does. The sums over a text are its
evidence; what is made of them is `verdict`'s business.
"""

from math import exp, log1p
from typing import NamedTuple

from service.judging.vietnamese.neighbours import FOREIGN, MARKED, NO_WORD, SCALE, UNMARKED, neighbours
from service.judging.vietnamese.words import Words

_COSTS = [log1p(exp(-odds / SCALE)) for odds in range(-512, 512)]
_NEEDS = [1 / (1 + exp(odds / SCALE)) for odds in range(-512, 512)]
"""By log-odds + 512: -log of the chance that no mark is needed, and the chance that one is."""


class Evidence(NamedTuple):
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


def weigh(words: Words) -> Evidence:
    """Weigh every word of a text."""
    tables = neighbours()
    size, left, right, own = tables.size, tables.left, tables.right, tables.own
    codes = [*map(tables.codes.__getitem__, words.tokens), tables.codes.break_]  # stands at -1, too
    kinds = [code & 3 for code in codes[:-1]]
    costs = [0.0] * len(kinds)
    needs = costs.copy()
    for at, kind in enumerate(kinds):
        if kind != UNMARKED:
            continue
        code = codes[at]
        if code < 0:
            odds = -code >> 2
        else:
            row, before, after = code >> 2, codes[at - 1] >> 2, codes[at + 1] >> 2
            # what has no row is row 0
            odds = left[before * size + row if before > 0 else row]
            odds += right[after * size + row if after > 0 else row] - own[row] + 512
        costs[at] = _COSTS[odds]
        needs[at] = _NEEDS[odds]
    spoken = len(kinds) - kinds.count(NO_WORD)
    return Evidence(spoken, kinds.count(MARKED), codes.count(FOREIGN), sum(costs), costs, sum(needs), needs)
