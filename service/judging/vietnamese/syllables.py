"""What a Vietnamese syllable is: onset, rhyme, tone, and how it is written.

The inventory is generated from the onsets and rhymes of standard spelling; which of its syllables are words
is not known here. Two placements of the tone mark are in use ("hoà" and "hòa"): both are read, and `fold`
brings them to the second, which most newspapers print.
"""

import re
import unicodedata
from functools import cache

TONE_MARKS = {
    "f": "\N{COMBINING GRAVE ACCENT}",
    "s": "\N{COMBINING ACUTE ACCENT}",
    "r": "\N{COMBINING HOOK ABOVE}",
    "x": "\N{COMBINING TILDE}",
    "j": "\N{COMBINING DOT BELOW}",
}
"""Telex key of a tone → its combining mark; the level tone has none."""

VOWELS = "aăâeêioôơuưy"
_QUALITY = "ăâêôơư"

_ONSETS = "b c ch d đ g gh gi h k kh l m n ng ngh nh p ph qu r s t th tr v x"

_RHYMES = """
    a ai ao au ay am an ang anh ac ach ap at ăm ăn ăng ăc ăp ăt âu ây âm ân âng âc âp ât
    e em en eng ec ep et eo ê êu êm ên ênh êch êp êt i ia iu im in inh ich ip it
    iêu iêm iên iêng iêc iêp iêt yêu yêm yên yêng yêt
    o oi om on ong oc op ot oong ooc oa oai oao oay oam oan oang oanh oac oach oap oat
    oăm oăn oăng oăc oăp oăt oe oem oen oet oeo ô ôi ôm ôn ông ôc ôp ôt ơ ơi ơm ơn ơp ơt
    u ua ui um un ung uc up ut uân uâng uât uây uê uêch uênh uên uô uôi uôm uôn uông uôc uôt uơ
    uy uya uych uynh uyn uyt uyp uyu uyên uyêt
    ư ưa ưi ưm ưn ưng ưc ưt ưu ươi ươu ươm ươn ương ươc ươp ươt y
"""

_AFTER_QU = """
    a ai ao au ay am an ang anh ac ach ap at ăm ăn ăng ăc ăp ăt âu ây ân âng ât âp e em en eng ec et eo
    ê ên ênh êt êch êu i in it inh ich ip y yn yt ynh ych yu yên yêt ơ ơi ơn ôc
"""
_AFTER_G_AS_GI = "i in iêt iêng iêm iêc im it"
_BEFORE_LONG_O = "b c g l m s t x"
"""Onsets of the few words with a long o: "xoong", "boong", "rơ-moóc"."""
_FRONT = "ieêy"
_STOPS = ("c", "ch", "p", "t")
_ODD = ("kạn", "kon", "đắk", "lắk", "kông", "pa", "pi")
"""Place names and loans in everyday use that standard spelling would not allow."""


def _strip_table() -> dict[int, str]:
    table = {ord("đ"): "d", ord("Đ"): "D"}
    for vowel in VOWELS:
        base = unicodedata.normalize("NFD", vowel)[0]
        for mark in ("", *TONE_MARKS.values()):
            letter = unicodedata.normalize("NFC", vowel + mark)
            table[ord(letter)] = base
            table[ord(letter.upper())] = base.upper()
    return table


_STRETCH = 3
"""So many times one letter is no spelling."""
_STRETCHED = re.compile(r"([^\W\d_])\1{2,}")
_RUN = re.compile(r"(.)\1*", re.DOTALL)
_STRIP = _strip_table()
_TONE_OF = {
    unicodedata.normalize("NFC", vowel + mark): (vowel, mark)
    for vowel in VOWELS
    for mark in TONE_MARKS.values()
}
"""Letter with a tone → the letter without it, and the tone's combining mark."""


def strip(text: str) -> str:
    """Take the Vietnamese marks off an NFC text, one letter for one letter; others' marks stay.

    >>> strip("Đường về nhà")
    'Duong ve nha'
    """
    return text.translate(_STRIP)


def split_tone(word: str) -> tuple[str, str]:
    """Part a word in NFC, lower case, from its tone: ("hoa", grave) for both "hoà" and "hòa".

    A word with two tones keeps the second letter as it is: it is no syllable.
    """
    for at, letter in enumerate(word):
        if letter in _TONE_OF:
            vowel, mark = _TONE_OF[letter]
            return word[:at] + vowel + word[at + 1 :], mark
    return word, ""


def place_tone(toneless: str, mark: str) -> str:
    """Write a tone on a toneless syllable where most newspapers write it ("hòa", "thúy", "quý").

    >>> place_tone("hoa", TONE_MARKS["f"])
    'hòa'
    """
    if not mark:
        return toneless
    at = _tone_position(toneless)
    if at is None:
        return toneless
    return toneless[:at] + unicodedata.normalize("NFC", toneless[at] + mark) + toneless[at + 1 :]


def _tone_position(toneless: str) -> int | None:
    start = 2 if toneless.startswith("qu") and len(toneless) > 2 else 0
    if toneless.startswith("gi") and len(toneless) > 2 and toneless[2] in VOWELS:
        start = 2
    places = [at for at in range(start, len(toneless)) if toneless[at] in VOWELS]
    if not places:
        return None
    for at in reversed(places):
        if toneless[at] in _QUALITY and not (toneless[at] == "ư" and toneless[at + 1 : at + 2] == "ơ"):
            return at
    closed = places[-1] != len(toneless) - 1
    if len(places) == 1 or (len(places) == 2 and not closed):
        return places[0]
    return places[1]


@cache
def legal() -> frozenset[str]:
    """Every syllable that standard spelling allows, tone where `place_tone` puts it: about 19,000."""
    found = set(_ODD)
    for onset in ("", *_ONSETS.split()):
        for rhyme in _rhymes_after(onset):
            tones = ("s", "j") if rhyme.endswith(_STOPS) else ("", *TONE_MARKS)
            found.update(place_tone(onset + rhyme, TONE_MARKS.get(tone, "")) for tone in tones)
    return frozenset(found)


def _rhymes_after(onset: str) -> list[str]:
    rhymes = _RHYMES.split()
    if onset == "qu":
        return _AFTER_QU.split()
    if onset == "":
        return [rhyme for rhyme in rhymes if not rhyme.startswith("iê")]
    rhymes = [rhyme for rhyme in rhymes if not rhyme.startswith("yê")]
    if onset not in _BEFORE_LONG_O.split():
        rhymes = [rhyme for rhyme in rhymes if not rhyme.startswith("oo")]
    if onset in ("k", "gh", "ngh"):
        return [rhyme for rhyme in rhymes if rhyme[0] in _FRONT]
    if onset in ("c", "ng", "g", "gi"):
        back = [rhyme for rhyme in rhymes if rhyme[0] not in (_FRONT if onset != "gi" else "iy")]
        return back + (_AFTER_G_AS_GI.split() if onset == "g" else [])
    return rhymes


@cache
def legal_stripped() -> frozenset[str]:
    """Every legal syllable without its marks: about 2,700. A word that is not here is not Vietnamese.

    A stop at the end needs a tone, but "khac" and "hat" are how it looks when the tone was left out.
    """
    return frozenset(strip(syllable) for syllable in legal())


def fold(word: str) -> str:
    """Bring a word in NFC, lower case, to the one spelling that the tables know.

    >>> fold("hoà"), fold("thuỷ"), fold("qúy"), fold("email")
    ('hòa', 'thủy', 'quý', 'email')
    """
    if word in legal():
        return word
    toneless, mark = split_tone(word)
    folded = place_tone(toneless, mark)
    return folded if folded in legal() else word


def has_marks(word: str) -> bool:
    """Whether the word carries a Vietnamese mark.

    >>> has_marks("đi"), has_marks("nha"), has_marks("naïve")
    (True, False, False)
    """
    return strip(word) != word


def unstretched(word: str) -> str:
    """A word without its drawn-out letters.

    >>> unstretched("ngonnnn"), unstretched("boong")
    ('ngon', 'boong')
    """
    return _STRETCHED.sub(r"\1", word)


_DOUBLED = re.compile(r"(?<=..)([acghimnptuy])\1$")


def undoubled(word: str) -> str:
    """A word of four letters and more without its last letter's double; "ee", "oo" and the like are Telex.

    >>> undoubled("khongg"), undoubled("quee"), undoubled("app")
    ('khong', 'quee', 'app')
    """
    return _DOUBLED.sub(r"\1", word)


def stretched(word: str, like: str) -> str:
    """Draw a word's letters out as another's are: both differ in nothing but marks and length.

    >>> stretched("đẹp", "deppp")
    'đẹppp'
    """
    letters = iter(word)
    parts = []
    for run in _RUN.finditer(like):
        drawn_out = len(run[0]) >= _STRETCH
        parts += [next(letters) * len(run[0])] if drawn_out else [next(letters) for _ in run[0]]
    return "".join(parts)
