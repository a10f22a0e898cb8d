"""Every check on its corpus of cases: what must be found, exactly where, and what must not."""

from collections.abc import Callable

import pytest

from service.judging.checks.contact import contact
from service.judging.checks.hidden_characters import hidden_characters
from service.judging.checks.link import link
from service.judging.checks.no_text import no_text
from service.judging.checks.repetition import repetition
from service.judging.checks.shouting import shouting
from service.judging.checks.spam import spam
from service.judging.checks.toxic import toxic
from service.judging.checks.words import listed_words
from service.judging.fingerprint import fingerprint, similarity
from service.judging.judge import judge
from service.judging.model import Finding, Rules, Span
from service.judging.reading import read
from service.judging.text import clean
from tests.judging.corpora import marked, rows

_RULES = Rules()

_SPANNED: dict[str, Callable[[str], Finding | None]] = {
    "links": lambda text: link(read(text), _RULES),
    "contact": lambda text: contact(read(text)),
    "repetition": lambda text: repetition(read(text)),
    "hidden": hidden_characters,
    "lookalikes": lambda text: _by_code(text).get("lookalike_characters"),
}
_LABELLED: dict[str, Callable[[str], Finding | None]] = {
    "shouting": shouting,
    "no_text": no_text,
    "toxic": lambda text: toxic(read(text), _RULES),
}


def _by_code(text: str) -> dict[str, Finding]:
    return {finding.code: finding for finding in judge(text).findings}


def _shown(text: str, spans: tuple[Span, ...]) -> list[tuple[int, str]]:
    return [(start, text[start:end]) for start, end in spans]


@pytest.mark.parametrize(
    ("corpus", "case"), [(name, "\t".join(row)) for name in _SPANNED for row in rows(name)]
)
def test_exactly_what_was_meant_is_found(corpus: str, case: str) -> None:
    text, spans = marked(case)
    assert clean(text) == text
    finding = _SPANNED[corpus](text)
    assert _shown(text, finding.spans if finding else ()) == _shown(text, spans)


def _expectations() -> list[object]:
    cases = []
    for corpus in _LABELLED:
        for label, text in rows(corpus):
            fails = [pytest.mark.xfail(strict=True)] if label.endswith("known to fail") else []
            cases.append(pytest.param(corpus, label.startswith("yes"), text, marks=fails))
    return cases


@pytest.mark.parametrize(("corpus", "expected", "text"), _expectations())
def test_a_labelled_text_is_seen_as_labelled(corpus: str, expected: bool, text: str) -> None:
    assert (_LABELLED[corpus](text) is not None) == expected


@pytest.mark.parametrize(("listed", "case"), rows("words"))
def test_a_listed_word_is_found_whole_and_through_disguise(listed: str, case: str) -> None:
    text, spans = marked(case)
    assert clean(text) == text
    found = listed_words(read(text), Rules(banned_words=tuple(listed.split(","))))
    assert _shown(text, found[0].spans if found else ()) == _shown(text, spans)


@pytest.mark.parametrize("text", [text for label, _, text in rows("spam") if label == "ad"])
def test_an_advertisement_is_flagged(text: str) -> None:
    assert spam(read(clean(text)), _RULES) is not None


def test_nearly_every_advertisement_is_surely_one() -> None:
    ads = [text for label, _, text in rows("spam") if label == "ad"]
    found = [spam(read(clean(text)), _RULES) for text in ads]
    assert sum(finding is not None and finding.escalated for finding in found) >= 0.97 * len(ads)


@pytest.mark.parametrize("text", [text for label, _, text in rows("spam") if label == "talk"])
def test_talk_of_what_is_advertised_is_no_advertisement(text: str) -> None:
    assert spam(read(clean(text)), _RULES) is None


@pytest.mark.parametrize("text", [row[0] for row in rows("ordinary")])
def test_an_ordinary_comment_has_no_finding(text: str) -> None:
    assert judge(text).findings == ()


@pytest.mark.parametrize(("label", "one", "two"), rows("duplicates"))
def test_near_duplicates_meet_in_a_band_and_others_are_not_alike(label: str, one: str, two: str) -> None:
    first, second = fingerprint(one), fingerprint(two)
    assert first is not None
    assert second is not None
    if label == "same":
        assert set(first.bands) & set(second.bands)
        assert similarity(one, two) >= 0.75
    else:
        assert similarity(one, two) < 0.75
