"""Databases of Isso: made by these tests, with the tables of Isso 0.14.0 (the fifth version of its schema).

`test_isso_itself` holds these tables to those that an installed Isso makes, and imports what it wrote.
"""

import sqlite3
from collections.abc import Iterable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from service.transfer.formats.foreign import Foreign, Options
from service.transfer.formats.isso import read

TABLES = """
CREATE TABLE preferences (key VARCHAR PRIMARY KEY, value VARCHAR);
CREATE TABLE threads (id INTEGER PRIMARY KEY, uri VARCHAR(256) UNIQUE, title VARCHAR(256));
CREATE TABLE comments (
    tid REFERENCES threads(id), id INTEGER PRIMARY KEY, parent INTEGER, created FLOAT NOT NULL,
    modified FLOAT, mode INTEGER, remote_addr VARCHAR, text VARCHAR NOT NULL, author VARCHAR,
    email VARCHAR, website VARCHAR, likes INTEGER DEFAULT 0, dislikes INTEGER DEFAULT 0,
    voters BLOB NOT NULL, notification INTEGER DEFAULT 0
);
CREATE TRIGGER remove_stale_threads AFTER DELETE ON comments BEGIN
    DELETE FROM threads WHERE id NOT IN (SELECT tid FROM comments);
END;
PRAGMA user_version = 5;
"""

FIRST_TABLES = """
CREATE TABLE threads (id INTEGER PRIMARY KEY, uri VARCHAR(256) UNIQUE, title VARCHAR(256));
CREATE TABLE comments (
    tid REFERENCES threads(id), id INTEGER PRIMARY KEY, parent INTEGER, created FLOAT NOT NULL,
    modified FLOAT, mode INTEGER, remote_addr VARCHAR, text VARCHAR, author VARCHAR,
    email VARCHAR, website VARCHAR, likes INTEGER DEFAULT 0, dislikes INTEGER DEFAULT 0, voters BLOB NOT NULL
);
"""
"""Of the first schema: no preferences, no `notification`, and a text may be missing."""

PUBLISHED, WAITING, DELETED = 1, 2, 4
"""The modes of Isso's comments."""

CREATED = 1_600_000_000.25
"""When the first comment came, unix seconds as Isso keeps them."""


def comment(number: int, text: object = "Bài viết rất hay!", **other: object) -> dict[str, object]:
    """A row of `comments`: published at the top of thread 1 unless something else is said."""
    known = {
        "tid": 1,
        "parent": None,
        "mode": PUBLISHED,
        "created": CREATED + number,
        "remote_addr": "203.0.113.0",
    }
    return {"id": number, "text": text, "voters": b""} | known | other


def database(
    file: Path,
    comments: Iterable[dict[str, Any]],
    threads: Iterable[tuple[int, object, object]] = ((1, "/doi-song/4711/", "Kẹt xe từ sáng sớm"),),
    *,
    tables: str = TABLES,
) -> Path:
    """A database with these threads (id, uri, title) and comments."""
    with closing(sqlite3.connect(file)) as connection, connection:
        connection.executescript(tables)
        connection.executemany("INSERT INTO threads VALUES (?, ?, ?)", threads)
        for row in comments:
            names, places = ", ".join(row), ", ".join(f":{name}" for name in row)
            connection.execute(f"INSERT INTO comments ({names}) VALUES ({places})", row)  # noqa: S608
    return file


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Where a test writes its database."""
    return tmp_path / "comments.db"


def records(file: Path) -> list[tuple[int, Foreign]]:
    """What is read of a database, with the line of each."""
    with file.open("rb") as opened_file:
        return [(one.line, one.record) for one in read(opened_file, Options())]
