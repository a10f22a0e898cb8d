"""A SQLite database that another program made, or somebody who means harm: tables read row by row, nothing written.

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
_WAIT_S = 30.0  # for the other program to finish what it writes


class Database:
    """Gives the rows of tables, in the order of their ids."""

    def __init__(self, connection: sqlite3.Connection, columns: Mapping[str, str]) -> None:
        self._connection = connection
        self._columns = columns

    def rows(self, table: str) -> Iterator[tuple[int, Row | sqlite3.Error]]:
        """Each row with its id, asked for alone, so that a damaged one spoils no other.

        Where no further ids can be read, the last one comes again with the error.
        """
        ids = f"SELECT rowid FROM {table} WHERE rowid > ? ORDER BY rowid LIMIT {_PAGE}"  # noqa: S608
        query = f"SELECT {self._columns[table]} FROM {table} WHERE rowid = ?"  # noqa: S608
        last = _BEFORE_ALL
        try:
            while page := self._connection.execute(ids, (last,)).fetchall():
                for (last,) in page:
                    row = self._row(query, last)
                    if row is not None:
                        yield last, row
        except sqlite3.Error as error:
            yield last, error

    def _row(self, query: str, rowid: int) -> Row | sqlite3.Error | None:
        """None of one that has gone since its id was read."""
        try:
            row: Row | None = self._connection.execute(query, (rowid,)).fetchone()
        except sqlite3.Error as error:
            return error
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
            name.decode()
            for (name,) in connection.execute(
                "SELECT name FROM sqlite_master WHERE type = 'table' AND rootpage > 0"
            )
        }
        if missing := sorted(columns.keys() - tables):
            raise Unreadable(f"this database has no table {missing[0]}")
        for table, wanted in columns.items():
            connection.execute(f"SELECT rowid, {wanted} FROM {table} LIMIT 0")  # noqa: S608
    except sqlite3.Error as error:
        raise Unreadable(f"this database cannot be used: {error}") from None
