"""Telex or VNI typed with the input method off: `raw_keystrokes`. English words and file names are none."""

from service.judging.model import Finding
from service.judging.reading import Reading
from service.judging.vietnamese.restoration import MOST_RESTORED, restore
from service.judging.vietnamese.typed import convert, read_keys
from service.judging.vietnamese.words import words_of


def keystrokes(reading: Reading) -> list[Finding]:
    """Find raw keystrokes.

    >>> from service.judging.reading import read
    >>> [(finding.code, finding.spans) for finding in keystrokes(read("tieesng Vieejt"))]
    [('raw_keystrokes', ((0, 7), (8, 14)))]
    """
    words = reading.words
    typed = words.once(read_keys)
    if not typed.seen:
        return []
    spans = tuple(span for span, syllable in zip(words.spans, typed.syllables, strict=True) if syllable)
    return [Finding("keystrokes", "raw_keystrokes", 1 - 0.5 ** (1 + typed.evidence), spans)]


def suggestion(text: str) -> str | None:
    """What keys were meant to be, the missing marks restored; None where that would change nothing, and for a
    text that is too long.
    """
    if len(text) > MOST_RESTORED:
        return None
    words = words_of(text)
    meant = restore(convert(words, words.once(read_keys)))
    return meant if meant != text else None
