"""A table of comments in CSV (RFC 4180), for what no other format fits: one row each, below a row of names.

Columns are found by name. Their own names are `COLUMNS`; where a table has others, the command line says
which is which. A column that nobody names is left aside.
"""

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from hashlib import blake2b
from typing import BinaryIO, TextIO

from service.comments.model import Author, State
from service.transfer.formats.foreign import (
    Foreign,
    ForeignComment,
    ForeignThread,
    Form,
    NumberedForeign,
    Options,
)
from service.transfer.formats.times import unix_ms
from service.transfer.records import Bad, Unreadable

COLUMNS = (
    *("id", "parent", "thread", "thread.title", "thread.url"),
    *("author.name", "author.id", "author.email", "author.ip", "author.user_agent"),
    *("body", "body.html", "created_at", "state", "newsroom"),
)
"""What docs/transfer.md explains."""

_EITHER = (("thread", "thread.url"), ("body", "body.html"), ("created_at",))
"""Of each of these a table has one."""

_STATES = {
    **dict.fromkeys(("published", "approved", "approve", "visible", "1", "true"), (State.PUBLISHED, "other")),
    **dict.fromkeys(("pending", "unapproved", "waiting", "hold", "0", "false"), (State.PENDING, "other")),
    **dict.fromkeys(("rejected", "trash", "hidden"), (State.REJECTED, "other")),
    "spam": (State.REJECTED, "spam"),
    **dict.fromkeys(("erased", "deleted"), (State.ERASED, "other")),
}
_TRUE = frozenset({"1", "true", "yes"})
LONGEST = 1 << 20
"""Characters of one row that are held in memory: a body with its tags, and more."""

_LONGEST_HEADER = 100_000  # characters; that many are a field to Python's reader
_DELIMITERS = ",;\t|"

Row = Mapping[str, str]
"""By the names of `COLUMNS`, what stands in a row."""


def read(file: BinaryIO, options: Options) -> Iterator[NumberedForeign]:
    """A thread and a comment for each row.

    Raises:
        Unreadable: it is not in UTF-8, or lacks a column that it must have.
    """
    text = io.TextIOWrapper(file, encoding="utf-8-sig", newline="")
    try:
        yield from _read(text, options)
    except UnicodeDecodeError:
        raise Unreadable("this is no text in UTF-8; a table program can save it as CSV UTF-8") from None
    finally:
        text.detach()


def _read(text: io.TextIOWrapper, options: Options) -> Iterator[NumberedForeign]:
    header = text.readline(_LONGEST_HEADER)
    if len(header) == _LONGEST_HEADER:
        raise Unreadable("this is no table: its first row is too long to name columns")
    delimiter = options.delimiter or _delimiter(header)
    names = next(csv.reader([header], delimiter=delimiter), [])
    places = _places(names, options.columns)
    lines = _Lines(text)
    rows = csv.reader(lines, delimiter=delimiter, strict=True)
    try:
        line = 2
        for row in rows:
            lines.begin_row()
            if row:
                yield from (NumberedForeign(line, record) for record in _records(row, names, places))
            line = rows.line_num + 2
    except csv.Error as error:
        yield NumberedForeign(line, Bad(f"{error}; perhaps a quote is missing. Nothing after it was read"))


class _Lines:
    """The lines of a file; those of one row are together not longer than `LONGEST`."""

    def __init__(self, text: TextIO) -> None:
        self._text = text
        self._left = LONGEST

    def begin_row(self) -> None:
        self._left = LONGEST

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        """Raises: csv.Error: the row is too long."""
        line = self._text.readline(self._left + 1)
        self._left -= len(line)
        if self._left < 0:
            raise csv.Error(f"is longer than {LONGEST:,} characters")
        if not line:
            raise StopIteration
        return line


def _delimiter(header: str) -> str:
    """What parts the names into the most columns."""
    return max(_DELIMITERS, key=lambda one: len(next(csv.reader([header], delimiter=one), [])))


def _places(names: Sequence[str], columns: Mapping[str, str]) -> Mapping[str, int]:
    """By the names of `COLUMNS`, which column it is.

    Raises:
        Unreadable: one is not there that was named, or that every table must have.
    """
    named = {name: place for place, name in reversed(list(enumerate(name.strip() for name in names)))}
    for field, column in columns.items():
        if field not in COLUMNS:
            raise Unreadable(f"--columns: {field} is none of {', '.join(COLUMNS)}")
        if column not in named:
            raise Unreadable(f"--columns: the first row has no column {column}")
    places = {field: named[column] for field in COLUMNS if (column := columns.get(field, field)) in named}
    for either in _EITHER:
        if not places.keys() & set(either):
            raise Unreadable(
                f"the first row names no column {' or '.join(either)}; --columns says which it is"
            )
    return places


def _records(row: Sequence[str], names: Sequence[str], places: Mapping[str, int]) -> Iterator[Foreign]:
    if len(row) > len(names):
        yield Bad(f"has {len(row)} columns, the first row {len(names)}")
        return
    fields = {field: row[place] for field, place in places.items() if place < len(row)}
    thread = _thread(fields)
    yield thread
    try:
        yield _comment(thread.key, fields)
    except ValueError as wrong:
        yield Bad(str(wrong))


def _thread(fields: Row) -> ForeignThread:
    name, url = fields.get("thread", "").strip(), fields.get("thread.url", "").strip()
    return ForeignThread(name or url, name, url, fields.get("thread.title"))


def _comment(thread: str, fields: Row) -> ForeignComment:
    """Raises: ValueError: something that it needs is missing or means nothing."""
    try:
        at = unix_ms(fields.get("created_at", ""))
    except ValueError as wrong:
        raise ValueError(f"created_at: {wrong}") from None
    state, reason = _state(fields)
    html, text = fields.get("body.html", ""), fields.get("body", "")
    author = _author(fields)
    return ForeignComment(
        fields.get("id", "").strip() or _known_by(thread, author.name, str(at), html, text),
        thread,
        author,
        html or text,
        state,
        at,
        parent=fields.get("parent", "").strip() or None,
        form=Form.HTML if html else Form.TEXT,
        reason=reason,
        newsroom=fields.get("newsroom", "").strip().casefold() in _TRUE,
    )


def _state(fields: Row) -> tuple[State, str]:
    said = fields.get("state", "published").strip().casefold()
    if said not in _STATES:
        raise ValueError(f"state: is none of {', '.join(_STATES)}")
    return _STATES[said]


def _author(fields: Row) -> Author:
    return Author(
        fields.get("author.name", ""),
        fields.get("author.id"),
        fields.get("author.email"),
        fields.get("author.ip"),
        fields.get("author.user_agent"),
    )


def _known_by(*parts: str) -> str:
    """An id for a comment that has none."""
    return blake2b("\0".join(parts).encode(), digest_size=16).hexdigest()
