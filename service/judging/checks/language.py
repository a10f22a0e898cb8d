"""A comment in another language: `not_vietnamese`. A Vietnamese sentence with English words in it is
Vietnamese.
"""

from math import exp

from service.judging.model import Finding
from service.judging.vietnamese.foreign import judge_language
from service.judging.vietnamese.words import opening_of


def language(text: str) -> list[Finding]:
    """Find another language.

    >>> [finding.code for finding in language("This is the best day of my life")]
    ['not_vietnamese']
    """
    foreign = judge_language(opening_of(text))
    if not foreign.seen:
        return []
    score = max(foreign.other_script, 1 / (1 + exp(-foreign.evidence)))
    return [Finding("language", "not_vietnamese", score, ((0, len(text)),))]
