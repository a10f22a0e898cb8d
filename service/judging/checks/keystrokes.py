"""Telex or VNI typed with the input method off: `raw_keystrokes`. English words and file names are none."""

from service.judging.model import Finding
from service.judging.vietnamese.restoration import MOST_RESTORED, restore
from service.judging.vietnamese.typed import convert, read_keys
from service.judging.vietnamese.words import opening_of, words_of


def keystrokes(text: str) -> list[Finding]:
    """Find raw keystrokes.

    >>> [(finding.code, finding.spans) for finding in keystrokes("tieesng Vieejt")]
    [('raw_keystrokes', ((0, 7), (8, 14)))]
    """
    words = opening_of(text)
    typed = read_keys(words)
    if not typed.seen:
        return []
    spans = tuple(span for span, syllable in zip(words.spans, typed.syllables, strict=True) if syllable)
    return [Finding("keystrokes", "raw_keystrokes", 1 - 0.5 ** (1 + typed.evidence), spans)]


def suggestion(text: str) -> str | None:
    """What the keys were meant to be, its missing marks restored; None where there are no raw keystrokes."""
    if len(text) > MOST_RESTORED or not keystrokes(text):
        return None
    words = words_of(text)
    return restore(convert(text, words, read_keys(words)))
