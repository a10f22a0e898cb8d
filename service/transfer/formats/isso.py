"""Isso's SQLite database: accepted, waiting and deleted comments. Checked against Isso 0.14.0.

Only columns that every version of Isso has are read. The line of a record is its id in the database. Threads
are named as the page named them to Isso, by default by the path of its address.

- A body is the Markdown that the reader typed, and stays as it was typed. What Isso had itself imported from
  Disqus is HTML, and begins as Disqus begins: with `<p>`.
- Names and e-mails were escaped for HTML before they were stored.
- Left behind are addresses, of which Isso keeps the network alone, authors' websites, and votes.
"""

import math
from collections.abc import Iterator
from html import unescape
from typing import BinaryIO

from service.comments.model import Author, State
from service.transfer.formats.database import Database, Row, Value, opened
from service.transfer.formats.foreign import (
    Foreign,
    ForeignComment,
    ForeignThread,
    Form,
    NumberedForeign,
    Options,
)
from service.transfer.records import Bad

_COLUMNS = {
    "threads": "id, uri, title",
    "comments": "id, tid, parent, created, mode, text, author, email",
}
_MODES = ((4, State.ERASED), (2, State.PENDING), (1, State.PUBLISHED))
"""Bits of `mode`; the first that is set counts."""


def read(file: BinaryIO, options: Options) -> Iterator[NumberedForeign]:
    """Give the threads, then the comments.

    Raises:
        Unreadable: it is no database of Isso.
    """
    with opened(file, _COLUMNS) as database:
        for table in _COLUMNS:
            yield from _records(database, table)


def _records(database: Database, table: str) -> Iterator[NumberedForeign]:
    meaning = _thread if table == "threads" else _comment
    for id, row in database.rows(table):
        try:
            record: Foreign = meaning(row) if isinstance(row, tuple) else Bad(f"{table}: {row}")
        except ValueError as wrong:
            record = Bad(f"{table}: {wrong}")
        yield NumberedForeign(id, record)


def _thread(row: Row) -> ForeignThread:
    """Raises: ValueError: a value is none that Isso writes."""
    id, uri, title = row
    name = _text("uri", uri)
    is_address = name.startswith(("/", "http://", "https://"))
    return ForeignThread(
        str(id), None if is_address else name, name if is_address else None, _text("title", title)
    )


def _comment(row: Row) -> ForeignComment:
    """Raises: ValueError: a value is none that Isso writes."""
    id, thread, parent, created, mode, text, author, email = row
    state = _state(mode)
    body = _text("text", text)
    return ForeignComment(
        id=str(id),
        thread=str(thread),
        author=Author(unescape(_text("author", author)), email=unescape(_text("email", email)) or None),
        body=body,
        state=state,
        at=_unix_ms(created),
        parent=str(parent) if parent else None,
        form=Form.HTML if body.startswith("<p>") else Form.TEXT,
    )


def _state(mode: Value) -> State:
    bits = mode if isinstance(mode, int) else 0
    for bit, state in _MODES:
        if bits & bit:
            return state
    raise ValueError("mode: must be 1, 2 or 4")


def _unix_ms(seconds: Value) -> int:
    if isinstance(seconds, int | float) and math.isfinite(seconds):
        return round(seconds * 1_000)
    raise ValueError("created: must be seconds since 1970")


def _text(name: str, value: Value) -> str:
    """The text of a column; nothing of one that is empty.

    Raises:
        ValueError: it is no text, or not in UTF-8.
    """
    if value is None:
        return ""
    try:
        if isinstance(value, bytes):
            return value.decode()
    except UnicodeDecodeError:
        pass
    raise ValueError(f"{name}: must be text in UTF-8")
