"""What judging takes and what it returns: findings, rules, context.

Not the policy: whether a finding rejects, flags or is ignored is decided by the caller.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

Span = tuple[int, int]

ORDER = (
    "banned_author",
    "missing_diacritics",
    "raw_keystrokes",
    "partial_diacritics",
    "not_vietnamese",
    "no_text",
    "banned_word",
    "suspect_word",
    "blocked_link",
    "spam",
    "toxic",
    "link",
    "contact",
    "hidden_characters",
    "lookalike_characters",
    "shouting",
    "repetition",
    "duplicate",
    "flood",
    "check_failed",
)
"""Every code, in the order in which one decides before another."""

_RANK = {code: rank for rank, code in enumerate(ORDER)}


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing a check saw.

    Attributes:
        check: name of the check, for those who look for its source.
        code: one of `ORDER`.
        score: how sure the check is, 0 to 1.
        spans: half-open ranges of code points of the text that was judged, in its order, none overlapping.
        escalated: the next stricter action applies (a flag rejects): the identical text of the same author in
            the same thread, and spam from the policy's `reject_from` on.
    """

    check: str
    code: str
    score: float
    spans: tuple[Span, ...] = ()
    escalated: bool = False


@dataclass(frozen=True, slots=True)
class Rules:
    """A site's own settings, as far as checks need them; hashable, so that compiled forms are kept by it.

    Attributes:
        links_allowed: so many links pass.
        blocked_domains: `abc.com` stands for its sub-domains too.
        trusted_domains: links to these are not counted.
        banned_words: words or phrases, with their marks.
        suspect_words: the same, for a milder finding.
        spam_flag_from: spam score, 0 to 1.
        spam_reject_from: spam score, 0 to 1, from which on the finding is escalated.
        toxic_flag_from: toxicity score, 0 to 1.
    """

    links_allowed: int = 0
    blocked_domains: tuple[str, ...] = ()
    trusted_domains: tuple[str, ...] = ()
    banned_words: tuple[str, ...] = ()
    suspect_words: tuple[str, ...] = ()
    spam_flag_from: float = 0.5
    spam_reject_from: float = 0.95
    toxic_flag_from: float = 0.5

    def __hash__(self) -> int:
        """Hash lengths and ends alone: a list of thousands of words is not walked for every comment."""
        lists = (self.blocked_domains, self.trusted_domains, self.banned_words, self.suspect_words)
        return hash((self.links_allowed, *((len(entries), entries[:1], entries[-1:]) for entries in lists)))


@dataclass(frozen=True, slots=True)
class Context:
    """What is known beside the text.

    Attributes:
        author_banned: the standing in force.
        duplicate: similarity, 0 to 1, to the nearest earlier comment of the site; None when there is none.
        repeats_itself: the identical text by the same author in the same thread.
        flooding: more than the policy's `flood` allows.
    """

    author_banned: bool = False
    duplicate: float | None = None
    repeats_itself: bool = False
    flooding: bool = False


@dataclass(frozen=True, slots=True)
class Judgement:
    """What all checks together saw.

    Attributes:
        findings: in the order of `ORDER`.
        suggestion: the text with its marks restored, or None.
        risk: 0 to 1; from 0.5 on something was found.
        suspicion: 0 to 1, the highest score, thresholds aside; it orders what has no finding.
    """

    findings: tuple[Finding, ...]
    suggestion: str | None
    risk: float
    suspicion: float = 0.0


def in_order(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Sort by `ORDER`; findings of one code keep theirs."""
    return tuple(sorted(findings, key=lambda finding: _RANK[finding.code]))
