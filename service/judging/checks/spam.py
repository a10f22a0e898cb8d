"""Advertising: gambling, loans, easy money, SEO, adult, cures, papers, scams; one score from its parts.

A topic alone is talk, since newspapers write about gambling and loans too. What makes it an advertisement is
that it offers something, says where to go, and bids to come. How much each word, pair of words and sign
weighs was learned (`bench/train/weights.py`).
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from service.judging.checks.contact import contacts
from service.judging.lexicon import Seen, terms
from service.judging.linear import load, pieces_of, probability
from service.judging.links import links
from service.judging.model import Finding, Rules, Span
from service.judging.reading import Reading, apart

_FIGURES = {
    "#price": re.compile(
        r"\d\s?(?:k|tr|trieu|ty|d|vnd|dong|usd|usdt|nghin|ngan|cu)(?![a-z])|[$]\s?\d|\d\s?[$]"
    ),
    "#percent": re.compile(r"\d\s?%"),
    "#numbered": re.compile(r"(?<![a-z0-9])(?:[a-z]{2,8}\d\d\d?|\d\d?x?bet)(?![a-z0-9])"),
}
_POINTING = re.compile("[👇👈👉🔥💥📞🎁💰💸🎰]")
_CHEAP = frozenset(
    [
        *("top", "xyz", "club", "vip", "online", "shop", "site", "win", "fun", "click"),
        *("live", "asia", "store", "icu", "cc", "bet", "space", "info", "pro"),
    ]
)
_MANNER = frozenset(["addressed", "appeal", "discussion", "telling"])
"""Kinds of terms that say how somebody speaks, not of what: no reader need be shown them."""
_QUOTED = re.compile(r'"[^"]{3,200}"|“[^”]{3,200}”')
_UNTOLD = frozenset([*_FIGURES, *(f"#{kind}" for kind in _MANNER), "#pointing", "#quoted"])
_REFERRED_TO = frozenset(["youtube.com", "youtu.be", "vi.wikipedia.org", "en.wikipedia.org", "vnexpress.net"])
_SPAN_LEAST = 1.5
"""Log-odds from which on a word is shown to have weighed."""


def spam(reading: Reading, rules: Rules) -> Finding | None:
    """Score how much a comment is an advertisement.

    >>> from service.judging.reading import read
    >>> ad = spam(read("Nổ hũ đổi thưởng uy tín, nạp đầu tặng 100%, vào ngay nohu77.club"), Rules())
    >>> ad.score > 0.95, ad.escalated
    (True, True)
    >>> spam(read("Tôi nghĩ phải cấm quảng cáo nổ hũ và vay tiền qua app."), Rules()) is None
    True
    """
    score = reading.once(spam_score)
    if score < rules.spam_flag_from:
        return None
    return Finding("spam", "spam", score, _spans(reading), escalated=score >= rules.spam_reject_from)


def spam_score(reading: Reading) -> float:
    """Give how likely it is an advertisement, 0 to 1."""
    if not reading.keys:
        return 0.0
    signs = spam_signs(reading)
    log_odds = load("spam").log_odds(pieces_of(reading), signs)
    return probability(log_odds - without_a_term(signs))


def without_a_term(signs: Iterable[str]) -> float:
    """Give the log-odds taken off where no term, contact or link is seen: figures alone advertise nothing."""
    return 2.0 if _UNTOLD.issuperset(signs) else 0.0


def spam_signs(reading: Reading) -> list[str]:
    """Give what stands out beside the words: kinds of terms, ways to be reached, prices."""
    signs = _signs_of_terms(reading)
    if reading.once(contacts):
        signs.add("#contact")
    if found := reading.once(links):
        signs |= {_kind_of(one.host) for one in found if one.sure}
    if reading.digits:
        signs |= {sign for sign, pattern in _FIGURES.items() if pattern.search(reading.bare)}
    if reading.astral and _POINTING.search(reading.text):
        signs.add("#pointing")
    return sorted(signs)


def _signs_of_terms(reading: Reading) -> set[str]:
    seen = reading.once(_terms)
    if not seen:
        return set()
    signs = {f"#{one.term.kind}" for one in seen}
    if any(one.disguised for one in seen):
        signs.add("#disguised")
    if _is_quoted(reading, seen):
        signs.add("#quoted")
    return signs


def _kind_of(host: str) -> str:
    """Tell what a link is worth: those who pass for a bank or an office take a name with a hyphen."""
    if host.endswith((".gov.vn", ".edu.vn", ".org")) or host in _REFERRED_TO:
        return "#reference"
    name, _, top = host.rpartition(".")
    return "#cheap link" if top in _CHEAP or ("-" in name and top != "vn") else "#link"


def _terms(reading: Reading) -> list[Seen]:
    seen = [one for one in reading.once(terms) if one.term.topic == "spam"]
    return [one for one in seen if not (one.disguised and _is_an_hour(reading.plain[one.start : one.end]))]


def _is_an_hour(written: str) -> bool:
    """Tell apart "1h" and "lh" for "liên hệ"."""
    return len(written) == 2 and written[0].isdigit()


def _is_quoted(reading: Reading, seen: list[Seen]) -> bool:
    """Tell whether a term stands between quotation marks: somebody tells what an advertisement says."""
    if not ('"' in reading.plain or "“" in reading.plain):
        return False
    quotes = [quote.span() for quote in _QUOTED.finditer(reading.plain)]
    return any(start <= one.start < end for one in seen for start, end in quotes)


def _spans(reading: Reading) -> tuple[Span, ...]:
    """Show terms, contacts, links, and the words that weighed most."""
    seen = [(one.start, one.end) for one in reading.once(_terms) if one.term.kind not in _MANNER]
    seen += reading.once(contacts)
    seen += [(one.start, one.end) for one in reading.once(links) if one.sure]
    heaviest = load("spam").heaviest(reading, _SPAN_LEAST)
    seen += [reading.word_spans[place] for place in heaviest]
    return apart([reading.span(*span) for span in seen])
