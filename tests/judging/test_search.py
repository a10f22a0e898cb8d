"""A search compares words whatever their case and marks."""

import pytest

from service.judging.search import words


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Nguyễn Văn A", ["nguyen", "van", "a"]),
        ("ĐƯỜNG số 9", ["duong", "so", "9"]),
        ("Ti\u00ea\u0301ng", ["tieng"]),
        ("n\u200bgon, ｎｇｏｎ", ["ngon", "ngon"]),
        ("a_b-c", ["a", "b", "c"]),
        ("😀", []),
    ],
)
def test_words_are_folded(text: str, expected: list[str]) -> None:
    assert words(text) == expected
