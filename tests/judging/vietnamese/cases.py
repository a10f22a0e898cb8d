"""The corpora about Vietnamese in tests/cases, with the characters that their escapes stand for."""

from tests.judging import corpora


def rows(name: str) -> list[tuple[str, ...]]:
    """The rows of one corpus: a tab between the columns, one row a line."""
    return [tuple(map(corpora.written, row)) for row in corpora.rows(name)]


def proper() -> list[str]:
    """Texts that carry their marks as they should."""
    return [row[0] for row in rows("restoration")]
