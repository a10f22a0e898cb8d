"""Advertising: gambling, loans, easy money, SEO, adult, cures, papers, scams; one score from its parts.

A topic alone is talk, since newspapers write about gambling and loans too. What makes it an advertisement is
that it offers something, says where to go, and bids to come.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

from service.judging.checks.contact import contacts
from service.judging.lexicon import Seen, terms
from service.judging.links import links
from service.judging.model import Finding, Rules, Span
from service.judging.reading import Reading, apart

_BIAS = -5.6
_TOPIC_MOST, _OFFER_MOST, _CALL_MOST, _TALK_LEAST = 4.0, 3.6, 2.4, -2.8
_CONTACT, _LINK, _DISGUISE = 2.4, 2.4, 2.0
_NEXT_SHARE = 0.5
"""What each further term of a group adds, as a share of its weight."""

_BEARING = frozenset(["offer", "call", "discussion"])


@dataclass(frozen=True, slots=True)
class _Parts:
    topic: float
    offer: float
    call: float
    talk: float
    outside: float
    disguise: float

    def score(self) -> float:
        log_odds = _BIAS + self.topic + self.offer + self.call + self.talk + self.outside + self.disguise
        return 1 / (1 + math.exp(-log_odds))


def spam(reading: Reading, rules: Rules) -> Finding | None:
    """Score how much a comment is an advertisement.

    >>> from service.judging.reading import read
    >>> ad = spam(read("Nổ hũ đổi thưởng uy tín, nạp đầu tặng 100%, vào ngay nohu77.club"), Rules())
    >>> ad.score > 0.95, ad.escalated
    (True, True)
    >>> spam(read("Tôi nghĩ phải cấm quảng cáo nổ hũ và vay tiền qua app."), Rules()) is None
    True
    """
    score, spans = reading.once(spam_score)
    if score < rules.spam_flag_from:
        return None
    return Finding("spam", "spam", score, spans, escalated=score >= rules.spam_reject_from)


def spam_score(reading: Reading) -> tuple[float, tuple[Span, ...]]:
    """Give the score, 0 to 1, and what weighed most in it."""
    seen = [one for one in reading.once(terms) if one.term.topic == "spam"]
    topics = [one for one in seen if one.term.kind not in _BEARING]
    reach = reading.once(contacts)
    addresses = [(one.start, one.end) for one in reading.once(links) if one.sure]
    if not (seen or reach or addresses):
        return 0.0, ()
    parts = _Parts(
        topic=min(_TOPIC_MOST, _sum(topics)),
        offer=min(_OFFER_MOST, _sum(_of(seen, "offer"))),
        call=min(_CALL_MOST, _sum(_of(seen, "call"))),
        talk=max(_TALK_LEAST, -_sum(_of(seen, "discussion"))),
        outside=(_CONTACT if reach else 0.0) + (_LINK if addresses else 0.0),
        disguise=_DISGUISE if any(one.disguised for one in topics) else 0.0,
    )
    weighed = [(one.start, one.end) for one in seen if one.term.weight > 0] + reach + addresses
    return round(parts.score(), 4), apart([reading.span(*span) for span in weighed])


def _of(seen: Iterable[Seen], kind: str) -> list[Seen]:
    return [one for one in seen if one.term.kind == kind]


def _sum(seen: Iterable[Seen]) -> float:
    """Add up weights: each phrase once, the heaviest whole, the others in part."""
    weights = sorted({one.term.phrase: abs(one.term.weight) for one in seen}.values(), reverse=True)
    return sum(weights[:1]) + _NEXT_SHARE * sum(weights[1:])
