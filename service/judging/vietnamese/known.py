"""What is worked out from a word alone, kept for the words of the tables: texts share most of theirs.

Of other words nothing is kept: they may be a name, an address, a number, and the text they stood in may be
erased. So what is kept is bounded, too.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

from service.judging.vietnamese.neighbours import neighbours

_Fact = TypeVar("_Fact")

_LONG = 250
"""Words of a text that is so long that what it repeats is worth finding; hardly a comment is."""


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

    def of_all(self, words: Sequence[str]) -> list[_Fact]:
        """Give what is known of each; of a word that a long text repeats it is worked out once.

        >>> Known(len).of_all(["đã", "0912345678", "đã"])
        [2, 10, 2]
        """
        known: Callable[[str], _Fact] = self.__getitem__
        if len(words) >= _LONG:
            known = {word: self[word] for word in dict.fromkeys(words)}.__getitem__
        return list(map(known, words))
