"""The corpora of tests/cases: rows, and texts in which ⟦ ⟧ mark what must be found."""

import re
from collections.abc import Callable
from pathlib import Path

from service.judging.model import Span

_CASES = Path(__file__).parents[1] / "cases"
_NAMED = re.compile(r"\\u([0-9a-f]{4})")
_KNOWN = "known to fail"


def rows(name: str) -> list[list[str]]:
    """The rows of a corpus, comments left out."""
    lines = (_CASES / f"{name}.tsv").read_text(encoding="utf-8").split("\n")
    return [line.split("\t") for line in lines if line and not line.startswith("#")]


def written(case: str) -> str:
    """A text with the characters that `\\u200b` and `\\n` stand for."""
    return _NAMED.sub(lambda seen: chr(int(seen[1], 16)), case).replace("\\n", "\n")


def hold(name: str, look: Callable[..., tuple[object, object]]) -> None:
    """Hold every row of a corpus to what it says; a row whose last column is `known to fail` must fail.

    All rows are one test, since a test for each would cost more than what is tested.

    Args:
        name: of the corpus.
        look: from the columns of a row to what was found and what was meant.
    """
    surprises = []
    for row in rows(name):
        known = row[-1] == _KNOWN
        found, meant = look(*row[:-1] if known else row)
        if (found == meant) == known:
            surprises.append(f"{row}: found {found}, meant {meant}")
    assert not surprises, "\n".join(surprises)


def marked(case: str) -> tuple[str, tuple[Span, ...]]:
    """A text without its ⟦ ⟧, and where they stood; `\\u200b` and `\\n` stand for the characters."""
    text, spans, start = "", [], 0
    for character in written(case):
        if character == "⟦":
            start = len(text)
        elif character == "⟧":
            spans.append((start, len(text)))
        else:
            text += character
    return text, tuple(spans)
