"""What is kept of a text, and what is shown of it."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.judging.text import MOST_MARKS, clean, hidden, visible

ZWJ, ZWSP, VS16 = "\N{ZERO WIDTH JOINER}", "\N{ZERO WIDTH SPACE}", "\N{VARIATION SELECTOR-16}"
MARKS = "\u0300\u0301\u0302\u0306\u031b\u0323"
HOSTILE = st.text(
    st.one_of(
        st.characters(exclude_categories=["Cs"]),
        st.sampled_from(
            list("aăâđeêuưAĐ 01.@\n\r\t" + MARKS + ZWJ + ZWSP + VS16 + "\u202e\u00ad\u20e3👩❤🏴")
        ),
    ),
    max_size=60,
)


@pytest.mark.parametrize(
    ("raw", "kept"),
    [
        ("  Hay!  ", "Hay!"),
        ("một\r\nhai\rba\u2028bốn\u0085năm", "một\nhai\nba\nbốn\nnăm"),
        ("a\x00b\x07c\x1b[31m", "abc[31m"),
        ("a\tb", "a\tb"),
        ("Ti\u00ea\u0301ng Vi\u00ea\u0323t", "Tiếng Việt"),
        ("e\x00\u0301", "é"),
        (f"n{ZWSP}gu", f"n{ZWSP}gu"),
        ("\n\n", ""),
    ],
)
def test_clean_keeps_what_was_written(raw: str, kept: str) -> None:
    assert clean(raw) == kept


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        (f"n{ZWSP}gu", "ngu"),
        ("\u202eđảo\u202c", "đảo"),
        ("tự\u00addo", "tựdo"),
        (f"👩{ZWJ}🌾 hay", f"👩{ZWJ}🌾 hay"),
        (f"❤{VS16}", f"❤{VS16}"),
        (f"1{VS16}\u20e3", f"1{VS16}\u20e3"),
        (f"0{VS16}9{VS16}1{VS16}2", "0912"),
        (f"a{ZWJ}b", "ab"),
        (f"a{VS16}{ZWJ}👩", "a👩"),
        ("🏴\U000e0067\U000e0062\U000e007f", "🏴\U000e0067\U000e0062\U000e007f"),
        ("a\U000e0067\U000e0062", "a"),
        (f"e{ZWSP}\u0301", "é"),
        (f"ភាសា{ZWSP}ខ្មែរ", f"ភាសា{ZWSP}ខ្មែរ"),
        (f"{ZWSP}{ZWSP}", ""),
        ("🇻🇳", "🇻🇳"),
    ],
)
def test_visible_takes_out_what_hides_and_leaves_emoji_whole(text: str, shown: str) -> None:
    assert visible(text) == shown


@given(HOSTILE)
def test_cleaning_twice_changes_nothing(raw: str) -> None:
    once = clean(raw)
    assert clean(once) == once
    assert unicodedata.is_normalized("NFC", once)


@given(HOSTILE)
def test_showing_twice_changes_nothing_and_keeps_what_was_cleaned(raw: str) -> None:
    shown = visible(clean(raw))
    assert visible(shown) == shown
    assert clean(shown) == shown
    assert hidden(shown) == []


def test_no_letter_keeps_more_marks_than_writing_needs() -> None:
    stacked = "a" + "\N{COMBINING ACUTE ACCENT}\N{COMBINING DOT BELOW}" * 15_000 + " bình thường"
    cleaned = clean(stacked)
    assert len(cleaned) <= MOST_MARKS + 1 + len(" bình thường")
    assert cleaned.endswith(" bình thường")
    for ordinary in (
        "Việt",
        unicodedata.normalize("NFD", "Nguyễn Huệ " * 50),
        "ภาษาไทยที่นี่" * 20,
        "한국어" * 30,
    ):
        assert clean(ordinary) == unicodedata.normalize("NFC", ordinary).strip()
