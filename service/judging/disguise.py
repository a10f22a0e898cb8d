"""Words seen through disguise: separators taken out, letters that stand alone put together, digits read as
letters.

Whether a word is one that anybody looks for is not known here.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import groupby, islice

from service.judging.letters import collapsed
from service.judging.spelling import bare

_MOST_REVEALED = 4_000
"""Runs of characters between blanks after which no disguise is looked for any more."""
_LEET = str.maketrans("013457@$", "oieastas")
_PUNCTUATION = ".,!?:;…()\"'“”‘’-"
_NUMBERED = re.compile(r"([a-z]{3,})\d{2,4}")


@dataclass(frozen=True, slots=True)
class Revealed:
    """A word as it reads with separators taken out and digits read as letters.

    Attributes:
        plain: lower case, with its marks.
        bare: without them.
        start: in `Reading.plain`.
        end: in `Reading.plain`.
        disguised: it had to be put together, or digits read as letters.
        otherwise: `bare` with 1 read as l and not as i; empty without a 1.
    """

    plain: str
    bare: str
    start: int
    end: int
    disguised: bool = False
    otherwise: str = ""


def _letters_of(chunk: str) -> str:
    """Take separators out of a run of characters, and read digits among letters as letters.

    >>> _letters_of("n.g.u,"), _letters_of("ch0"), _letters_of("nohu88"), _letters_of("5.000")
    ('ngu', 'cho', 'nohu', '5000')
    """
    core = "".join(c for c in chunk if c.isalnum() or c in "@$")
    if core.isalpha() or not any(map(str.isalpha, core)):
        return core
    numbered = _NUMBERED.fullmatch(core)
    return numbered[1] if numbered else core.translate(_LEET)


def disguised_keys(runs: list[str]) -> frozenset[str]:
    """Give the keys that only a disguise keeps from being read, cheaply found: few texts have any.

    Args:
        runs: what stands between blanks, in lower case.
    """
    keys: list[str] = []
    for run in [run for run in runs if not run.isalpha()]:
        if not run.strip(_PUNCTUATION).isalpha():
            keys += _readings(bare(run))
    if list(map(len, runs)).count(1) > 1:
        spelled = groupby(runs, lambda run: len(run) == 1 and run.isalpha())
        keys += [bare("".join(letters)) for alone, letters in spelled if alone]
    return frozenset(collapsed(key) for key in keys if len(key) > 1)


def _readings(chunk: str) -> list[str]:
    letters = _letters_of(chunk)
    if not letters.isalpha():
        return []
    return [letters, _letters_of(chunk.replace("1", "l"))] if "1" in chunk else [letters]


_CHUNK = re.compile(r"\S+")


def reveal(plain: str, bare: str) -> list[Revealed]:
    """Give all words of a text, with separators taken out and digits read as letters.

    Args:
        plain: the text in lower case.
        bare: the same without marks, as long.
    """
    words: list[Revealed] = []
    run: list[Revealed] = []
    for match in islice(_CHUNK.finditer(plain), _MOST_REVEALED):
        word = _reveal(match[0], bare[match.start() : match.end()], match.start())
        if len(word.plain) == 1:
            run.append(word)
        elif word.plain:
            words += [*_spelled(run, plain), word]
            run = []
    return words + _spelled(run, plain)


def _reveal(chunk: str, bare: str, start: int) -> Revealed:
    if chunk.isalpha():
        return Revealed(chunk, bare, start, start + len(chunk))
    letters, otherwise = _letters_of(chunk), ""
    places = [place for place, c in enumerate(chunk) if c.isalnum() or c in "@$"]
    if not places:
        return Revealed("", "", start, start)
    first, last = places[0], places[-1] + 1
    if "1" in chunk:
        otherwise = _letters_of(bare.replace("1", "l"))
    return Revealed(
        letters, _letters_of(bare), start + first, start + last, letters != chunk[first:last], otherwise
    )


def _spelled(run: list[Revealed], plain: str) -> list[Revealed]:
    """Put letters that stand alone, the same blanks between them, together to words: `n g u`."""
    words: list[list[Revealed]] = []
    for letter in run:
        word = words[-1] if words else []
        same = len(word) < 2 or plain[word[-1].end : letter.start] == plain[word[0].end : word[1].start]
        if word and same:
            word.append(letter)
        else:
            words.append([letter])
    return [_joined(word) for word in words]


def _joined(letters: list[Revealed]) -> Revealed:
    if len(letters) == 1:
        return letters[0]
    plain, bare = "".join(one.plain for one in letters), "".join(one.bare for one in letters)
    return Revealed(plain, bare, letters[0].start, letters[-1].end, disguised=True)
