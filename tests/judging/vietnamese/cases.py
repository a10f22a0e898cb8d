"""The corpora of texts in tests/cases, read as rows."""

from pathlib import Path

_FOLDER = Path(__file__).parents[2] / "cases"


def rows(name: str) -> list[tuple[str, ...]]:
    """The rows of one corpus: a tab between the columns, one row a line."""
    text = (_FOLDER / f"{name}.tsv").read_text(encoding="utf-8")
    return [tuple(line.split("\t")) for line in text.splitlines() if line]


def proper() -> list[str]:
    """Texts that carry their marks as they should."""
    return [text for (text,) in rows("restoration")]
