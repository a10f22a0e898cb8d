"""One word spelt in several ways: the tone on another vowel, letters held longer, marks left out.

Words are lower case, as `Reading.plain` has them. Which words are looked for is not known here.
"""

from __future__ import annotations

import unicodedata
from itertools import groupby

from service.judging.letters import string, units_of, unmarked
from service.judging.vietnamese.known import Known
from service.judging.vietnamese.syllables import place_tone, split_tone


def settled(plain: str) -> str:
    """Put the tone where most newspapers put it, whether or not the word is a syllable.

    >>> settled("hoà"), settled("quý"), settled("qúy"), settled("hoàn"), settled("zoà")
    ('hòa', 'quý', 'quý', 'hoàn', 'zòa')
    """
    return place_tone(*split_tone(plain))


_SETTLED = Known(settled)


def bare(plain: str) -> str:
    """Write a word without its marks, those of other languages included.

    >>> bare("đồ"), bare("naïve")
    ('do', 'naive')
    """
    return plain if plain.isascii() else string(unmarked(units_of(plain)))


def same(plain: str, want: str) -> bool:
    """Tell whether a word is another, its tone placed otherwise or its letters held longer.

    Args:
        plain: as read.
        want: as `settled` gives it.
    """
    if plain == want:
        return True
    if len(plain) == len(want):
        return _SETTLED[plain] == want
    return _stretches(plain, want)


def _runs(word: str) -> list[tuple[str, int]]:
    """Give each letter and how long it is held; an unmarked one after its marked self counts twice.

    >>> _runs("nguu"), _runs("chóo"), _runs("hưu")
    ([('n', 1), ('g', 1), ('u', 2)], [('c', 1), ('h', 1), ('ó', 3)], [('h', 1), ('ư', 1), ('u', 1)])
    """
    runs: list[tuple[str, int]] = []
    for letter, held in groupby(word):
        length = len(list(held))
        if runs and _draws_out(runs[-1][0], letter):
            runs[-1] = (runs[-1][0], runs[-1][1] + 2 * length)
        else:
            runs.append((letter, length))
    return runs


def _draws_out(marked: str, letter: str) -> bool:
    """Tell whether a letter is the one before without its marks, as in "quáaa"; only "ưu" is spelt so."""
    return (
        not marked.isascii() and unicodedata.normalize("NFD", marked)[0] == letter and marked not in "ưứừửữự"
    )


def _stretches(plain: str, want: str) -> bool:
    """Tell whether a word is another with letters held longer; a doubled letter inside a word is spelling.

    >>> _stretches("nguuuu", "ngu"), _stretches("xoong", "xong"), _stretches("as", "ass")
    (True, False, False)
    """
    runs, wanted = _runs(plain), _runs(want)
    last = len(runs) - 1
    return len(runs) == len(wanted) and all(
        letter == other and (held == length or held > max(length, 2) or (held > length and place == last))
        for place, ((letter, held), (other, length)) in enumerate(zip(runs, wanted, strict=True))
    )


def less_marked(plain: str, want: str) -> bool:
    """Tell whether a word is another with marks left out, repeated letters aside.

    >>> less_marked("lon", "lồn"), less_marked("lớn", "lồn")
    (True, False)
    """
    given, wanted = _once(plain), _once(want)
    return len(given) == len(wanted) and all(
        map(lambda letter, *meant: letter in meant, given, wanted, bare(wanted))
    )


def _once(word: str) -> str:
    return "".join(letter for letter, _ in _runs(word))
