"""What becomes of a text: the cases the newspaper named first."""

import unicodedata

import pytest

from service.judging.checks.diacritics import suggestion
from service.judging.checks.keystrokes import suggestion as keystrokes_suggestion
from tests.judging.vietnamese.cases import diacritics, keystrokes, language


@pytest.mark.parametrize("text", ["Hay!", "Xin chia vui", "Ngon", "Tin vui ghê", "Quan tham"])
def test_vietnamese_that_needs_no_mark_is_left_alone(text: str) -> None:
    assert [*diacritics(text), *keystrokes(text), *language(text)] == []


def test_a_marked_word_thrown_in_does_not_hide_that_the_marks_are_missing() -> None:
    (finding,) = diacritics("toi khong biet tai sao lai nhu vay nua, that la buon cho dat nuoc minh à")
    assert finding.code == "missing_diacritics"


@pytest.mark.parametrize(
    "text", ["Con trai tôi thi sang năm, mong cho qua", "Lan can cao có hai gang tay, trẻ con leo qua ngay"]
)
def test_a_marked_text_with_many_words_that_need_none_is_never_rejected(text: str) -> None:
    assert "missing_diacritics" not in [finding.code for finding in diacritics(text)]


def test_a_text_without_marks_is_found_with_its_marks_restored() -> None:
    text = "Bai viet rat hay, cam on toa soan!"
    assert [finding.code for finding in diacritics(text)] == ["missing_diacritics"]
    assert suggestion(text) == "Bài viết rất hay, cảm ơn tòa soạn!"
    assert diacritics("Bài viết rất hay, cảm ơn tòa soạn!") == []


@pytest.mark.parametrize(
    ("typed", "meant"),
    [("tieesng Vieejt", "tiếng Việt"), ("tie61ng Vie65t", "tiếng Việt"), ("Toi ddi lamf", "Tôi đi làm")],
)
def test_raw_keystrokes_are_found_and_converted(typed: str, meant: str) -> None:
    assert [finding.code for finding in keystrokes(typed)] == ["raw_keystrokes"]
    assert diacritics(typed) == []
    assert keystrokes_suggestion(typed) == meant


@pytest.mark.parametrize("text", ["Bài viết rất hay, cam on toa soan nhieu lam!", "Bai viet rat hay"])
def test_both_normal_forms_get_one_verdict(text: str) -> None:
    apart = unicodedata.normalize("NFD", text)
    assert [f.code for f in diacritics(text)] == [f.code for f in diacritics(apart)] != []
    covered = ["".join(apart[a:b] for a, b in finding.spans) for finding in diacritics(apart)]
    assert unicodedata.normalize("NFC", covered[0]) in text
