"""Does this text need marks that it lacks? Proper, lacking, partly lacking, or too little to tell.

The evidence is in natural logarithms: what the neighbours say against each unmarked word, and, where that
alone does not decide, what the restorer says against the text as it stands. Language and raw keystrokes are
not looked at.
"""

from enum import Enum
from math import exp, log
from typing import NamedTuple

from service.judging.vietnamese.exempt import is_name, only_names_lack, without_names
from service.judging.vietnamese.needs_marks import Evidence, weigh
from service.judging.vietnamese.restoration import doubt
from service.judging.vietnamese.words import Words


class Marks(Enum):
    """What is wrong with a text's marks."""

    MISSING = "missing_diacritics"
    PARTIAL = "partial_diacritics"


class Verdict(NamedTuple):
    """A verdict, with what it rests on.

    Attributes:
        marks: what is wrong; None for a proper text and for one that cannot be told.
        score: how sure that marks are lacking, 0 to 1: 0.5 where it begins to be flagged, 0.9 where rejected.
        evidence: of the words, those that are exempt left out.
    """

    marks: Marks | None
    score: float
    evidence: Evidence


_SUSPECT = (9.0, 4.5, 6.0, 6.5, 6.0, 5.5, 5.5)
_SURE = (99.0, 12.0, 18.5, 16.0, 13.5, 11.0, 9.0)
"""Evidence from which on a text of so many unmarked Vietnamese words (the last: six and more) is flagged, and
rejected. Tuned on diacritics.dev.tsv: two words without marks are mostly a name or a phrase that
needs none.
"""
_PARTLY = 0.25
_LARGELY = 0.5
_NEARLY_ALL = 0.75
"""Shares of the words that need marks which lack them."""
_SEVERAL = 1.6
"""Words expected to lack their marks from which on a text with a marked word is rejected, not flagged."""
_THROWN_IN = 2
"""So many marked words may stand in a text without marks to pass the check."""
_PARTLY_SUSPECT, _LARGELY_SUSPECT, _LARGELY_SURE = 10.0, 8.0, 16.0
"""Evidence from which on a text with marked words is flagged, and rejected. On diacritics.dev.tsv nearly all
that is rejected has more than 24; "Con trai tôi thi sang năm, mong cho qua", which lacks nothing, has 14.
"""
_WORTH_A_LOOK, _BEYOND_DOUBT = 0.5, 24.0
"""Evidence of the neighbours below and above which the restorer is not asked."""


def judge_marks(words: Words) -> Verdict:
    """Judge a text's marks."""
    evidence = words.once(weigh)
    if evidence.cost < _WORTH_A_LOOK or _share(evidence) < _PARTLY:
        return Verdict(None, 0.0, evidence)
    if evidence.marked:
        return _judge_mixed(words, without_names(words, evidence))
    return _judge_unmarked(words, evidence)


def _share(evidence: Evidence) -> float:
    return evidence.lacking / (evidence.lacking + evidence.marked)


def _total(words: Words, evidence: Evidence) -> float:
    if evidence.cost >= _BEYOND_DOUBT or evidence.cost < _WORTH_A_LOOK:
        return evidence.cost
    return evidence.cost + doubt(words)


def _judge_unmarked(words: Words, evidence: Evidence) -> Verdict:
    total = _total(words, evidence)
    length = min(evidence.words - evidence.foreign, len(_SURE) - 1)
    score = _score(total, _SUSPECT[length], _SURE[length])
    if total >= _SURE[length] and not is_name(words):
        return Verdict(Marks.MISSING, score, evidence)
    return Verdict(Marks.PARTIAL if total >= _SUSPECT[length] else None, score, evidence)


def _judge_mixed(words: Words, evidence: Evidence) -> Verdict:
    share, total = _share(evidence), _total(words, evidence)
    score = _score(total, _LARGELY_SUSPECT, _LARGELY_SURE)
    thrown_in = evidence.marked <= _THROWN_IN and share >= _LARGELY
    if total >= _LARGELY_SUSPECT and (thrown_in or share >= _NEARLY_ALL):
        several = evidence.lacking >= _SEVERAL and not only_names_lack(words, evidence)
        sure = several and total >= _LARGELY_SURE
        return Verdict(Marks.MISSING if sure else Marks.PARTIAL, score, evidence)
    enough = _LARGELY_SUSPECT if share >= _LARGELY else _PARTLY_SUSPECT
    return Verdict(Marks.PARTIAL if share >= _PARTLY and total >= enough else None, score, evidence)


def _score(total: float, suspect: float, sure: float) -> float:
    return 1 / (1 + exp(-log(9) * (total - suspect) / (sure - suspect)))
