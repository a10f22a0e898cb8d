"""The corpora of cases: what each text must be found to be."""

import pytest

from service.judging.checks.diacritics import diacritics
from service.judging.checks.keystrokes import keystrokes, suggestion
from service.judging.checks.language import language
from service.judging.vietnamese.restoration import restore
from service.judging.vietnamese.syllables import strip
from tests.judging.vietnamese.cases import proper, rows

RESTORED_WRONG = 18
"""So many of the proper texts do not come back whole from the restorer today; more would be a step back."""


@pytest.mark.parametrize(("code", "text"), rows("diacritics"))
def test_marks_are_demanded_where_they_are_missing_and_nowhere_else(code: str, text: str) -> None:
    assert [finding.code for finding in diacritics(text)] == ([] if code == "-" else [code])


@pytest.mark.parametrize("row", rows("keystrokes"), ids=lambda row: row[1])
def test_keystrokes_are_found_and_become_what_was_meant(row: tuple[str, ...]) -> None:
    code, text, *meant = row
    assert [finding.code for finding in keystrokes(text)] == ([] if code == "-" else [code])
    if meant:
        assert suggestion(text) == meant[0]
        assert diacritics(text) == []


@pytest.mark.parametrize(("code", "text"), rows("language"))
def test_another_language_is_told_from_vietnamese(code: str, text: str) -> None:
    assert [finding.code for finding in language(text)] == ([] if code == "-" else [code])
    if code != "-":
        assert [*diacritics(text), *keystrokes(text)] == []


@pytest.mark.parametrize("text", proper())
def test_a_proper_text_passes_and_is_restored_to_itself(text: str) -> None:
    assert [*diacritics(text), *keystrokes(text), *language(text)] == []
    assert restore(text) == text


@pytest.mark.parametrize("text", proper())
def test_the_same_text_without_marks_is_seen(text: str) -> None:
    assert [finding.code for finding in diacritics(strip(text))] == ["missing_diacritics"]


def test_most_texts_come_back_whole_from_the_restorer() -> None:
    wrong = [text for text in proper() if restore(strip(text)) != text]
    assert len(wrong) <= RESTORED_WRONG, wrong
