"""Letters as they seem: what hides taken out, look-alikes as what they look like, one case, with and without
marks.

Tables and folding only; which of the forms a check reads is not decided here.
"""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

from service.judging.model import Span
from service.judging.text import hidden

Units = npt.NDArray[np.uint16]
"""A text in UTF-16."""

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


def _tables() -> tuple[Units, Units, npt.NDArray[np.bool_]]:
    """Make the tables from UTF-16 units to: lower case, the same without marks, "odd"."""
    lower, bare = np.arange(0x10000, dtype=np.uint16), np.arange(0x10000, dtype=np.uint16)
    for code in range(0xD800):
        letter = chr(code)
        if letter.isdecimal():
            lower[code] = ord("0") + int(letter)
        elif len(letter.lower()) == 1:
            lower[code] = ord(letter.lower())
        bare[code] = ord(_unmarked(letter)) if code < 0x2000 and not letter.isdecimal() else lower[code]
    odd = np.zeros(0x10000, dtype=np.bool_)
    for first, last in _ODD_RANGES:
        odd[first : last + 1] = True
    return lower, bare, odd


_LOWER, _BARE, _ODD = _tables()


def lower(units: Units) -> Units:
    """Write letters in lower case, and digits of every script as ASCII ones."""
    return _LOWER.take(units)


def unmarked(units: Units) -> Units:
    """Write letters in lower case and without their marks."""
    return _BARE.take(units)


def is_odd(units: Units) -> bool:
    """Tell whether a text holds look-alike or hidden characters, or loose marks: what `unfold` is for."""
    return bool(_ODD.take(units).any())


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


def belongs_to_the_one_before(character: str) -> bool:
    """Tell whether a character is drawn upon the one before it: a mark, or what frames a key."""
    return bool(unicodedata.combining(character)) or character in _KEYCAP


def units_of(text: str) -> Units:
    """Give a text in UTF-16, lone halves of pairs included."""
    return np.frombuffer(text.encode("utf-16-le", "surrogatepass"), dtype=np.uint16)


def string(units: Units) -> str:
    """Give the text of units."""
    return units.tobytes().decode("utf-16-le", "surrogatepass")


_ENTITY = re.compile(r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[a-zA-Z]{2,8});")


def holds_entity(text: str) -> bool:
    """Tell whether a typed HTML entity stands in a text, as in `&#110;gu`."""
    return "&" in text and _ENTITY.search(text) is not None


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


def unfold(text: str) -> tuple[str, list[Span]]:
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


_STRETCHED = re.compile(r"([a-z])\1+")


def collapsed(bare: str) -> str:
    """Write every repeated letter once.

    >>> collapsed("nguuuu")
    'ngu'
    """
    return _STRETCHED.sub(r"\1", bare)
