"""Vietnamese without its marks: `missing_diacritics`, and `partial_diacritics` where a good part lacks them.

Too little to tell ("Thi", "Mong manh", a name) is no finding. Another language is none of this check's
business, nor are raw keystrokes.
"""

from service.judging.checks import keystrokes
from service.judging.model import Finding
from service.judging.vietnamese.foreign import judge_language
from service.judging.vietnamese.needs_marks import Evidence, weigh
from service.judging.vietnamese.restoration import restore
from service.judging.vietnamese.words import Words, words_of

_MISSING_SHARE = 0.62
_PARTIAL_SHARE = 0.25
_LEAST_COST = (5.5, 5.5, 5.5, 6.0, 6.5, 7.0, 8.0)
_LACKS = 0.5


def diacritics(text: str) -> list[Finding]:
    """Find missing marks.

    >>> [(finding.code, finding.spans) for finding in diacritics("Bai viet rat hay")]
    [('missing_diacritics', ((0, 12),))]
    """
    words = words_of(text)
    evidence = weigh(words)
    code = _code(evidence)
    if code is None or keystrokes.keystrokes(text) or judge_language(words).likely:
        return []
    return [Finding("diacritics", code, 0.9, _spans(words, evidence))]


def _code(evidence: Evidence) -> str | None:
    needed = evidence.lacking + evidence.marked
    vietnamese = evidence.words - evidence.foreign
    if evidence.cost < _LEAST_COST[min(vietnamese, len(_LEAST_COST) - 1)] or vietnamese < evidence.foreign:
        return None
    if evidence.lacking >= _MISSING_SHARE * needed:
        return "missing_diacritics"
    return "partial_diacritics" if evidence.lacking >= _PARTIAL_SHARE * needed else None


def _spans(words: Words, evidence: Evidence) -> tuple[tuple[int, int], ...]:
    """Runs of words that lack their marks; a word between them that needs none does not part a run."""
    runs: list[list[int]] = []
    open_run = False
    for at, need in enumerate(evidence.needs):
        token = words.tokens[at]
        if need >= _LACKS:
            if open_run:
                runs[-1][1] = at
            else:
                runs.append([at, at])
            open_run = True
        elif not token.isalpha() or evidence.needs[at] == 0.0:
            open_run = False
    return tuple((words.spans[first][0], words.spans[last][1]) for first, last in runs)


def suggestion(text: str) -> str | None:
    """The text with its marks restored; None without a finding, or where nothing would change."""
    if not diacritics(text):
        return None
    restored = restore(text)
    return restored if restored != text else None
