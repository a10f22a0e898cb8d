"""A SQLite database of another program, or of somebody who means harm, read row by row; nothing is written.

The program may be at work on it: it is kept from writing for no longer than a page of ids is read. What the
schema says beside its tables (views, triggers, functions) is not run, and no value is longer than `LONGEST`.
"""

import os
import shutil
import sqlite3
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path
from typing import BinaryIO

from service.transfer.lines import LONGEST
from service.transfer.records import Unreadable

Value = int | float | bytes | None
"""A text is the bytes of its UTF-8; nobody has looked whether they are."""

Row = tuple[Value, ...]

_HEADER = b"SQLite format 3\0"
_BEFORE_ALL = -(2**63)
_PAGE = 1_000
_FAILURES = (sqlite3.Error, UnicodeDecodeError)  # the latter where SQLite's own words quote a damaged schema
_WAIT_S = 30.0  # for the other program to finish what it writes


class Database:
    """Gives the rows of tables, in the order of their ids."""

    def __init__(self, connection: sqlite3.Connection, columns: Mapping[str, str]) -> None:
        self._connection = connection
        self._columns = columns

    def rows(self, table: str) -> Iterator[tuple[int, Row | str]]:
        """Each row with its id, or why it cannot be read: one that is damaged spoils no other.

        Where no further ids can be read, the last one comes again, with why.
        """
        query = f"SELECT {self._columns[table]} FROM {table} WHERE rowid = ?"  # noqa: S608  a format's names
        last, wrong = _BEFORE_ALL, None
        while wrong is None:
            ids, wrong = self._ids_behind(table, last)
            for last in ids:
                row = self._row(query, last)
                if row is not None:
                    yield last, row
            if not ids:
                break
        if wrong is not None:
            yield last, wrong

    def _ids_behind(self, table: str, last: int) -> tuple[list[int], str | None]:
        """The next ids, and what kept us from reading more."""
        ids: list[int] = []
        page = f"SELECT rowid FROM {table} WHERE rowid > ? ORDER BY rowid LIMIT {_PAGE}"  # noqa: S608  likewise
        try:
            for (id,) in self._connection.execute(page, (last,)):
                if id <= last:  # as only a made-up file has it: there would be no end
                    return ids, "its ids are in no order"
                ids.append(last := id)
        except _FAILURES as error:
            return ids, _why(error)
        return ids, None

    def _row(self, query: str, rowid: int) -> Row | str | None:
        """None of one that has gone since its id was read."""
        try:
            row: Row | None = self._connection.execute(query, (rowid,)).fetchone()
        except _FAILURES as error:
            return _why(error)
        return row


@contextmanager
def opened(file: BinaryIO, columns: Mapping[str, str]) -> Iterator[Database]:
    """Open a database; what comes through a pipe is put into a file for as long.

    Args:
        columns: by the name of a table, those that are wanted, as in a SELECT.

    Raises:
        Unreadable: it is none, or has not these tables.
    """
    with _path_of(file) as path, closing(_connection(path)) as connection:
        _check(connection, columns)
        yield Database(connection, columns)


@contextmanager
def _path_of(file: BinaryIO) -> Iterator[Path]:
    known = _known_path(file)
    if known is not None:
        yield known
        return
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "copy.db"
        with path.open("wb") as copy:
            shutil.copyfileobj(file, copy)
        yield path


def _known_path(file: BinaryIO) -> Path | None:
    """Where an opened file lies; None of a pipe, and of what has another name by now."""
    name = getattr(file, "name", None)
    if not isinstance(name, str) or not Path(name).is_file():
        return None
    return Path(name) if os.path.samestat(Path(name).stat(), os.fstat(file.fileno())) else None


def _connection(path: Path) -> sqlite3.Connection:
    """Raises: Unreadable."""
    with path.open("rb") as file:
        if file.read(len(_HEADER)) != _HEADER:
            raise Unreadable("this is no SQLite database")
    uri = f"{path.absolute().as_uri()}?mode=ro"
    if not os.access(path.parent, os.W_OK) and not Path(f"{path}-wal").exists():
        uri += "&immutable=1"  # or SQLite wants to lay a file for locks beside it
    connection = sqlite3.connect(uri, uri=True, timeout=_WAIT_S)
    connection.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, LONGEST)
    connection.text_factory = bytes
    return connection


def _check(connection: sqlite3.Connection, columns: Mapping[str, str]) -> None:
    """Raises: Unreadable."""
    try:
        connection.execute("PRAGMA trusted_schema = OFF")
        connection.execute("PRAGMA cell_size_check = ON")
        tables = {
            name
            for (name,) in connection.execute(
                "SELECT name FROM sqlite_master WHERE type = 'table' AND rootpage > 0"
            )
        }
        if missing := sorted(name for name in columns if name.encode() not in tables):
            raise Unreadable(f"this database has no table {missing[0]}")
        for table, wanted in columns.items():
            connection.execute(f"SELECT rowid, {wanted} FROM {table} LIMIT 0")  # noqa: S608  likewise
    except _FAILURES as error:
        raise Unreadable(f"this database cannot be used: {_why(error)}") from None


def _why(error: Exception) -> str:
    """In SQLite's words; those may quote the schema, and that may hold anything."""
    if isinstance(error, sqlite3.Error):
        return "".join(filter(str.isprintable, str(error)))
    return "its schema is damaged"
