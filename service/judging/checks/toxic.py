"""Insult, hate, obscenity, threats."""

from __future__ import annotations

from service.judging.lexicon import terms
from service.judging.model import Finding, Rules, Span
from service.judging.reading import Reading, apart


def toxic(reading: Reading, rules: Rules) -> Finding | None:
    """Score how much a comment insults.

    >>> from service.judging.reading import read
    >>> toxic(read("đồ óc ch0"), Rules()).spans
    ((3, 9),)
    """
    score, spans = reading.once(toxic_score)
    if score < rules.toxic_flag_from:
        return None
    return Finding("toxic", "toxic", score, spans)


def toxic_score(reading: Reading) -> tuple[float, tuple[Span, ...]]:
    """Give the score, 0 to 1, and the words that weighed."""
    seen = [one for one in reading.once(terms) if one.term.topic == "toxic"]
    if not seen:
        return 0.0, ()
    innocent = 1.0
    for weight in {one.term.phrase: one.term.weight for one in seen}.values():
        innocent *= 1 - weight
    return round(1 - innocent, 4), apart([reading.span(one.start, one.end) for one in seen])
