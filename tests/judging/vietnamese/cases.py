"""The corpora about Vietnamese in tests/cases, the characters that their escapes stand for, and the checks
held to them, each with a reading of its own.
"""

from service.judging.checks import diacritics as of_marks
from service.judging.checks import keystrokes as of_keys
from service.judging.checks import language as of_language
from service.judging.model import Finding
from service.judging.reading import read
from tests.judging import corpora


def diacritics(text: str) -> list[Finding]:
    return of_marks.diacritics(read(text))


def keystrokes(text: str) -> list[Finding]:
    return of_keys.keystrokes(read(text))


def language(text: str) -> list[Finding]:
    return of_language.language(read(text))


def lacking(text: str) -> list[of_marks.Lacking]:
    return of_marks.lacking(read(text))


def rows(name: str) -> list[tuple[str, ...]]:
    """The rows of one corpus: a tab between the columns, one row a line."""
    return [tuple(map(corpora.written, row)) for row in corpora.rows(name)]


def proper() -> list[str]:
    """Texts that carry their marks as they should."""
    return [row[0] for row in rows("restoration")]
