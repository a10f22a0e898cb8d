"""A reader's text as it is kept (`clean`) and as it is shown (`visible`).

Not how checks read it: that is `reading`.
"""

from __future__ import annotations

import re
import unicodedata

_LINE_ENDS = re.compile("\r\n|[\r\N{NEXT LINE}\N{LINE SEPARATOR}\N{PARAGRAPH SEPARATOR}]")
_CONTROLS = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f]+")

# Pictographs that take joiners and selectors: arrows to miscellaneous symbols, and the emoji blocks.
_PICTOGRAPH = (
    "[\u00a9\u00ae\u203c\u2049\u2122\u2139\u2190-\u2bff\u3030\u303d\u3297\u3299\U0001f000-\U0001faff]"
)
# Arabic to Myanmar, Khmer, Mongolian: writing that needs joiners, or marks its words with a zero-width space.
_JOINING = "[\u0600-\u109f\u1780-\u18af]"

_HIDING = (
    "\N{SOFT HYPHEN}\N{COMBINING GRAPHEME JOINER}\N{ARABIC LETTER MARK}"
    "\N{HANGUL CHOSEONG FILLER}\N{HANGUL JUNGSEONG FILLER}\N{HANGUL FILLER}\N{HALFWIDTH HANGUL FILLER}"
    "\N{KHMER VOWEL INHERENT AQ}\N{KHMER VOWEL INHERENT AA}"
    "\u180b-\u180f"  # Mongolian selectors
    "\u200b-\u200f\u202a-\u202e\u2060-\u206f"  # zero-width characters, bidi controls, invisible operators
    "\ufe00-\ufe0f\N{ZERO WIDTH NO-BREAK SPACE}\ufff9-\ufffb"
    "\U0001d173-\U0001d17a"  # musical format controls
    "\U000e0000-\U000e0fff"  # tags, further selectors
)
_SIGN = re.compile(f"[{_HIDING}]")

# What emoji and some scripts need is matched first and kept; group 1 is what hides.
_JOINER_OR_HIDING = re.compile(
    "\U0001f3f4[\U000e0020-\U000e007e]+\U000e007f"  # flag of a region: a black flag, tags, the cancel tag
    "|[0-9#*]\ufe0f\N{COMBINING ENCLOSING KEYCAP}"
    f"|(?<={_PICTOGRAPH})[\ufe0e\ufe0f]"
    f"|(?:(?<={_PICTOGRAPH})|(?<={_PICTOGRAPH}\ufe0f))\N{ZERO WIDTH JOINER}(?={_PICTOGRAPH})"
    f"|(?<={_JOINING})[\u200b-\u200d]"
    f"|([{_HIDING}])"
)


MOST_MARKS = 30
"""Combining marks on one letter that are kept, as in Unicode's stream-safe format (UAX 15, D3): no writing
needs more, and ordering them by class takes quadratic time."""

_MAY_BE_STACKED = re.compile(f"[\u0300-\U0010ffff]{{{MOST_MARKS + 1}}}")


def _unstacked(text: str) -> str:
    """Drop the combining marks on a letter that are too many."""
    if _MAY_BE_STACKED.search(text) is None:
        return text
    kept, marks = [], 0
    for character in text:
        marks = marks + 1 if unicodedata.combining(character) else 0
        if marks <= MOST_MARKS:
            kept.append(character)
    return "".join(kept)


_PLAIN = re.compile(
    "[\\n\x20-\x7e\u00a1-\u00ac\u00ae-\u012f\u0132-\u024f\u1ea0-\u1ef9\u2010-\u2023\u2025-\u2027\u2030-\u205e]*"
).fullmatch


def is_plain(text: str) -> bool:
    r"""Whether nothing is to be changed but its ends, and nothing hides or looks like something else: Latin
    letters in NFC, common signs.

    Most texts are so, and one look is all they cost. False says nothing.

    >>> is_plain("Đẹp quá!"), is_plain("Đẹp\u200b quá!"), is_plain("Đe\u0323p quá!")
    (True, False, False)
    """
    return _PLAIN(text) is not None


def clean(raw: str) -> str:
    r"""Bring a text to the form in which it is kept: NFC, line ends as \n, no control characters, trimmed.

    >>> clean(" Hay\r\nqua\x07\u0301 ")
    'Hay\nquá'
    """
    if is_plain(raw):
        return raw.strip()
    text = _CONTROLS.sub("", _LINE_ENDS.sub("\n", raw))
    return unicodedata.normalize("NFC", _unstacked(text)).strip()


def visible(text: str) -> str:
    r"""Take out what hides, for the form that is shown; emoji keep what joins and selects them.

    >>> visible("ng\N{ZERO WIDTH SPACE}on quá \N{WOMAN}\N{ZERO WIDTH JOINER}\N{EAR OF RICE}")
    'ngon quá 👩\u200d🌾'
    """
    if is_plain(text) or _SIGN.search(text) is None:
        return text
    shown = _JOINER_OR_HIDING.sub(lambda seen: "" if seen[1] else seen[0], text)
    return unicodedata.normalize("NFC", _unstacked(shown)).strip()


def hidden(text: str) -> list[int]:
    """Give the positions of the characters that `visible` takes out."""
    if _SIGN.search(text) is None:
        return []
    return [seen.start() for seen in _JOINER_OR_HIDING.finditer(text) if seen[1]]
