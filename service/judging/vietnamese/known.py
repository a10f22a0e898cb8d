"""What is worked out from a word alone, kept for the words of the tables: texts share most of theirs.

Of other words nothing is kept: they may be a name, an address, a number, and the text they stood in may be
erased. So what is kept is bounded, too.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from service.judging.vietnamese.neighbours import neighbours

_Fact = TypeVar("_Fact")


class Known(dict[str, _Fact]):
    """From a word, lower case, to what `work` makes of it; looked up as any dict, so that `map` does it in C.

    >>> lengths = Known(len)
    >>> lengths["không"], lengths["0912345678"], list(lengths)
    (5, 10, ['không'])
    """

    def __init__(self, work: Callable[[str], _Fact]) -> None:
        super().__init__()
        self._work = work

    def __missing__(self, word: str) -> _Fact:
        """Work it out."""
        fact = self._work(word)
        if word in neighbours().vocabulary:
            self[word] = fact
        return fact
