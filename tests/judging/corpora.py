"""The corpora of tests/cases: rows, and texts in which ⟦ ⟧ mark what must be found."""

import re
from pathlib import Path

from service.judging.model import Span

_CASES = Path(__file__).parents[1] / "cases"
_NAMED = re.compile(r"\\u([0-9a-f]{4})")


def rows(name: str) -> list[list[str]]:
    """The rows of a corpus, comments left out."""
    lines = (_CASES / f"{name}.tsv").read_text(encoding="utf-8").split("\n")
    return [line.split("\t") for line in lines if line and not line.startswith("#")]


def marked(case: str) -> tuple[str, tuple[Span, ...]]:
    """A text without its ⟦ ⟧, and where they stood; `\\u200b` and `\\n` stand for the characters."""
    case = _NAMED.sub(lambda seen: chr(int(seen[1], 16)), case).replace("\\n", "\n")
    text, spans, start = "", [], 0
    for character in case:
        if character == "⟦":
            start = len(text)
        elif character == "⟧":
            spans.append((start, len(text)))
        else:
            text += character
    return text, tuple(spans)
