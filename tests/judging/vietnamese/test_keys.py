"""Telex and VNI: every syllable that people type comes back from its keys, however they are ordered."""

import unicodedata
from collections.abc import Iterator

import pytest

from service.judging.vietnamese.keystrokes import from_telex, from_vni
from service.judging.vietnamese.neighbours import neighbours
from service.judging.vietnamese.syllables import TONE_MARKS, split_tone

_TELEX = {"ă": "aw", "â": "aa", "ê": "ee", "ô": "oo", "ơ": "ow", "ư": "uw", "đ": "dd"}
_VNI = {"ă": "a8", "â": "a6", "ê": "e6", "ô": "o6", "ơ": "o7", "ư": "u7", "đ": "d9"}
_VNI_TONES = dict(zip("sfrxj", "12345", strict=True))
_KEY_OF = {mark: key for key, mark in TONE_MARKS.items()}
_SYLLABLES = sorted(neighbours().attested)


def _orders(letters: dict[str, str], tones: dict[str, str], syllable: str) -> Iterator[str]:
    """The tone typed last, and right after its vowel; the changes of letters typed where they belong."""
    toneless, mark = split_tone(syllable)
    tone = tones[_KEY_OF[mark]] if mark else ""
    yield "".join(letters.get(letter, letter) for letter in toneless) + tone
    typed = ""
    for letter in syllable:
        plain, own = split_tone(letter)
        typed += letters.get(plain, plain) + (tones[_KEY_OF[own]] if own else "")
    yield typed


def test_every_syllable_comes_back_from_telex() -> None:
    tones = {key: key for key in TONE_MARKS}
    wrong = [
        (keys, syllable)
        for syllable in _SYLLABLES
        for keys in _orders(_TELEX, tones, syllable)
        if from_telex(keys) != syllable
    ]
    assert wrong == []


def test_every_syllable_comes_back_from_vni() -> None:
    wrong = [
        (keys, syllable)
        for syllable in _SYLLABLES
        for keys in _orders(_VNI, _VNI_TONES, syllable)
        if from_vni(keys) != syllable
    ]
    assert wrong == []


@pytest.mark.parametrize(
    ("keys", "syllable"),
    [
        ("nhw", "như"),  # w alone
        ("dduowcj", "được"),  # one w for both letters
        ("dduwowcj", "được"),
        ("dduwocj", "được"),
        ("khongo", "không"),  # the double key late
        ("tieengs", "tiếng"),
        ("tiengse", "tiếng"),
        ("dangd", "đang"),
        ("hoafzf", "hòa"),  # a tone taken back and set again
        ("hoasf", "hòa"),  # a tone typed over
        ("thuowr", "thuở"),
        ("quys", "quý"),
        ("giuwax", "giữa"),
        ("DDUWOWCJ", "ĐƯỢC"),
        ("Ddi", "Đi"),
    ],
)
def test_telex_is_typed_in_many_ways(keys: str, syllable: str) -> None:
    assert from_telex(keys) == syllable


@pytest.mark.parametrize("word", ["strength", "email", "photoshop", "hello", "boss", "x", "zzz", "", "été"])
def test_what_makes_no_syllable_is_no_telex(word: str) -> None:
    assert from_telex(word) is None


@pytest.mark.parametrize("word", ["covid19", "b2b", "4g", "12", "u23", "mp3", "h2o"])
def test_what_makes_no_syllable_is_no_vni(word: str) -> None:
    assert from_vni(word) is None


def test_a_syllable_typed_in_capitals_stays_in_capitals() -> None:
    assert unicodedata.is_normalized("NFC", from_telex("NGUWOWIF") or "")
    assert from_telex("NGUWOWIF") == "NGƯỜI"
