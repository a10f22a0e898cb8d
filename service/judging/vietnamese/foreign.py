"""Whether a text is Vietnamese at all, marked or not, or another language.

Letters of another script speak for themselves. Among Latin letters a word speaks against Vietnamese when it
is no Vietnamese syllable, or when it is one of another language's commonest words ("the", "can", "que"); a
word with marks, or a common syllable, speaks for it. Which other language it is, is not asked.
"""

import re
from itertools import pairwise
from typing import NamedTuple

from service.judging.vietnamese.known import Known
from service.judging.vietnamese.needs_marks import Evidence, weigh
from service.judging.vietnamese.neighbours import is_row, is_word
from service.judging.vietnamese.syllables import (
    fold,
    has_marks,
    legal,
    legal_stripped,
    strip,
    undoubled,
    unstretched,
)
from service.judging.vietnamese.words import Words

_COMMON_ENGLISH = """
    a about after all also am an and any are as at back be because been before best better but by call came
    can come could day did do does done down each even ever every few find first for friend from get give go
    going good got great had happy has have he her here him his home how i if in into is it its just keep know
    last let life like little long look love make man many may me men more most much must my need never new
    nice next night no not now of off old on once one only or other our out over own people place please put
    read right said same say see she should show so some something still such sure take tell than thank thanks
    that the their them then there these they thing think this those time to today too two up us use very want
    was watch way we well were what when where which while who why will wish with without work world would
    year yes you your men sun set big big begin means ain don doesn won ll ve re isn didn okay hello hi bye
    boy girl game team win best song video
    again always never cooks cook going doing being having getting makes made making says said went gone took
    could would should may might must cannot children child kid kids mother father daughter brother sister
    myself yourself himself herself themselves between under without against through during another everyone
    everything nothing anything someone recommend live lives lived remember believe understand already away
    yet shame hell lol omg sorry please walk alone mom dad
"""
_COMMON_OTHERS = """
    le la les des un une et dans que qui ce ces pas pour sur est il elle ne se tu nous vous mais ou avec sans
    tres el los las del y en por con para una es no si como mas pero su al lo muy todo der die das und ist
    nicht ein eine mit auf zu von den dem ich sie wir ihr auch il di che non per sono con della yang dan ini
    itu tidak ada untuk dengan saya kamu aku akan bisa dari ke ng mga ang ako ikaw hindi um uma os as dos da
    em nao voce
    je suis tres est ont sont cette votre notre vive quel quelle fait tout toute
    quiero mucho gracias porque pero esta este hace
    meus minha foi ser isso
    ninyo lahat kayo palagi namin salamat apa siapa jangan sudah tak lagi semua orang
    wo shi zhe xie zai jiao
"""
_ENGLISH = frozenset(_COMMON_ENGLISH.split())
_OTHERS = frozenset(_COMMON_OTHERS.split())

_MARKED = -2.0
_COMMON_SYLLABLE, _SYLLABLE = -1.0, -0.3
_LOAN, _UNKNOWN, _OTHER_ALPHABET = 0.7, 1.3, 1.7
_COMMON_FOREIGN = 1.5
_UNSPEAKABLE = 3.0
_LIKE_BOTH = 0.3
"""Weights of one word for another language; natural logarithms of rough likelihood ratios."""
_IN_A_ROW = 0.5
_ENOUGH = 2.5
_AGAINST_MARKS = 0.15
"""Evidence for another language that outweighs one unit of evidence for missing marks: syllables such as
"to", "me" and "can" are both, so English costs something as unmarked Vietnamese too. Tuned on
diacritics.dev.tsv.
"""
_SOME_SYLLABLES, _OF_ALL_WORDS = 3, 0.12
_NAMES_TOLD = 0.7
"""Share of a name's weight that does not count: names are foreign in Vietnamese sentences too."""
_OTHER_SCRIPT_SHARE = 0.5
_OTHER_LETTER = re.compile(
    "[\u0370-\u1dff\u2c60-\ud7ff\uf900-\uffdc\U00010000-\U0001d7ff\U00020000-\U0003ffff]"
)
_MOSTLY_MARKED = 0.35
_FEW_OTHERS = 0.2
"""Shares of words: marked, from which on a text in Latin letters is Vietnamese; no syllable, up to which."""
_CONSONANTS = re.compile("[bcdfghjklmnpqrstvwxz]{7,}")
"""As fingers drummed on a keyboard write them; "Knightsbridge" has six in a row, "anhnghe" five."""
_LAUGHTER = 2
"""So many different letters make laughter at most: "hjhjhjhj", "kkkkkkk"."""
_SHORTEST_TOLD = 3
"""Letters from which on a word that is no syllable tells of a language: "dc", "sp" are short forms."""


class Foreign(NamedTuple):
    """How much speaks for another language.

    Attributes:
        evidence: log-likelihood ratio, roughly; positive for another language.
        lacking: what speaks for Vietnamese without its marks, `needs_marks.Evidence.cost`.
        words: how many words spoke.
        other_script: share of the letters that are not Latin.
    """

    evidence: float
    lacking: float
    words: int
    other_script: float

    @property
    def seen(self) -> bool:
        """Whether the text is surely in another language, which one word does not tell, or in none."""
        enough = self.evidence >= max(_ENOUGH, _AGAINST_MARKS * self.lacking)
        return self.other_script > _OTHER_SCRIPT_SHARE or enough

    @property
    def likely(self) -> bool:
        """Whether another language is likelier than Vietnamese: enough to demand no marks."""
        outweighed = self.evidence > _AGAINST_MARKS * self.lacking
        return outweighed or self.other_script > _OTHER_SCRIPT_SHARE


def is_listed(token: str) -> bool:
    """Whether a lower-case word is one of the commonest of another language."""
    return token in _ENGLISH or token in _OTHERS


def judge_language(words: Words) -> Foreign:
    """Weigh every word of a text, unless its marked words alone tell that it is Vietnamese."""
    evidence_for = words.once(weigh)
    others = _share_of_other_scripts(words)
    if _is_mostly_marked(evidence_for) and not others:
        return Foreign(0.0, evidence_for.cost, evidence_for.words, 0.0)
    spoken = [at for at, token in enumerate(words.tokens) if token.isalpha()]
    latin = [at for at in spoken if _is_latin(words.tokens[at])]
    evidence = sum(_WEIGHT[words.tokens[at]] for at in latin)
    if evidence > 0:
        evidence += _IN_A_ROW * _english_in_a_row(words.tokens)
    if evidence >= _ENOUGH:
        evidence = 0.0 if _is_surely_vietnamese(words, latin) else evidence - _of_names(words, latin)
    return Foreign(evidence, evidence_for.cost, len(latin), others)


def _is_mostly_marked(evidence: Evidence) -> bool:
    """Whether marks alone tell; in "Où est passé l'argent ?" the words between them tell otherwise."""
    few_others = evidence.foreign <= _FEW_OTHERS * evidence.words
    return evidence.marked >= _MOSTLY_MARKED * evidence.words > 0 and few_others


def _english_in_a_row(tokens: list[str]) -> int:
    """How many pairs of common English words stand together, one of them at least no syllable: "he is"."""
    return sum(
        one in _ENGLISH and two in _ENGLISH and not (one in legal_stripped() and two in legal_stripped())
        for one, two in pairwise(tokens)
    )


def _share_of_other_scripts(words: Words) -> float:
    if words.is_plain or _OTHER_LETTER.search(words.text) is None:
        return 0.0
    spoken = [token for token in words.tokens if token.isalpha()]
    others = sum(len(token) for token in spoken if not _is_latin(token))
    return others / max(1, sum(map(len, spoken)))


def _is_surely_vietnamese(words: Words, latin: list[int]) -> bool:
    """Whether there are several marked syllables: a Vietnamese sentence, whatever else stands in it."""
    marked = {token for at in latin if has_marks(token := words.tokens[at]) and fold(token) in legal()}
    return len(marked) >= max(_SOME_SYLLABLES, _OF_ALL_WORDS * len(latin))


def _of_names(words: Words, latin: list[int]) -> float:
    """What of the evidence is words with a capital inside a sentence, which are mostly names."""
    if all(words.as_written(at)[0].isupper() for at in latin):
        return 0.0
    named = (
        at for at in latin if at > 0 and words.tokens[at - 1].isalpha() and words.as_written(at)[0].isupper()
    )
    return sum(_NAMES_TOLD * max(0.0, _WEIGHT[words.tokens[at]]) for at in named)


def _is_latin(token: str) -> bool:
    return (
        token.isascii()
        or max(token) < "\u0250"
        or all(c < "\u0250" or "\u1e00" <= c < "\u1f00" for c in token)
    )


def _weigh_word(token: str) -> float:
    if has_marks(token):
        return _MARKED if fold(token) in legal() else _LOAN
    if not strip(token).isascii():
        return _OTHER_ALPHABET
    token = undoubled(unstretched(token))
    listed = is_listed(token)
    if token in legal_stripped():
        return (_LIKE_BOTH if token in _ENGLISH else 0.0) if listed else _syllable_weight(token)
    if listed:
        return _COMMON_FOREIGN
    if len(token) < _SHORTEST_TOLD:
        return 0.0
    return _LOAN if is_word(token) else _weight_of_unknown(token)


def _weight_of_unknown(token: str) -> float:
    drummed = any(len(set(run)) > _LAUGHTER for run in _CONSONANTS.findall(token))
    return _UNSPEAKABLE if drummed else _UNKNOWN


def _syllable_weight(token: str) -> float:
    return _COMMON_SYLLABLE if is_row(token) else _SYLLABLE


_WEIGHT = Known(_weigh_word)
