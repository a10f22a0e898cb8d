"""Insult, hate, obscenity, threats.

How much each word and pair of words weighs was learned from labelled comments (`bench/train/weights.py`); the
terms of our own list, seen through disguise, are among what it learned from.
"""

from __future__ import annotations

from service.judging.lexicon import Seen, terms
from service.judging.linear import load, pieces_of, probability
from service.judging.model import Finding, Rules, Span
from service.judging.reading import Reading, apart

WITHOUT_A_TERM = 1.2
"""Log-odds taken off where no term is seen: words around the subject alone (dogs, death) are no insult."""
_GROSS = 0.9
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
    log_odds = load("toxic").log_odds(pieces_of(reading), signs) - (0.0 if signs else WITHOUT_A_TERM)
    return max(probability(log_odds), reading.once(_floor))


def _floor(reading: Reading) -> float:
    """Give what gross words, and those that had to be disguised, are worth whatever stands around them."""
    sure = [one.term.weight for one in reading.once(_terms) if one.term.weight >= _GROSS or one.disguised]
    return max(sure, default=0.0)


def toxic_signs(reading: Reading) -> list[str]:
    """Give the kinds of terms seen."""
    seen = [f"#{one.term.kind}" for one in reading.once(_terms)]
    return sorted({*seen, *(f"{kind} again" for kind in seen if seen.count(kind) > 1)})


def _terms(reading: Reading) -> list[Seen]:
    return [one for one in reading.once(terms) if one.term.topic == "toxic"]


def _spans(reading: Reading) -> tuple[Span, ...]:
    """Show the terms and the words that weighed most."""
    seen = [(one.start, one.end) for one in reading.once(_terms)]
    heaviest = load("toxic").heaviest(reading, _SPAN_LEAST)
    seen += [reading.word_spans[place] for place in heaviest]
    return apart([reading.span(*span) for span in seen])
