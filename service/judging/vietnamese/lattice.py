"""The ways to write each word of a text, side by side: what a restorer chooses from.

How likely they are is `likelihood`; which of them are taken is `restoration`.
"""

from dataclasses import dataclass

import numpy as np

from service.judging.vietnamese.counts import BREAK, NUMBER, UNKNOWN, Counts, Integers
from service.judging.vietnamese.syllables import fold, has_marks, undoubled, unstretched
from service.judging.vietnamese.words import COMMA

_MOST_CHOICES = 16


@dataclass(frozen=True, slots=True)
class Lattice:
    """Choices by position.

    Attributes:
        numbers: word numbers, rows padded with -1; two ends of sentence before the words and one after them.
        sizes: how many choices there are in each row.
        written: which of them is the word as it stands; -1 for none.
    """

    numbers: Integers
    sizes: list[int]
    written: list[int]


def lattice_of(tokens: list[str], known: Counts) -> Lattice:
    """All ways to write the words of a text, or of a piece of one."""
    rows = [(BREAK,), (BREAK,), *(_choices(token, known) for token in tokens), (BREAK,)]
    sizes = [len(row) for row in rows]
    numbers = np.full((len(rows), max(sizes)), -1, dtype=np.int64)
    for at, row in enumerate(rows):
        numbers[at, : len(row)] = row
    written = [0, 0, *(_written(token, row, known) for token, row in zip(tokens, rows[2:-1], strict=True)), 0]
    return Lattice(numbers, sizes, written)


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
