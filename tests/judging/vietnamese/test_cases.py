"""The corpora of cases: what each text must be found to be."""

from service.judging.checks.keystrokes import suggestion
from service.judging.model import Finding
from service.judging.vietnamese.restoration import restore
from service.judging.vietnamese.syllables import strip
from tests.judging.corpora import hold, written
from tests.judging.vietnamese.cases import diacritics, keystrokes, language, proper, rows

RESTORED_WRONG = 138
"""So many of the 310 proper texts do not come back whole from the restorer; more would be a step back."""


def _codes(findings: list[Finding]) -> list[str]:
    return [finding.code for finding in findings]


def _meant(code: str) -> list[str]:
    return [] if code == "-" else [code]


def test_marks_are_demanded_where_they_are_missing_and_nowhere_else() -> None:
    hold("diacritics", lambda code, text: (_codes(diacritics(written(text))), _meant(code)))


def test_keystrokes_are_found_and_become_what_was_meant() -> None:
    def look(code: str, text: str, meant: str = "") -> tuple[object, object]:
        found = (_codes(keystrokes(text)), suggestion(text) if meant else "")
        return found, (_meant(code), meant)

    hold("keystrokes", look)


def test_nothing_else_is_said_of_keystrokes() -> None:
    assert [row for row in rows("keystrokes") if keystrokes(row[1]) and diacritics(row[1])] == []


def test_another_language_is_told_from_vietnamese() -> None:
    hold("language", lambda code, text: (_codes(language(written(text))), _meant(code)))


def test_no_marks_are_demanded_of_another_language() -> None:
    foreign = [row[1] for row in rows("language") if row[0] != "-" and len(row) == 2]
    assert [text for text in foreign if [*diacritics(text), *keystrokes(text)]] == []


def test_a_proper_text_passes_and_is_restored_to_itself() -> None:
    def look(text: str) -> tuple[object, object]:
        return (_codes([*diacritics(text), *keystrokes(text), *language(text)]), restore(text)), ([], text)

    hold("restoration", look)


def test_the_same_text_without_marks_is_seen() -> None:
    def look(text: str) -> tuple[object, object]:
        return _codes(diacritics(strip(text))), ["missing_diacritics"]

    hold("restoration", look)


def test_most_texts_come_back_whole_from_the_restorer() -> None:
    wrong = [text for text in proper() if restore(strip(text)) != text]
    assert len(wrong) <= RESTORED_WRONG, wrong
