"""The same character, word or line over and over."""

from __future__ import annotations

import re
from collections import Counter

from service.judging.model import Finding, Span
from service.judging.reading import Reading

_CHARACTER = re.compile(r"([^\W\d_])\1{7,}|([^\w\s.=_*-])\2{9,}|([.=_*-])\3{29,}")
_GROUP = re.compile(r"([^\s\d.=_*-]{2,4}?)\1{9,}")
_SHORTEST_RUN, _SHORTEST_GROUPS = 8, 20
"""Characters of the shortest that the two expressions find."""
_NO_LETTER = re.compile(r"[\W\d_]+")
_WORDS_IN_A_ROW = 5
_SAME_LINES = 3
_SCORE = 0.9


def repetition(reading: Reading) -> Finding | None:
    """Find what is repeated far beyond emphasis.

    A letter eight times, another sign ten times (dots and dashes thirty), two to four letters or signs ten
    times ("hahaha"), a word or a pair of words five times in a row, a line of three words and more three
    times; measured on tests/cases/repetition.tsv.

    >>> from service.judging.reading import read
    >>> repetition(read("hay quáááááááááá")).spans
    ((6, 16),)
    """
    spans = _in_runs(reading) + _rows(reading) + _lines(reading.plain)
    if not spans:
        return None
    spans.sort()
    kept = [span for place, span in enumerate(spans) if place == 0 or span[0] >= spans[place - 1][1]]
    return Finding("repetition", "repetition", _SCORE, tuple(reading.span(*span) for span in kept))


def _in_runs(reading: Reading) -> list[Span]:
    """Find repeated characters and groups; only a run without blanks, of few different ones, may hold any."""
    runs = [(len(run), len(set(run))) for run in reading.runs if len(run) >= _SHORTEST_RUN]
    spans: list[Span] = []
    if not runs:
        return spans
    if any(length - different >= _SHORTEST_RUN - 1 for length, different in runs):
        spans += [match.span() for match in _CHARACTER.finditer(reading.plain)]
    if any(length >= _SHORTEST_GROUPS and 3 * different <= length for length, different in runs):
        spans += [match.span() for match in _GROUP.finditer(reading.plain)]
    return spans


def _rows(reading: Reading) -> list[Span]:
    """Find words, or else pairs of words, that stand many times in a row."""
    repeated = len(reading.keys) - len(set(reading.keys))
    if repeated < _WORDS_IN_A_ROW - 1:
        return []
    return _stepping(reading, 1) or _stepping(reading, 2)


def _stepping(reading: Reading, step: int) -> list[Span]:
    """Find runs in which every word equals the one `step` before it."""
    words = reading.plains
    least = (_WORDS_IN_A_ROW - 1) * step
    spans: list[Span] = []
    same = 0
    for place in range(step, len(words) + 1):
        if place < len(words) and words[place] == words[place - step]:
            same += 1
            continue
        if same >= least:
            spans.append((reading.word_spans[place - same - step][0], reading.word_spans[place - 1][1]))
        same = 0
    return [span for span in spans if not _NO_LETTER.fullmatch(reading.bare, *span)]


def _lines(plain: str) -> list[Span]:
    if plain.count("\n") < _SAME_LINES - 1:
        return []
    lines = [line.strip() for line in plain.split("\n")]
    many = {line for line, times in Counter(lines).items() if times >= _SAME_LINES and line.count(" ") >= 2}
    spans: list[Span] = []
    start = 0
    for line in plain.split("\n"):
        if line.strip() in many:
            spans.append((start, start + len(line)))
        start += len(line) + 1
    return spans
