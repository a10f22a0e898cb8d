"""Spam, insults, contacts and links on their corpora of cases: what must be found, and what must not."""

from collections.abc import Callable

import pytest

from service.judging.checks.contact import contact
from service.judging.checks.link import link
from service.judging.checks.spam import spam
from service.judging.checks.toxic import toxic
from service.judging.judge import judge
from service.judging.model import Finding, Rules, Span
from service.judging.reading import read
from service.judging.text import clean
from tests.judging.corpora import marked, rows

_RULES = Rules()

_SPANNED: dict[str, Callable[[str], Finding | None]] = {
    "links": lambda text: link(read(text), _RULES),
    "contact": lambda text: contact(read(text)),
}
_LABELLED: dict[str, Callable[[str], Finding | None]] = {
    "toxic": lambda text: toxic(read(text), _RULES),
}


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
    cases: list[object] = []
    for corpus in _LABELLED:
        for label, text in rows(corpus):
            fails = [pytest.mark.xfail(strict=True)] if label.endswith("known to fail") else []
            cases.append(pytest.param(corpus, label.startswith("yes"), text, marks=fails))
    return cases


@pytest.mark.parametrize(("corpus", "expected", "text"), _expectations())
def test_a_labelled_text_is_seen_as_labelled(corpus: str, expected: bool, text: str) -> None:
    assert (_LABELLED[corpus](text) is not None) == expected


def _spam(label: str) -> list[object]:
    """The texts of a label; those known to fail must fail, and one that does no more must be told."""
    fails = [pytest.mark.xfail(strict=True)]
    return [
        pytest.param(text, marks=fails if given.endswith("known to fail") else [])
        for given, _, text in rows("spam")
        if given.startswith(label)
    ]


@pytest.mark.parametrize("text", _spam("ad"))
def test_an_advertisement_is_flagged(text: str) -> None:
    assert spam(read(clean(text)), _RULES) is not None


def test_nearly_every_advertisement_is_surely_one() -> None:
    ads = [text for label, _, text in rows("spam") if label.startswith("ad")]
    found = [spam(read(clean(text)), _RULES) for text in ads]
    assert sum(finding is not None and finding.escalated for finding in found) >= 0.97 * len(ads)


@pytest.mark.parametrize("text", _spam("talk"))
def test_talk_of_what_is_advertised_is_no_advertisement(text: str) -> None:
    assert spam(read(clean(text)), _RULES) is None


@pytest.mark.parametrize("text", [row[0] for row in rows("ordinary")])
def test_an_ordinary_comment_has_no_finding(text: str) -> None:
    assert judge(text).findings == ()
