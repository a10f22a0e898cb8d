"""Insult, hate, obscenity, threats.

How much each word and pair of words weighs was learned from labelled comments (`bench/train/weights.py`); the
terms of our own list, seen through disguise, are among what it learned from.
"""

from __future__ import annotations

import re

from service.judging.lexicon import Seen, terms
from service.judging.linear import load, pieces_of, probability
from service.judging.model import Finding, Rules, Span
from service.judging.reading import Reading, apart

WITHOUT_A_TERM = 1.8
"""Log-odds taken off where no term is seen: words around the subject alone (dogs, death) are no insult."""
_GROSS = 0.9
_NAMES = frozenset(["đụ", "lìn"])
"""Syllables of names of the Ede, the Mong and others."""
_SHORT_FOR = frozenset(["đb", "cc"])
"""Capitals that stand for a deputy, the special prize, the delta of a river, a block of flats."""
_QUOTED = re.compile(r'"[^"]{2,200}"|“[^”]{2,200}”')
_SPAN_LEAST = 2.0
"""Log-odds from which on a word is shown to have weighed."""


def toxic(reading: Reading, rules: Rules) -> Finding | None:
    """Score how much a comment insults.

    >>> from service.judging.reading import read
    >>> toxic(read("đồ óc ch0"), Rules()).spans
    ((3, 9),)
    """
    score = reading.once(toxic_score)
    if score < rules.toxic_flag_from:
        return None
    return Finding("toxic", "toxic", score, _spans(reading))


def toxic_score(reading: Reading) -> float:
    """Give how likely it insults, 0 to 1."""
    if not reading.keys:
        return 0.0
    signs = toxic_signs(reading)
    log_odds = load("toxic").log_odds(pieces_of(reading), signs)
    return max(probability(log_odds), _floor(reading)) if signs else probability(log_odds - WITHOUT_A_TERM)


def _floor(reading: Reading) -> float:
    """Give what gross words, and those that had to be disguised, are worth whatever stands around them."""
    seen = reading.once(_terms)
    return max((one.term.weight for one in seen if one.term.weight >= _GROSS or one.disguised), default=0.0)


def toxic_signs(reading: Reading) -> list[str]:
    """Give the kinds of terms seen."""
    if not reading.once(_terms):
        return []
    seen = [f"#{one.term.kind}" for one in reading.once(_terms)]
    return sorted({*seen, *(f"{kind} again" for kind in seen if seen.count(kind) > 1)})


def _terms(reading: Reading) -> list[Seen]:
    """Give the terms seen but those that are part of something innocent ("lông mày"), a name, or quoted."""
    seen = [one for one in reading.once(terms) if one.term.topic == "toxic"]
    if not seen:
        return seen
    without = [(one.start, one.end) for one in seen if one.term.kind == "innocent"]
    without += _quotes(reading.plain)
    left = (one for one in seen if not any(start <= one.start and one.end <= end for start, end in without))
    return [one for one in left if one.term.kind != "innocent" and not _is_a_name(reading, one)]


def _quotes(plain: str) -> list[Span]:
    """Give what stands between quotation marks in a text that says more than that."""
    if '"' not in plain and "“" not in plain:
        return []
    spans = [quote.span() for quote in _QUOTED.finditer(plain)]
    return spans if 2 * sum(end - start for start, end in spans) < len(plain) else []


def _is_a_name(reading: Reading, seen: Seen) -> bool:
    """Tell "Y Đụ", "ĐB Nguyễn Văn A", "150 cc" from what they are spelt like."""
    before = reading.plain[: seen.start].rstrip(" ")
    if seen.term.phrase == "cc" and before[-1:].isdigit():
        return True
    start, end = reading.span(seen.start, seen.end)
    written, first = reading.text[start:end], reading.text[:start].split()[-1:]
    if seen.term.phrase in _SHORT_FOR:
        return written.isupper() and not reading.text.isupper()
    return seen.term.phrase in _NAMES and written.istitle() and bool(first) and first[0].istitle()


def _spans(reading: Reading) -> tuple[Span, ...]:
    """Show the terms and the words that weighed most."""
    seen = [(one.start, one.end) for one in reading.once(_terms)]
    heaviest = load("toxic").heaviest(reading, _SPAN_LEAST)
    seen += [reading.word_spans[place] for place in heaviest]
    return apart([reading.span(*span) for span in seen])
