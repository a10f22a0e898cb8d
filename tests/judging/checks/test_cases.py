"""Spam, insults, contacts and links on their corpora of cases: what must be found, and what must not.

A corpus is one test that names every text seen otherwise: a test for each text would cost more than what is
tested. In spam.tsv, soft_spam.tsv (advertisements that read like talk, and talk that reads like them) and
toxic.tsv a label that ends in `known to fail` says that the text is not yet seen as labelled; once it is,
that must be told there.
"""

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


def _toxic(text: str) -> bool:
    return toxic(read(text), _RULES) is not None


def _spam(text: str) -> bool:
    return spam(read(clean(text)), _RULES) is not None


_LABELLED: list[tuple[str, str, Callable[[str], bool], bool]] = [
    ("toxic", "yes", _toxic, True),
    ("toxic", "no", _toxic, False),
    ("spam", "ad", _spam, True),
    ("spam", "talk", _spam, False),
    ("soft_spam", "ad", _spam, True),
    ("soft_spam", "talk", _spam, False),
]
"""Corpus, label, what is to see it, and whether it should see anything."""


def _shown(text: str, spans: tuple[Span, ...]) -> list[tuple[int, str]]:
    return [(start, text[start:end]) for start, end in spans]


@pytest.mark.parametrize("corpus", _SPANNED)
def test_exactly_what_was_meant_is_found(corpus: str) -> None:
    wrong = []
    for case in rows(corpus):
        text, spans = marked("\t".join(case))
        assert clean(text) == text
        finding = _SPANNED[corpus](text)
        if _shown(text, finding.spans if finding else ()) != _shown(text, spans):
            wrong.append(f"{case}: {finding}")
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize(("corpus", "label", "seen", "meant"), _LABELLED)
def test_a_labelled_text_is_seen_as_labelled(
    corpus: str, label: str, seen: Callable[[str], bool], meant: bool
) -> None:
    told = [(given, text) for given, *_, text in rows(corpus) if given.startswith(label)]
    wrong = [" ".join(case) for case in told if (seen(case[1]) == meant) == case[0].endswith("known to fail")]
    assert told
    assert not wrong, "\n".join(wrong)


def test_nearly_every_advertisement_is_surely_one() -> None:
    ads = [text for label, _, text in rows("spam") if label.startswith("ad")]
    found = [spam(read(clean(text)), _RULES) for text in ads]
    assert sum(finding is not None and finding.escalated for finding in found) >= 0.97 * len(ads)


def test_an_ordinary_comment_has_no_finding() -> None:
    found = [(text, judge(text).findings) for (text, *_) in rows("ordinary")]
    assert not (wrong := [f"{text}: {findings}" for text, findings in found if findings]), "\n".join(wrong)
