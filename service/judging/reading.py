"""A text as the checks read it: lower case, without disguise, with and without marks, cut into words.

Every form knows where in the text it came from. Nothing here judges.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import TypeVar, cast

import numpy as np
import numpy.typing as npt

from service.judging.model import Span
from service.judging.text import hidden

_Found = TypeVar("_Found")
_Table = npt.NDArray[np.uint16]

# Letters of other scripts that are drawn like Latin ones, and what they stand for; chosen from the Unicode
# confusables (UTS 39) for what is met in Vietnamese spam. Full-width, mathematical and circled letters need
# no entry: compatibility normalisation (NFKC) knows them.
_LOOKALIKES = {
    **dict(zip("абвеёзікмнорсутхцьјѕԁԛԝһӏѵ", "abeee3ikmhopcytxubjsdqwhlv", strict=True)),
    **dict(zip("αβγεικνορτυχωηζ", "abyeikvoptuxwnz", strict=True)),
    **dict(zip("ɑɡɩıʟɴʀᴀʙᴄᴅᴇɢʜɪᴊᴋᴍᴏᴘꜱᴛᴜᴠᴡʏᴢ", "agiilnrabcdeghijkmopstuvwyz", strict=True)),
    **dict(zip("օսհոցքԼ", "ouhnggl", strict=True)),
}
_DOTS = "\N{IDEOGRAPHIC FULL STOP}\N{ONE DOT LEADER}\N{HALFWIDTH IDEOGRAPHIC FULL STOP}"

# What the quick way cannot read: marks apart from their letter, other scripts, compatibility letters. Scripts
# that no Latin letter is confused with (Hebrew to Korean, Chinese) are left to the quick way.
_ODD_RANGES = (
    (0x00AD, 0x00AD), (0x0130, 0x0131), (0x0250, 0x0588), (0x061C, 0x061C), (0x115F, 0x1160),
    (0x17B4, 0x17B5), (0x180B, 0x180F), (0x1AB0, 0x1AFF), (0x1D00, 0x1DFF), (0x1F00, 0x1FFF),
    (0x200B, 0x200F), (0x2024, 0x2024), (0x202A, 0x202E), (0x2060, 0x209F), (0x20D0, 0x20FF),
    (0x2100, 0x2121), (0x2123, 0x218F), (0x2460, 0x24FF), (0x3002, 0x3002), (0x3164, 0x3164),
    (0xA720, 0xA7FF), (0xFB00, 0xFB06), (0xFE00, 0xFE0F), (0xFEFF, 0xFEFF), (0xFF00, 0xFFEF),
    (0xFFF9, 0xFFFB),
    (0xD835, 0xD835), (0xDB40, 0xDB40),  # the first halves of mathematical letters and of tags in UTF-16
    (0xDD30, 0xDD89),  # the second halves of squared and circled letters, and of some emoji
)  # fmt: skip


def _unmarked(letter: str) -> str:
    if letter in "đĐ":
        return "d"
    first = unicodedata.normalize("NFD", letter)[0]
    return first.lower() if len(first.lower()) == 1 else first


def _tables() -> tuple[_Table, _Table, _Table, npt.NDArray[np.bool_]]:
    """Make the tables from UTF-16 units to: lower case, lower case without marks, words, "odd"."""
    lower, bare, words = (np.arange(0x10000, dtype=np.uint16) for _ in range(3))
    for code in range(0xD800):
        letter = chr(code)
        if len(letter.lower()) == 1:
            lower[code] = ord(letter.lower())
        bare[code] = ord(_unmarked(letter)) if code < 0x2000 else lower[code]
        words[code] = bare[code] if letter.isalnum() else ord(" ")
    for code in range(0xE000, 0x10000):
        words[code] = code if chr(code).isalnum() else ord(" ")
    words[0xD800:0xE000] = ord(" ")
    odd = np.zeros(0x10000, dtype=np.bool_)
    for first, last in _ODD_RANGES:
        odd[first : last + 1] = True
    odd[0x0300:0x0370] = True
    return lower, bare, words, odd


_LOWER, _BARE, _WORDS, _ODD = _tables()


class _Folded(dict[str, str]):
    """What a single odd character stands for, lower case; worked out once for each."""

    def __missing__(self, character: str) -> str:
        known = _LOOKALIKES.get(character.lower())
        if known is None:
            known = "." if character in _DOTS else unicodedata.normalize("NFKC", character).lower()
            known = unicodedata.normalize("NFC", known)
        if len(self) < 0x4000:
            self[character] = known
        return known


_FOLDED = _Folded()


def _units(text: str) -> _Table:
    return np.frombuffer(text.encode("utf-16-le", "surrogatepass"), dtype=np.uint16)


def _string(units: _Table) -> str:
    return units.tobytes().decode("utf-16-le", "surrogatepass")


def _unfold(text: str) -> tuple[str, list[int]]:
    """Read a text with odd characters: what hides and stacked marks gone, look-alikes as what they look like.

    Returns the folded text and, for each of its characters, the position it came from.
    """
    gone = set(hidden(text))
    characters: list[str] = []
    positions: list[int] = []
    for position, character in enumerate(text):
        if position in gone:
            continue
        if unicodedata.combining(character):
            joined = unicodedata.normalize("NFC", characters[-1] + character) if characters else ""
            if len(joined) == 1:
                characters[-1] = joined
            continue
        for letter in character if character.isascii() else _FOLDED[character]:
            characters.append(letter)
            positions.append(position)
    return "".join(characters), positions


@dataclass(frozen=True, slots=True)
class Word:
    """A word of a reading.

    Attributes:
        key: lower case, without marks, repeated letters once; what phrases are looked up by.
        plain: lower case, with its marks.
        start: in `Reading.plain`.
        end: in `Reading.plain`.
        disguised: it had to be put together, or digits read as letters.
    """

    key: str
    plain: str
    start: int
    end: int
    disguised: bool = False


_WORD = re.compile(r"[^\W_]+")
_STRETCHED = re.compile(r"([a-z])\1+")


def collapsed(bare: str) -> str:
    """Write every repeated letter once.

    >>> collapsed("nguuuu")
    'ngu'
    """
    return _STRETCHED.sub(r"\1", bare)


class Reading:
    """A text and its forms; made by `read`.

    Attributes:
        text: as given.
        plain: lower case, look-alike letters as what they look like, nothing hidden.
        bare: `plain` without marks, as long.
        keys: the words of `bare`, repeated letters once.
    """

    def __init__(self, text: str) -> None:
        self.text = text
        units = _units(text)
        self.odd = bool(_ODD[units].any())
        self._positions: list[int] | None = None
        self._done: dict[object, object] = {}
        if self.odd:
            text, self._positions = _unfold(text)
            units = _units(text)
        self.plain = _string(_LOWER[units])
        self.bare = _string(_BARE[units])
        self._words = _WORDS[units]
        self._pairs = len(units) != len(text)

    @cached_property
    def keys(self) -> list[str]:
        units = self._words
        # The word form shows a pair of surrogates as blanks, letters among them too.
        words = _string(units).split() if not self._pairs else _WORD.findall(self.bare)
        repeated = (units[1:] == units[:-1]) & (units[1:] >= ord("a"))
        return [collapsed(word) for word in words] if repeated.any() else words

    @cached_property
    def words(self) -> list[Word]:
        """The words, one for each of `keys`."""
        found = (match.span() for match in _WORD.finditer(self.bare))
        return [Word(key, self.plain[a:b], a, b) for key, (a, b) in zip(self.keys, found, strict=True)]

    @cached_property
    def revealed(self) -> list[Word]:
        """The words with separators taken out and digits read as letters; empty where there is neither."""
        return _revealed(self) if _DISGUISE.search(self.bare) else []

    @cached_property
    def digits(self) -> int:
        """How many ASCII digits there are."""
        return sum(map(self.plain.count, "0123456789"))

    def once(self, work: Callable[[Reading], _Found]) -> _Found:
        """Do what several checks need once."""
        if work not in self._done:
            self._done[work] = work(self)
        return cast(_Found, self._done[work])

    def span(self, start: int, end: int) -> Span:
        """Give where in the text a part of `plain` stands; empty parts stay empty."""
        if self._positions is None:
            return start, end
        if start >= end:
            return (0, 0)
        last = self._positions[end - 1] + 1
        while last < len(self.text) and unicodedata.combining(self.text[last]):
            last += 1
        return self._positions[start], last

    def marked(self, start: int, end: int) -> bool:
        """Tell whether a part of `plain` carries any mark."""
        return self.plain[start:end] != self.bare[start:end]


_DISGUISE = re.compile(
    r"[a-z0-9][^a-z0-9\s][a-z0-9]|[a-z][0-9@$]|[0-9@$][a-z]|(?<![a-z0-9])[a-z]\s+[a-z](?![a-z0-9])"
)
_CHUNK = re.compile(r"\S+")
_LEET = str.maketrans("013457@$", "oieastas")
_SEPARATORS = re.compile(r"[^\w]|_")
_EDGES = re.compile(r"^[^\w@$]+|[^\w@$]+$")


def _revealed(reading: Reading) -> list[Word]:
    chunks = [_reveal(reading, match.start(), match.end()) for match in _CHUNK.finditer(reading.bare)]
    words = [word for word in chunks if word.key]
    return _spelled(reading, words)


def _reveal(reading: Reading, start: int, end: int) -> Word:
    """Read one run of non-blank characters as one word."""
    bare = reading.bare[start:end]
    plain = reading.plain[start:end]
    if bare.isalpha():
        return Word(collapsed(bare), plain, start, end)
    letters = [i for i, c in enumerate(bare) if c.isalnum() or c in "@$"]
    if not letters:
        return Word("", "", start, end)
    first, last = letters[0], letters[-1] + 1
    core = "".join(bare[i] for i in letters)
    marked = "".join(plain[i] for i in letters)
    if any(c.isalpha() for c in core):
        core, marked = core.translate(_LEET), marked.translate(_LEET)
    disguised = core != bare[first:last]
    return Word(collapsed(core), marked, start + first, start + last, disguised)


def _spelled(reading: Reading, words: list[Word]) -> list[Word]:
    """Put letters that stand alone together to one word: `n g u`."""
    joined: list[Word] = []
    run: list[Word] = []
    for word in [*words, Word("", "", 0, 0)]:
        if len(word.plain) == 1 and (not run or _same_gap(reading, run, word)):
            run.append(word)
            continue
        joined += _one(run)
        run = [word] if len(word.plain) == 1 else []
        if not run and word.key:
            joined.append(word)
    return joined


def _same_gap(reading: Reading, run: list[Word], word: Word) -> bool:
    if len(run) == 1:
        return True
    gap = reading.plain[run[0].end : run[1].start]
    return reading.plain[run[-1].end : word.start] == gap


def _one(run: list[Word]) -> list[Word]:
    if len(run) < 2:
        return run
    plain = "".join(word.plain for word in run)
    key = collapsed("".join(word.key for word in run))
    return [Word(key, plain, run[0].start, run[-1].end, disguised=True)]


def read(text: str) -> Reading:
    """Read a text, in NFC, as checks do.

    >>> read("ＮＧＵ thế").plain
    'ngu thế'
    """
    return Reading(text)


def apart(spans: list[Span]) -> tuple[Span, ...]:
    """Sort spans and join those that overlap."""
    merged: list[Span] = []
    for start, end in sorted(spans):
        if merged and start < merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return tuple(merged)
