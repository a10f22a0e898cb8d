"""What readers are told, and in which language."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.comments.policy import CODES
from service.comments.reasons import INVALID_REQUEST, MODERATOR_REASONS, message, prefers

EVERY = sorted({*CODES, *MODERATOR_REASONS, INVALID_REQUEST})


@pytest.mark.parametrize("code", EVERY)
def test_every_code_and_reason_has_a_sentence_in_both_languages(code: str) -> None:
    vietnamese, english = message(code, "vi"), message(code, "en")
    assert vietnamese.endswith(".")
    assert english.endswith(".")
    assert english.isascii()
    assert not vietnamese.isascii()
    assert unicodedata.is_normalized("NFC", vietnamese)


def test_no_two_codes_say_the_same() -> None:
    assert len({message(code, "vi") for code in EVERY}) == len(EVERY)


def test_the_sentence_for_missing_marks_is_the_one_on_the_form() -> None:
    assert message("missing_diacritics", "vi") == "Vui lòng gõ tiếng Việt có dấu."


def test_an_unknown_code_has_no_sentence() -> None:
    with pytest.raises(KeyError):
        message("smap", "vi")


@pytest.mark.parametrize(
    ("header", "language"),
    [
        (None, "vi"),
        ("", "vi"),
        ("vi", "vi"),
        ("en", "en"),
        ("EN-us", "en"),
        ("fr", "vi"),
        ("*", "vi"),
        ("vi,en", "vi"),
        ("en,vi", "vi"),
        ("en;q=0.8,vi;q=0.9", "vi"),
        ("en-US,en;q=0.9,vi;q=0.8", "en"),
        ("vi-VN,vi;q=0.9,en-US;q=0.6,en;q=0.5", "vi"),
        ("fr-CH, fr;q=0.9, en;q=0.8, *;q=0.5", "en"),
        ("en;q=0.5, *;q=0.8", "vi"),
        ("vi;q=0, *", "en"),
        ("en;q=0", "vi"),
        ("en ; q=1.000 , vi;q=0.999", "en"),
        ("en;q=2, vi;q=0.1", "vi"),
        ("en;q=x, vi;q=0.1", "vi"),
        ("en;q=, vi;q=0.1", "vi"),
        ("en;q=-1", "vi"),
        ("en;q=nan", "vi"),
        (",,;q=1,en", "en"),
        ("english", "vi"),
    ],
)
def test_english_is_for_those_who_prefer_it_over_vietnamese(header: str | None, language: str) -> None:
    assert prefers(header) == language


@given(st.text(alphabet="envi*-;,q=.019 \t\N{SUPERSCRIPT TWO}"))
def test_no_header_is_too_odd(header: str) -> None:
    assert prefers(header) in ("vi", "en")
