"""What needs no marks inside a marked text: names in capitals, names joined by `_`, and what is quoted.

In a text without any marks nothing is exempt: there capitals are the beginnings of sentences and of names
alike.
"""

import re

from service.judging.vietnamese.needs_marks import Evidence
from service.judging.vietnamese.words import Words

_QUOTED = re.compile(r"[“\"]([^“”\"\n]{1,80})[”\"]")
_FEWEST_MARKED, _OF_WORDS_MARKED = 2, 0.3
_LONGEST_NAME = 5
_NEARLY_NONE = 0.5


def without_names(words: Words, evidence: Evidence) -> Evidence:
    """The evidence without what is exempt; as it is where too little of the text is marked."""
    if evidence.marked < max(_FEWEST_MARKED, _OF_WORDS_MARKED * evidence.words):
        return evidence
    return _exempted(words, evidence)


def only_names_lack(words: Words, evidence: Evidence) -> bool:
    """Whether nearly all that lacks marks is exempt, in a text marked too little to be sure of it."""
    return _exempted(words, evidence).lacking < _NEARLY_NONE


def _exempted(words: Words, evidence: Evidence) -> Evidence:
    quoted = [found.span(1) for found in _QUOTED.finditer(words.text)]
    return evidence.without(
        {
            at
            for at in evidence.odds
            if _is_part_of_name(words, at) or _is_joined(words, at) or _is_inside(words.spans[at], quoted)
        }
    )


def is_name(words: Words) -> bool:
    """Whether the whole text is a few words that all begin with a capital, and may be somebody's name."""
    spoken = [at for at, token in enumerate(words.tokens) if token.isalpha()]
    written = [words.as_written(at) for at in spoken]
    few = 2 <= len(written) <= _LONGEST_NAME
    return few and all(w[0].isupper() for w in written) and not all(map(str.isupper, written))


def _is_part_of_name(words: Words, at: int) -> bool:
    """A capital inside a sentence, or at its beginning where the next word has one too."""
    if not words.as_written(at)[0].isupper():
        return False
    if at > 0 and words.tokens[at - 1].isalpha() and not words.as_written(at - 1).isupper():
        return True
    return (
        at + 1 < len(words.tokens) and words.as_written(at + 1)[:1].isupper() and not _is_shouted(words, at)
    )


def _is_joined(words: Words, at: int) -> bool:
    """A part of a name of a user, a file, a variable: "buon_oi_sam"."""
    start, end = words.spans[at]
    return "_" in (words.text[start - 1 : start], words.text[end : end + 1])


def _is_shouted(words: Words, at: int) -> bool:
    return words.as_written(at).isupper() and words.as_written(at + 1).isupper()


def _is_inside(span: tuple[int, int], ranges: list[tuple[int, int]]) -> bool:
    return any(start <= span[0] and span[1] <= end for start, end in ranges)
