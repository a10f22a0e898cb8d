"""What is wrong with a text's form, and listed words, on their corpora: what is found, and exactly where."""

from collections.abc import Callable

from service.judging.checks.hidden_characters import hidden_characters
from service.judging.checks.no_text import no_text
from service.judging.checks.repetition import repetition
from service.judging.checks.shouting import shouting
from service.judging.checks.words import listed_words
from service.judging.fingerprint import fingerprint, similarity
from service.judging.judge import judge
from service.judging.model import Finding, Rules, Span
from service.judging.reading import read
from service.judging.text import clean
from tests.judging.corpora import hold, marked, written


def _shown(text: str, spans: tuple[Span, ...]) -> list[tuple[int, str]]:
    return [(start, text[start:end]) for start, end in spans]


def _spans(check: Callable[[str], Finding | None]) -> Callable[[str], tuple[object, object]]:
    def look(case: str) -> tuple[object, object]:
        text, spans = marked(case)
        assert clean(text) == text
        finding = check(text)
        return _shown(text, finding.spans if finding else ()), _shown(text, spans)

    return look


def _label(check: Callable[[str], Finding | None]) -> Callable[[str, str], tuple[object, object]]:
    return lambda label, case: (check(written(case)) is not None, label == "yes")


def _lookalike_characters(text: str) -> Finding | None:
    return next((found for found in judge(text).findings if found.code == "lookalike_characters"), None)


def test_what_is_repeated_is_found_and_emphasis_is_not() -> None:
    hold("repetition", _spans(lambda text: repetition(read(text))))


def test_what_hides_is_found_and_what_emoji_and_scripts_need_is_not() -> None:
    hold("hidden", _spans(lambda text: hidden_characters(read(text))))


def test_disguised_words_are_found_and_names_and_formulas_are_not() -> None:
    hold("lookalikes", _spans(_lookalike_characters))


def test_a_text_in_capitals_is_found_and_abbreviations_are_not() -> None:
    hold("shouting", _label(shouting))


def test_a_comment_without_words_is_found_and_the_shortest_word_is_not() -> None:
    hold("no_text", _label(no_text))


def test_a_listed_word_is_found_whole_and_through_disguise() -> None:
    def look(listed: str, case: str) -> tuple[object, object]:
        text, spans = marked(case)
        assert clean(text) == text
        found = listed_words(read(text), Rules(banned_words=tuple(listed.split(","))))
        return _shown(text, found[0].spans if found else ()), _shown(text, spans)

    hold("words", look)


def test_near_duplicates_meet_in_a_band_and_others_are_not_alike() -> None:
    def look(label: str, one: str, two: str) -> tuple[object, object]:
        first, second = fingerprint(written(one)), fingerprint(written(two))
        assert first is not None
        assert second is not None
        alike = similarity(written(one), written(two)) >= 0.75
        meet = bool(set(first.bands) & set(second.bands)) if label == "same" else alike
        return (alike, meet), (label == "same",) * 2

    hold("duplicates", look)
