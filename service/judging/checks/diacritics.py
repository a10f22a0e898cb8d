"""Vietnamese without its marks: `missing_diacritics`, and `partial_diacritics` where a good part lacks them.

Too little to tell ("Thi", "Mong manh", a name) is no finding. Another language is none of this check's
business, nor are raw keystrokes.
"""

from dataclasses import dataclass

from service.judging.model import Finding, Span
from service.judging.reading import Reading
from service.judging.vietnamese.foreign import judge_language
from service.judging.vietnamese.restoration import MOST_RESTORED, restore
from service.judging.vietnamese.typed import read_keys
from service.judging.vietnamese.verdict import Marks, judge_marks
from service.judging.vietnamese.words import Words

_LACKS = 0.5


def diacritics(reading: Reading) -> list[Finding]:
    """Find missing marks.

    >>> from service.judging.reading import read
    >>> [(finding.code, finding.spans) for finding in diacritics(read("Bai viet rat hay"))]
    [('missing_diacritics', ((0, 12),))]
    """
    words = reading.words
    verdict = words.once(judge_marks)
    marks = _held_against(words, verdict.marks)
    if marks is None or words.once(read_keys).seen:
        return []
    return [Finding("diacritics", marks.value, verdict.score, _spans(words, verdict.evidence.needs()))]


def _held_against(words: Words, marks: Marks | None) -> Marks | None:
    """What is left of a verdict when another language is likelier: a person looks where neither is sure."""
    if marks is None:
        return None
    foreign = words.once(judge_language)
    if not foreign.likely:
        return marks
    return Marks.PARTIAL if marks is Marks.MISSING and not foreign.seen else None


@dataclass(frozen=True, slots=True)
class Lacking:
    """A syllable that probably lacks its marks: where it stands, and how likely it does, 0 to 1."""

    span: Span
    probability: float


def lacking(reading: Reading) -> list[Lacking]:
    """Give the syllables within the spans of a finding, each with its probability, in their order.

    >>> from service.judging.reading import read
    >>> [(one.span, one.probability > 0.9) for one in lacking(read("Toi khong biet"))]
    [((0, 3), True), ((4, 9), True), ((10, 14), True)]
    """
    words, needs = reading.words, reading.words.once(judge_marks).evidence.needs()
    spans = [span for finding in diacritics(reading) for span in finding.spans]
    return [
        Lacking(span, need)
        for span, need in ((words.spans[at], need) for at, need in needs.items())
        if any(start <= span[0] and span[1] <= end for start, end in spans)
    ]


def _spans(words: Words, needs: dict[int, float]) -> tuple[tuple[int, int], ...]:
    """Runs of words that lack their marks; a word between them that needs none does not part a run."""
    runs: list[list[int]] = []
    open_run = False
    for at, token in enumerate(words.tokens):
        need = needs.get(at, 0.0)
        if need >= _LACKS:
            if open_run:
                runs[-1][1] = at
            else:
                runs.append([at, at])
            open_run = True
        elif not token.isalpha() or need == 0.0:
            open_run = False
    return tuple((words.spans[first][0], words.spans[last][1]) for first, last in runs)


def suggestion(text: str) -> str | None:
    """The text with its marks restored; None where nothing would change, and for a text that is too long."""
    if len(text) > MOST_RESTORED:
        return None
    restored = restore(text)
    return restored if restored != text else None
