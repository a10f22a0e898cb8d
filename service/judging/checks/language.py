"""A comment in another language: `not_vietnamese`. A Vietnamese sentence with English words in it is
Vietnamese.
"""

from math import exp

from service.judging.model import Finding
from service.judging.reading import Reading
from service.judging.vietnamese.foreign import judge_language

_SURELY_NOT = -30.0
"""Beyond it a probability is 0; far beyond it there is no exponential."""


def language(reading: Reading) -> list[Finding]:
    """Find another language.

    >>> from service.judging.reading import read
    >>> [finding.code for finding in language(read("This is the best day of my life"))]
    ['not_vietnamese']
    """
    foreign = reading.words.once(judge_language)
    if not foreign.seen:
        return []
    evidence = max(foreign.evidence, _SURELY_NOT)
    score = max(foreign.other_script, 1 / (1 + exp(-evidence)))
    return [Finding("language", "not_vietnamese", score, ((0, len(reading.text)),))]
