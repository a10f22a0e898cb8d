"""All checks on one text. What a finding does to a comment is the policy's business, not this module's."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from service.judging.checks import diacritics, keystrokes
from service.judging.checks.banned_author import banned_author
from service.judging.checks.blocked_link import blocked_link
from service.judging.checks.contact import contact
from service.judging.checks.duplicate import duplicate
from service.judging.checks.flood import flood
from service.judging.checks.hidden_characters import hidden_characters
from service.judging.checks.language import language
from service.judging.checks.link import link
from service.judging.checks.lookalike_characters import lookalike_characters
from service.judging.checks.no_text import no_text
from service.judging.checks.repetition import repetition
from service.judging.checks.shouting import shouting
from service.judging.checks.spam import spam, spam_score
from service.judging.checks.toxic import toxic, toxic_score
from service.judging.checks.words import disguised_words, listed_words
from service.judging.model import Context, Finding, Judgement, Rules, in_order
from service.judging.reading import Reading, read

_HARM = {
    "banned_author": 0.9,
    "banned_word": 0.95,
    "suspect_word": 0.6,
    "blocked_link": 0.95,
    "spam": 0.9,
    "toxic": 0.95,
    "link": 0.5,
    "contact": 0.6,
    "hidden_characters": 0.5,
    "lookalike_characters": 0.6,
    "check_failed": 0.5,
    "flood": 0.4,
    "duplicate": 0.4,
    "not_vietnamese": 0.3,
    "repetition": 0.2,
    "shouting": 0.2,
    "no_text": 0.2,
    "missing_diacritics": 0.1,
    "raw_keystrokes": 0.1,
    "partial_diacritics": 0.1,
}
"""How harmful a comment with such a finding is, 0 to 1, when the check is sure."""


def judge(text: str, rules: Rules = Rules(), context: Context = Context()) -> Judgement:  # noqa: B008 (both frozen)
    """Run every check. Nothing of the text is kept: it may be erased, or was only to be tried.

    Args:
        text: as the reader sent it, through `clean`; it may hold hidden characters.
        rules: of the site, or of the thread.
        context: what is known beside the text.

    >>> [finding.code for finding in judge("Cảm ơn tòa soạn, gọi tôi số 0912 345 678 nhé").findings]
    ['contact']
    """
    reading = read(text)
    findings = in_order(_findings(reading, rules, context))
    suggestion = _suggestion(text, findings)
    insult = reading.once(toxic_score)
    if suggestion is not None:
        insult = min(insult, read(suggestion).once(toxic_score))
        findings = _with_insult(findings, insult, rules)
    suspicion = max(reading.once(spam_score), insult)
    return Judgement(findings, suggestion, risk(findings, suspicion=suspicion), suspicion)


def _with_insult(findings: tuple[Finding, ...], score: float, rules: Rules) -> tuple[Finding, ...]:
    """An insult must be one with its marks, too: without, "các" and "buổi" are spelt like obscenities."""
    return tuple(
        replace(finding, score=score) if finding.code == "toxic" else finding
        for finding in findings
        if finding.code != "toxic" or score >= rules.toxic_flag_from
    )


def _findings(reading: Reading, rules: Rules, context: Context) -> Iterator[Finding]:
    text = reading.text
    yield from diacritics.diacritics(reading)
    yield from keystrokes.keystrokes(reading)
    yield from language(reading)
    yield from listed_words(reading, rules)
    yield from _there(
        banned_author(context),
        no_text(text),
        blocked_link(reading, rules),
        spam(reading, rules),
        toxic(reading, rules),
        link(reading, rules),
        contact(reading),
        hidden_characters(reading),
        lookalike_characters(reading, disguised_words(reading, rules)),
        shouting(text),
        repetition(reading),
        duplicate(context),
        flood(context),
    )


def _suggestion(text: str, findings: Iterable[Finding]) -> str | None:
    codes = {finding.code for finding in findings}
    if "raw_keystrokes" in codes:
        return keystrokes.suggestion(text)
    if codes & {"missing_diacritics", "partial_diacritics"}:
        return diacritics.suggestion(text)
    return None


def _there(*findings: Finding | None) -> Iterable[Finding]:
    return (finding for finding in findings if finding is not None)


def risk(findings_that_count: Sequence[Finding], *, suspicion: float = 0.0) -> float:
    """Say how likely a comment is harmful, 0 to 1, for the order in which moderators see them.

    Args:
        findings_that_count: those that the policy does not ignore; with any, the risk is at least 0.5.
        suspicion: 0 to 1, as in `Judgement`; it orders comments without findings, below 0.5.

    >>> risk([]), risk([Finding("toxic", "toxic", 1.0)]) > risk([Finding("shouting", "shouting", 1.0)]) >= 0.5
    (0.0, True)
    """
    harmless = 1.0
    for finding in findings_that_count:
        harmless *= 1 - _HARM[finding.code] * finding.score
    if findings_that_count:
        return round(0.5 + 0.5 * (1 - harmless), 4)
    return round(min(0.4999, 0.5 * suspicion), 4)
