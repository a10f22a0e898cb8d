"""What holds for every text."""

import unicodedata
from concurrent.futures import ThreadPoolExecutor

from hypothesis import given, settings
from hypothesis import strategies as st

from service.judging.checks.diacritics import suggestion as restored
from service.judging.checks.keystrokes import suggestion
from service.judging.model import Finding
from service.judging.vietnamese.neighbours import neighbours
from service.judging.vietnamese.restoration import restore
from service.judging.vietnamese.syllables import fold, legal, strip
from service.judging.vietnamese.words import words_of
from tests.judging.vietnamese.cases import diacritics, keystrokes, language, proper, rows

_OURS = [row[1] for name in ("diacritics", "keystrokes", "language") for row in rows(name)] + proper()
_PIECES = st.sampled_from([word for text in _OURS for word in text.split()])
_MIXTURES = st.lists(_PIECES, max_size=25).map(" ".join)
_TEXTS = st.one_of(st.text(max_size=200), _MIXTURES, st.sampled_from(_OURS))


def _findings(text: str) -> list[Finding]:
    return [*diacritics(text), *keystrokes(text), *language(text)]


@given(_TEXTS)
@settings(max_examples=300, deadline=None)
def test_spans_are_inside_the_text_in_order_and_apart(text: str) -> None:
    for finding in _findings(text):
        ends = [0, *(at for span in finding.spans for at in span), len(text)]
        assert ends == sorted(ends)
        assert 0 <= finding.score <= 1


@given(_MIXTURES)
@settings(max_examples=200, deadline=None)
def test_both_normal_forms_get_one_verdict(text: str) -> None:
    apart = unicodedata.normalize("NFD", text)
    assert [f.code for f in _findings(text)] == [f.code for f in _findings(apart)]
    for here, there in zip(_findings(text), _findings(apart), strict=True):
        covered = [unicodedata.normalize("NFC", apart[start:end]) for start, end in there.spans]
        assert covered == [text[start:end] for start, end in here.spans]


@given(_TEXTS)
@settings(max_examples=200, deadline=None)
def test_restoring_changes_nothing_but_marks(text: str) -> None:
    composed = unicodedata.normalize("NFC", text)
    assert strip(restore(composed)) == strip(composed)


@given(_MIXTURES)
@settings(max_examples=100, deadline=None)
def test_a_suggestion_differs_from_the_text(text: str) -> None:
    assert restored(text) != text
    assert suggestion(text) != text or not keystrokes(text)


@given(st.lists(st.sampled_from(proper()), min_size=1, max_size=4).map(" ".join))
@settings(max_examples=100, deadline=None)
def test_stripping_eight_proper_syllables_is_always_seen(text: str) -> None:
    if len(words_of(text).tokens) >= 8:
        assert [finding.code for finding in diacritics(strip(text))] == ["missing_diacritics"]


@given(st.sampled_from(_OURS))
@settings(max_examples=100, deadline=None)
def test_hidden_characters_hide_nothing(text: str) -> None:
    spread = "\N{ZERO WIDTH SPACE}".join(unicodedata.normalize("NFC", text))
    assert [f.code for f in diacritics(spread)] == [f.code for f in diacritics(text)]


def test_folding_twice_changes_nothing() -> None:
    assert all(fold(syllable) == syllable for syllable in legal())


def test_marks_taken_off_leave_letters_that_are_known() -> None:
    assert all(strip(syllable).isascii() for syllable in neighbours().attested)


def test_threads_get_what_one_alone_gets() -> None:
    some = _OURS[::4]
    alone = [_findings(text) for text in some]
    with ThreadPoolExecutor(8) as threads:
        assert list(threads.map(_findings, some)) == alone


@given(st.sampled_from([row[1] for row in rows("diacritics")] + proper()))
@settings(max_examples=100, deadline=None)
def test_a_full_stop_more_changes_nothing(text: str) -> None:
    assert [f.code for f in diacritics(f"{text}.")] == [f.code for f in diacritics(text)]
