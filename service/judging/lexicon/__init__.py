"""The words of advertising and of insult that the checks `spam` and `toxic` weigh, in one automaton.

The lists are written by hand for this project. What the weights amount to is each check's business.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import NamedTuple

from service.judging.model import Span
from service.judging.phrases import Phrases
from service.judging.reading import Reading


@dataclass(frozen=True, slots=True)
class Term:
    """An entry of a list.

    Attributes:
        topic: the list: `spam` or `toxic`.
        kind: the group of its list.
        weight: of an insult: how sure it is by itself, 0 to 1; of the rest 0.
        phrase: with its marks.
    """

    topic: str
    kind: str
    weight: float
    phrase: str


class Seen(NamedTuple):
    """A term in a text; the places are those of `Hit`."""

    term: Term
    start: int
    end: int
    disguised: tuple[Span, ...]


def _load(topic: str) -> list[Term]:
    lines = Path(__file__).with_name(f"{topic}.tsv").read_text(encoding="utf-8").splitlines()
    rows = [line.split("\t") for line in lines if line and not line.startswith("#")]
    return [Term(topic, row[0], float(row[1]) if len(row) > 2 else 0.0, row[-1]) for row in rows]


@cache
def _compiled() -> tuple[tuple[Term, ...], Phrases]:
    terms = (*_load("spam"), *_load("toxic"))
    return terms, Phrases(term.phrase for term in terms)


_SOMETHING_ELSE_WITHOUT_MARKS = frozenset(
    ["cặc", "lồn", "buồi", "đụ", "đù", "lìn", "đĩ", "con đĩ", "đéo", "đách"]
)
"""Terms that unmarked are spelt like some of the commonest words: "cac truong", "mot lon bia"."""


def terms(reading: Reading) -> list[Seen]:
    """Find the terms of all lists."""
    known, phrases = _compiled()
    seen = [Seen(known[hit.phrase], hit.start, hit.end, hit.disguised) for hit in phrases.find(reading)]
    return [one for one in seen if not _is_another_word(reading, one)]


def _is_another_word(reading: Reading, seen: Seen) -> bool:
    written = reading.plain[seen.start : seen.end]
    return seen.term.phrase in _SOMETHING_ELSE_WITHOUT_MARKS and written.isascii() and not seen.disguised
