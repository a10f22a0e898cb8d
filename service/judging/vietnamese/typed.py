"""Whether a text was typed in Telex or VNI with the input method off, and what it was meant to be.

A word counts if its keys make a common syllable and it is no word as it stands: "tieesng" does, "has" does
not, though its keys would make "há". The converter itself is `keystrokes`.
"""

from typing import NamedTuple

from service.judging.vietnamese.foreign import is_listed
from service.judging.vietnamese.keystrokes import from_telex, from_vni
from service.judging.vietnamese.known import Known
from service.judging.vietnamese.needs_marks import weigh
from service.judging.vietnamese.neighbours import is_common, slip_odds
from service.judging.vietnamese.syllables import has_marks, legal_stripped, unstretched
from service.judging.vietnamese.words import Words

_TWICE_SURE, _SURE, _LIKELY, _AMBIGUOUS, _NEITHER, _MARKED = 2.5, 2.0, 1.0, 0.25, -0.3, -0.7
_LACKING, _ENGLISH_WORD = -0.3, -0.5
"""Weights of one word: its keys make a syllable, surely or perhaps; it is none, or has its marks; it lacks
them.
"""
_ENOUGH = 1.45
_SLIP_ODDS = 7.0
"""Log-odds from which on a word of the corpora is a slip of the keys; "six", "congo" are below."""
_SHORTEST_SURE = 3

_LOOK_LIKE_KEYS = """
    airs as bar bars bases basis been beer bees bits boom boost box boxer bus bust car care cars cast
    cats coast core cost costs cow cows cuts days dear deer des does donor door doors down downs ear ears
    ex far fees fix for from gas gears goes goose got has her hero hers his honor horn horse host if is
    its ix keeps kits law laws lens less list lists loops lose loss lost lots low lows major maps mars
    mass max maxor meets mess miss mix mood moon most nest news noon noose nor nose now nurse of off or
    ours owns pair pairs parts pass past pats peer per pins poor pose pots puts queen queens queue rest
    rests roof room rooms roots rose row rows saw saws says seem seems seen sees sense sets sex sir six
    soon sort sorts spas sums taps tar tax teen teens term terms test tests there these this thus tips
    toes too tour town towns tows trees trips true trust turn turns us vary vast visa vows war wars was
    wax were wins won worn worst wow xmas
"""
_ENGLISH = frozenset(_LOOK_LIKE_KEYS.split())


class Typed(NamedTuple):
    """What the keys of one text make.

    Attributes:
        syllables: by token, the syllable its keys make, lower case, or None.
        evidence: sum over the words; from `_ENOUGH` on the text is taken for keystrokes.
    """

    syllables: list[str | None]
    evidence: float

    @property
    def seen(self) -> bool:
        return self.evidence >= _ENOUGH


def read_keys(words: Words) -> Typed:
    """Read every word as Telex and as VNI, and take the method that explains more."""
    different = set(words.tokens)
    if not any(map(_COULD_BE_KEYS.__getitem__, different)):
        return Typed([], 0.0)
    telex, vni = ({token: method[token] for token in different} for method in (_TELEX, _VNI))
    return max((_weighed(words, telex), _weighed(words, vni)), key=lambda typed: typed.evidence)


def convert(words: Words, typed: Typed) -> str:
    """Write the syllables that the keys make in their places; the rest stays to the character."""
    text = words.text
    parts, end = [], 0
    for at, syllable in enumerate(typed.syllables):
        if syllable is not None:
            start, stop = words.spans[at]
            written = text[start:stop]
            meant = from_telex(unstretched(written)) or from_vni(unstretched(written))
            parts += [text[end:start], meant or written]
            end = stop
    return "".join([*parts, text[end:]])


def _could_be_keys(token: str) -> bool:
    if token.isdigit():
        return False
    word = unstretched(token)
    return (from_telex(word) or from_vni(word)) is not None


def _telex(token: str) -> str | None:
    return None if token in legal_stripped() else from_telex(unstretched(token))


def _vni(token: str) -> str | None:
    return from_vni(unstretched(token))


_COULD_BE_KEYS, _TELEX, _VNI = Known(_could_be_keys), Known(_telex), Known(_vni)


def _weighed(words: Words, made: dict[str, str | None]) -> Typed:
    """Add up what a method makes of each different token."""
    weights = {token: _weight(token, syllable) for token, syllable in made.items()}
    evidence = sum(map(weights.__getitem__, words.tokens), _LACKING * words.once(weigh).lacking)
    return Typed(list(map(made.__getitem__, words.tokens)), evidence)


def _weight(token: str, syllable: str | None) -> float:
    if token in _ENGLISH or is_listed(token):
        return _ENGLISH_WORD
    if syllable is not None:
        return _weight_of_keys(unstretched(token), syllable)
    if token.isalpha() and len(token) > 2 and token not in legal_stripped():
        return _MARKED if has_marks(token) else _NEITHER
    return 0.0


def _weight_of_keys(token: str, syllable: str) -> float:
    odds = slip_odds(token)
    if odds is not None:
        return min(_SURE, max(_AMBIGUOUS, odds - _SLIP_ODDS))
    if len(token) < _SHORTEST_SURE:
        return _AMBIGUOUS
    keys_spent = len(token) - len(syllable)
    if is_common(syllable):
        return _TWICE_SURE if keys_spent > 1 else _SURE
    return _SURE if keys_spent > 1 else _LIKELY
