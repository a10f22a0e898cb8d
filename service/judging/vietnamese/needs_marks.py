"""How much of a text lacks its marks, by what its neighbours say of each syllable.

Every word without marks is weighed: how likely is it right as it stands, given the stripped word before it
and the one after it? "tin vui" hardly needs a mark, "khong biet" surely does. The sums over a text are its
evidence; what is made of them is `verdict`'s business.
"""

from collections.abc import Collection
from math import exp, log1p
from typing import NamedTuple, Self

from service.judging.vietnamese.neighbours import FOREIGN, MARKED, NO_WORD, SCALE, neighbours
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
        odds: place of each unmarked word among the tokens → log-odds that it is right so, times SCALE, plus
            512.
        cost: sum over them of -log(chance that it is right so).
        lacking: how many of them are expected to need marks.
    """

    words: int
    marked: int
    foreign: int
    odds: dict[int, int]
    cost: float
    lacking: float

    def without(self, exempt: Collection[int]) -> Self:
        """The same, some places left out."""
        odds = {at: own for at, own in self.odds.items() if at not in exempt}
        return self._replace(odds=odds, cost=_sum(_COSTS, odds), lacking=_sum(_NEEDS, odds))

    def needs(self) -> dict[int, float]:
        """The chance of each unmarked word that it lacks its marks, by its place among the tokens."""
        return {at: _NEEDS[odds] for at, odds in self.odds.items()}


def weigh(words: Words) -> Evidence:
    """Weigh every word of a text."""
    tables = neighbours()
    size, left, right, own = tables.size, tables.left, tables.right, tables.own
    codes = list(map(tables.codes.__getitem__, words.tokens))
    kinds = [code & 3 for code in codes]
    codes.append(tables.codes.break_)  # stands at -1, too
    odds: dict[int, int] = {}
    for at, kind in enumerate(kinds):
        if kind:
            continue
        code = codes[at]
        if code < 0:
            odds[at] = -code >> 2
            continue
        row, before, after = code >> 2, codes[at - 1] >> 2, codes[at + 1] >> 2
        # what has no row is row 0
        odds[at] = (
            left[before * size + row if before > 0 else row]
            + right[after * size + row if after > 0 else row]
            - own[row]
            + 512
        )
    spoken, foreign = len(kinds) - kinds.count(NO_WORD), codes.count(FOREIGN)
    return Evidence(spoken, kinds.count(MARKED), foreign, odds, _sum(_COSTS, odds), _sum(_NEEDS, odds))


def _sum(table: list[float], odds: dict[int, int]) -> float:
    return sum(map(table.__getitem__, odds.values()))
