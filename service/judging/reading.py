"""A text as the checks read it: lower case, without disguise, with and without marks, cut into words.

Every form knows where in the text it came from. Nothing here judges.
"""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import islice
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
_KEYCAP = "\N{VARIATION SELECTOR-16}\N{COMBINING ENCLOSING KEYCAP}"
_OF_EMOJI = _KEYCAP + "\N{VARIATION SELECTOR-15}\N{ZERO WIDTH JOINER}"
_DOTS = "\N{IDEOGRAPHIC FULL STOP}\N{ONE DOT LEADER}\N{HALFWIDTH IDEOGRAPHIC FULL STOP}"

# What the quick way cannot read: marks apart from their letter, other scripts, compatibility letters. Scripts
# that no Latin letter is confused with (Hebrew to Korean, Chinese) are left to the quick way.
_ODD_RANGES = (
    (0x00AD, 0x00AD), (0x0130, 0x0131), (0x0300, 0x036F), (0x0250, 0x0588), (0x061C, 0x061C),
    (0x115F, 0x1160), (0x17B4, 0x17B5),
    (0x180B, 0x180F), (0x1AB0, 0x1AFF), (0x1D00, 0x1DFF), (0x1F00, 0x1FFF),
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
    """Make the tables from UTF-16 units to: lower case, the same without marks, words, "odd"."""
    lower, bare = np.arange(0x10000, dtype=np.uint16), np.arange(0x10000, dtype=np.uint16)
    for code in range(0xD800):
        letter = chr(code)
        if letter.isdecimal():
            lower[code] = ord("0") + int(letter)
        elif len(letter.lower()) == 1:
            lower[code] = ord(letter.lower())
        bare[code] = ord(_unmarked(letter)) if code < 0x2000 and not letter.isdecimal() else lower[code]
    part_of_word = np.array([chr(code).isalnum() for code in range(0x10000)])
    odd = np.zeros(0x10000, dtype=np.bool_)
    for first, last in _ODD_RANGES:
        odd[first : last + 1] = True
    words = np.where(part_of_word, np.arange(0x10000), ord(" ")).astype(np.uint16)
    return lower, bare, words, odd


_LOWER, _BARE, _WORDS, _ODD = _tables()
_WORDS_0 = _WORDS.copy()
_WORDS_0[ord("0") : ord("9") + 1] = ord("0")


class _Folded(dict[str, str]):
    """What a single odd character stands for, lower case; worked out once for each."""

    def __missing__(self, character: str) -> str:
        known = _LOOKALIKES.get(character.lower())
        if known is None:
            known = "." if character in _DOTS else unicodedata.normalize("NFKC", character).lower()
            known = "" if character in _OF_EMOJI else known
            known = unicodedata.normalize("NFC", known)
        if len(self) < 0x4000:
            self[character] = known
        return known


_FOLDED = _Folded()


def _belongs_to_the_one_before(character: str) -> bool:
    return bool(unicodedata.combining(character)) or character in _KEYCAP


def _units(text: str) -> _Table:
    return np.frombuffer(text.encode("utf-16-le", "surrogatepass"), dtype=np.uint16)


def _string(units: _Table) -> str:
    return units.tobytes().decode("utf-16-le", "surrogatepass")


def word_units(plain: str) -> _Table:
    """Give the words of a lower-case text as UTF-16 units, a blank before, between and after them.

    Every number is 0, and what is repeated stands once.

    >>> word_units("nguuu, 500k").tobytes().decode("utf-16-le")
    ' ngu 0k '
    """
    units = _WORDS_0.take(_units(f" {plain} "))
    changes = np.empty(len(units), dtype=np.bool_)
    changes[0] = True
    np.not_equal(units[1:], units[:-1], out=changes[1:])
    return units[changes]


_ENTITY = re.compile(r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[a-zA-Z]{2,8});")


def _characters(text: str) -> Iterator[tuple[str, Span]]:
    """Give the characters of a text and where they stand; a typed HTML entity is what it stands for."""
    gone = set(hidden(text))
    place = 0
    while place < len(text):
        entity = _ENTITY.match(text, place) if text[place] == "&" else None
        if entity is not None:
            meant = html.unescape(entity[0])
            hides = hidden(meant)
            yield from ((c, entity.span()) for at, c in enumerate(meant) if at not in hides)
            place = entity.end()
            continue
        if place not in gone:
            yield text[place], (place, place + 1)
        place += 1


def _unfold(text: str) -> tuple[str, list[Span]]:
    """Read a text with odd characters: without what hides and stacked marks, look-alikes as what they seem.

    Returns the folded text and, for each of its characters, where it came from.
    """
    characters: list[str] = []
    positions: list[Span] = []
    for character, position in _characters(text):
        if unicodedata.combining(character):
            joined = unicodedata.normalize("NFC", characters[-1] + character) if characters else ""
            if len(joined) == 1:
                characters[-1] = joined
            continue
        for letter in character if character.isascii() else _FOLDED[character]:
            characters.append(letter)
            positions.append(position)
    return "".join(characters), positions


_WORD = re.compile("[^\\W_\U00010000-\U0010ffff]+")  # the tables know letters of 16 bits only
_STRETCHED = re.compile(r"([a-z])\1+")


def collapsed(bare: str) -> str:
    """Write every repeated letter once.

    >>> collapsed("nguuuu")
    'ngu'
    """
    return _STRETCHED.sub(r"\1", bare)


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


MOST_READ = 20_000
"""Code points; a comment may not be longer (policy `length`), and what stands beyond in other texts is not
read.
"""

_MOST_REVEALED = 4_000
"""Runs of characters between blanks after which no disguise is looked for any more."""


class Reading:
    """A text and its forms; made by `read`.

    Attributes:
        text: as given, its first `MOST_READ` code points.
        plain: lower case, look-alike letters as what they look like, nothing hidden.
        bare: `plain` without marks, as long.
        odd: whether the text holds look-alike or hidden characters, or loose marks.
        astral: whether it holds characters beyond 16 bits, as emoji are.
    """

    def __init__(self, text: str) -> None:
        self.text = text
        self._done: dict[object, object] = {}
        self._positions: list[Span] | None = None
        units = _units(text)
        self.odd = bool(_ODD.take(units).any())
        if self.odd or ("&" in text and _ENTITY.search(text)):
            text, self._positions = _unfold(text)
            units = _units(text)
        self.astral = len(units) != len(text)
        self.plain = _string(_LOWER.take(units))
        self._bare_units = _BARE.take(units)
        self.bare = _string(self._bare_units)

    @cached_property
    def keys(self) -> list[str]:
        """The words of `bare`, repeated letters once; what phrases are looked up by."""
        words = _string(_WORDS.take(self._bare_units)).split()
        stretched = self._repeated & (self._bare_units[1:] >= ord("a"))
        return [collapsed(word) for word in words] if stretched.any() else words

    @cached_property
    def plains(self) -> list[str]:
        """The words of `plain`, one for each of `keys`."""
        return _string(_WORDS.take(_units(self.plain))).split()

    @cached_property
    def word_spans(self) -> list[Span]:
        """Where each of `keys` stands in `plain`."""
        return [match.span() for match in _WORD.finditer(self.bare)]

    @cached_property
    def repeats(self) -> int:
        """How many characters are the same as the one before."""
        return int(np.count_nonzero(self._repeated))

    @cached_property
    def _repeated(self) -> npt.NDArray[np.bool_]:
        same: npt.NDArray[np.bool_] = self._bare_units[1:] == self._bare_units[:-1]
        return same

    @cached_property
    def digits(self) -> int:
        """How many ASCII digits there are."""
        return sum(map(self.plain.count, "0123456789"))

    @cached_property
    def disguised_keys(self) -> frozenset[str]:
        """The keys that only a disguise keeps from being read, cheaply found: few texts have any."""
        return _disguised_keys(self.bare)

    @cached_property
    def revealed(self) -> list[Revealed]:
        """All words, with separators taken out and digits read as letters."""
        return _reveal_all(self)

    def once(self, work: Callable[[Reading], _Found]) -> _Found:
        """Do what several checks need once."""
        if work not in self._done:
            self._done[work] = work(self)
        return cast(_Found, self._done[work])

    def span(self, start: int, end: int) -> Span:
        """Give where in the text a part of `plain` stands, loose marks on its last letter included."""
        if self._positions is None:
            return start, end
        last = self._positions[end - 1][1]
        while last < len(self.text) and _belongs_to_the_one_before(self.text[last]):
            last += 1
        return self._positions[start][0], last


_LEET = str.maketrans("013457@$", "oieastas")
_PUNCTUATION = ".,!?:;…()\"'“”‘’-"
_NUMBERED = re.compile(r"([a-z]{3,})\d{2,4}")


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


def _disguised_keys(bare: str) -> frozenset[str]:
    keys: list[str] = []
    letters = ""
    for chunk in bare.split():
        if chunk.isalpha():
            if len(chunk) == 1:
                letters += chunk
                continue
        elif not chunk.strip(_PUNCTUATION).isalpha():
            keys += _readings(chunk)
        if letters:
            keys.append(letters)
            letters = ""
    keys.append(letters)
    return frozenset(collapsed(key) for key in keys if len(key) > 1)


def _readings(chunk: str) -> list[str]:
    letters = _letters_of(chunk)
    if not letters.isalpha():
        return []
    return [letters, _letters_of(chunk.replace("1", "l"))] if "1" in chunk else [letters]


_CHUNK = re.compile(r"\S+")


def _reveal_all(reading: Reading) -> list[Revealed]:
    words: list[Revealed] = []
    run: list[Revealed] = []
    for match in islice(_CHUNK.finditer(reading.plain), _MOST_REVEALED):
        word = _reveal(match[0], reading.bare[match.start() : match.end()], match.start())
        if len(word.plain) == 1:
            run.append(word)
        elif word.plain:
            words += [*_spelled(run, reading.plain), word]
            run = []
    return words + _spelled(run, reading.plain)


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


def read(text: str) -> Reading:
    """Read a text, in NFC, as checks do.

    >>> read("ＮＧＵ thế").plain
    'ngu thế'
    """
    return Reading(text[:MOST_READ])


def apart(spans: list[Span]) -> tuple[Span, ...]:
    """Sort spans and join those that overlap."""
    merged: list[Span] = []
    for start, end in sorted(spans):
        if merged and start < merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return tuple(merged)
