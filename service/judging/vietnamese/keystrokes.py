"""Telex and VNI: from the keys as typed to the syllable they stand for.

A small state machine plays the input method: each key either adds a letter, changes one that stands already,
or sets the tone. What comes out counts only if it is a legal syllable, so English words mostly fall through.
Whether a text was typed this way is not decided here.
"""

from collections.abc import Callable
from dataclasses import dataclass, field

from service.judging.vietnamese.syllables import TONE_MARKS, VOWELS, legal, place_tone, strip

_CIRCUMFLEX = {"a": "â", "e": "ê", "o": "ô"}
_HORN_OR_BREVE = {"a": "ă", "o": "ơ", "u": "ư"}
_VNI_TONES = {"1": "s", "2": "f", "3": "r", "4": "x", "5": "j"}
_TELEX_KEYS = frozenset("sfrxjwdaeo")
_LONGEST = 12
"""Keys of the longest syllable, "nghieengj", with a few to spare for corrected slips."""


@dataclass(slots=True)
class _Typed:
    """A syllable while it is being typed: its letters without tone, the tone key, and whether a key was
    spent.
    """

    letters: list[str] = field(default_factory=list)
    upper: list[bool] = field(default_factory=list)
    tone: str = ""
    changed: bool = False

    def add(self, letter: str, *, upper: bool) -> None:
        self.letters.append(letter)
        self.upper.append(upper)

    def replace_last(self, table: dict[str, str]) -> bool:
        """Change the last letter that the table knows; False where there is none."""
        for at in range(len(self.letters) - 1, -1, -1):
            if self.letters[at] in table:
                self.letters[at] = table[self.letters[at]]
                self.changed = True
                return True
        return False

    def has_vowel(self) -> bool:
        return any(letter in VOWELS for letter in self.letters)


def _press_tone(typed: _Typed, key: str) -> bool:
    if not typed.has_vowel() or typed.tone == key:
        return False
    typed.tone = key
    typed.changed = True
    return True


def _press_horn(typed: _Typed) -> bool:
    """Telex `w`, VNI 7: both of "uo", the u of "ua" (but for "qu"), else what stands last."""
    word = "".join(typed.letters)
    at = word.rfind("uo")
    if at >= 0 and word[at - 1 : at] != "q":
        typed.letters[at : at + 2] = ["ư", "ơ"]
        typed.changed = True
        return True
    at = word.rfind("ua")
    if at >= 0 and word[at - 1 : at] != "q" and at + 2 == len(word):
        typed.letters[at] = "ư"
        typed.changed = True
        return True
    return typed.replace_last(_HORN_OR_BREVE)


def _press_telex(typed: _Typed, key: str, *, upper: bool) -> None:
    if key in TONE_MARKS and _press_tone(typed, key):
        return
    if key == "z" and typed.tone:
        typed.tone = ""
        return
    if key == "d" and typed.letters[:1] == ["d"]:
        typed.letters[0] = "đ"
        typed.changed = True
        return
    if key in _CIRCUMFLEX and typed.replace_last({key: _CIRCUMFLEX[key]}):
        return
    if key == "w" and _press_w(typed, upper=upper):
        return
    typed.add(key, upper=upper)


def _press_w(typed: _Typed, *, upper: bool) -> bool:
    if typed.letters[-1:] == ["ư"]:
        return True
    if not _press_horn(typed):
        typed.add("ư", upper=upper)
        typed.changed = True
    return True


def _press_vni(typed: _Typed, key: str, *, upper: bool) -> None:
    if key in _VNI_TONES and _press_tone(typed, _VNI_TONES[key]):
        return
    if key == "0" and typed.tone:
        typed.tone = ""
        return
    if key == "6" and typed.replace_last(_CIRCUMFLEX):
        return
    if key == "7" and _press_horn(typed):
        return
    if key == "8" and typed.replace_last({"a": "ă"}):
        return
    if key == "9" and typed.letters[:1] == ["d"]:
        typed.letters[0] = "đ"
        typed.changed = True
        return
    typed.add(key, upper=upper)


def _typed_as(word: str, press: Callable[..., None]) -> str | None:
    typed = _Typed()
    for key in word:
        press(typed, key.lower(), upper=key.isupper())
    if not typed.changed:
        return None
    syllable = _finish("".join(typed.letters), typed.tone)
    if syllable is None:
        return None
    return "".join(c.upper() if up else c for c, up in zip(syllable, typed.upper, strict=True))


def _finish(toneless: str, tone: str) -> str | None:
    """Place the tone; "ưo" and "uơ" before another letter are a hurried "ươ", which never ends a syllable."""
    toneless = toneless.replace("ưo", "ươ").replace("uơ", "ươ")
    if toneless.endswith("ươ"):
        toneless = toneless[:-2] + "uơ"
    syllable = place_tone(toneless, TONE_MARKS[tone] if tone else "")
    return syllable if syllable in legal() and syllable != strip(syllable) else None


def from_telex(word: str) -> str | None:
    """The marked syllable that these Telex keys stand for, or None: they are no keystrokes of one.

    >>> from_telex("tieesng"), from_telex("DDuwowcj"), from_telex("nhw"), from_telex("email")
    ('tiếng', 'Được', 'như', None)
    """
    if (
        len(word) > _LONGEST
        or not (word.isascii() and word.isalpha())
        or _TELEX_KEYS.isdisjoint(word.lower())
    ):
        return None
    return _typed_as(word, _press_telex)


def from_vni(word: str) -> str | None:
    """The marked syllable that these VNI keys stand for, or None.

    >>> from_vni("tie61ng"), from_vni("D9u7o7c5"), from_vni("covid19")
    ('tiếng', 'Được', None)
    """
    if len(word) > _LONGEST or not (word.isascii() and word.isalnum()) or word.isalpha() or word.isdigit():
        return None
    if sum(key in "12345" for key in word) > 1:
        return None
    return _typed_as(word, _press_vni)
