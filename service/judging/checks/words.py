"""The site's own lists: banned and suspect words."""

from __future__ import annotations

from functools import lru_cache

from service.judging.lexicon import terms
from service.judging.model import Finding, Rules, Span
from service.judging.phrases import Hit, Phrases
from service.judging.reading import Reading, apart


@lru_cache(maxsize=256)
def _compiled(rules: Rules) -> Phrases:
    return Phrases(rules.banned_words + rules.suspect_words)


def listed_words(reading: Reading, rules: Rules) -> list[Finding]:
    """Find the words of both lists, through case, spacing, repetition and disguise; whole syllables, with
    marks.

    >>> from service.judging.reading import read
    >>> [found.code for found in listed_words(read("đồ n.g.u"), Rules(banned_words=("ngu",)))]
    ['banned_word']
    >>> listed_words(read("Nguyên ngụ ở đây"), Rules(banned_words=("ngu",)))
    []
    """
    if not (rules.banned_words or rules.suspect_words):
        return []
    hits = _hits(reading, rules)
    first_suspect = len(rules.banned_words)
    banned = [hit for hit in hits if hit.phrase < first_suspect]
    suspect = [hit for hit in hits if hit.phrase >= first_suspect]
    return [*_finding("banned_word", reading, banned), *_finding("suspect_word", reading, suspect)]


def disguised_words(reading: Reading, rules: Rules) -> list[Span]:
    """Give what was recognised only through its disguise: words of the site's lists and of our own."""
    listed = [span for hit in _hits(reading, rules) for span in hit.disguised]
    return listed + [span for seen in reading.once(terms) for span in seen.disguised]


def _hits(reading: Reading, rules: Rules) -> list[Hit]:
    if not (rules.banned_words or rules.suspect_words):
        return []
    return reading.once(_compiled(rules).find)


def _finding(code: str, reading: Reading, hits: list[Hit]) -> list[Finding]:
    if not hits:
        return []
    spans = apart([reading.span(hit.start, hit.end) for hit in hits])
    return [Finding("words", code, 0.9 if all(hit.disguised for hit in hits) else 1.0, spans)]
