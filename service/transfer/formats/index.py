"""What a foreign file holds, laid out on disk: comments there may come before the ones they answer.

A temporary database of SQLite's own making (its name is empty): it lies in the folder that `SQLITE_TMPDIR` or
`TMPDIR` names, has no name that anybody could open, and is gone with the process. Memory is its page cache.
"""

import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from service.transfer.records import Unreadable

_ID = 22  # characters of an id

_TABLES = """
PRAGMA journal_mode = OFF;
PRAGMA synchronous = OFF;
CREATE TABLE thread (
  key TEXT PRIMARY KEY, line INTEGER, name TEXT, title TEXT, url TEXT, closed INTEGER
) WITHOUT ROWID;
CREATE TABLE comment (
  number INTEGER PRIMARY KEY, line INTEGER, thread TEXT, id TEXT, record BLOB, source TEXT UNIQUE, parent TEXT
);
BEGIN;
"""

_PREPARE = (
    "CREATE INDEX answers ON comment (parent) WHERE parent IS NOT NULL",
    "CREATE TABLE place (number INTEGER PRIMARY KEY, path TEXT, lost INTEGER)",
)

_PLACE = """
INSERT INTO place
WITH RECURSIVE placed (number, path, lost) AS (
  SELECT number, '', parent IS NOT NULL FROM comment AS own
  WHERE parent IS NULL
  OR NOT EXISTS (SELECT 1 FROM comment WHERE source = own.parent AND thread = own.thread)
  UNION ALL
  SELECT below.number, substr(placed.path || coalesce(above.id, ''), 1, :longest), 0
  FROM placed
  JOIN comment AS above ON above.number = placed.number
  JOIN comment AS below ON below.parent = above.source AND below.thread = above.thread
)
SELECT * FROM placed
"""
"""From the top of the threads downwards; `path` is the ids of the ancestors in one string, the topmost first.
What answers one that was passed over has that one's place."""

_PLACE_RINGS = (
    "INSERT INTO place SELECT number, '', 1 FROM comment WHERE number NOT IN (SELECT number FROM place)"
)
"""Comments that answer one another in a ring: no way leads to them from the top."""

_THREADS = """
SELECT line, name, title, url, closed FROM thread
WHERE name IN (SELECT thread FROM comment WHERE record IS NOT NULL)
"""

_LOST = "SELECT line FROM place JOIN comment USING (number) WHERE lost AND record IS NOT NULL ORDER BY number"

_COMMENTS = """
SELECT line, thread, id, path, record FROM comment JOIN place USING (number)
WHERE record IS NOT NULL ORDER BY number
"""


@dataclass(frozen=True, slots=True)
class Article:
    """A thread that comments belong to; `line` is where the file first tells of it."""

    line: int
    name: str
    title: str | None
    url: str | None
    closed: bool


@dataclass(frozen=True, slots=True)
class Given:
    """A comment that is put in.

    Attributes:
        thread: its name here.
        id, record: its id here and whatever is to be given out again; None of one that cannot be used, but
            may stand between two that can.
        source: its id in the other system.
        parent: of the comment it answers, likewise.
    """

    line: int
    thread: str
    id: str | None
    record: bytes | None
    source: str
    parent: str | None


@dataclass(frozen=True, slots=True)
class Found:
    """A comment with the ids of its ancestors, the topmost first; `record` is what was put in."""

    line: int
    thread: str
    id: str
    path: tuple[str, ...]
    record: bytes


class Index:
    """Takes everything in, then gives it out with its place. Not for two threads."""

    def __init__(self) -> None:
        self._db = sqlite3.connect("", isolation_level=None)
        self._db.executescript(_TABLES)

    def _run(self, statement: str, values: Sequence[object] | Mapping[str, object] = ()) -> sqlite3.Cursor:
        """Raises: Unreadable: there is no room on the disk."""
        try:
            return self._db.execute(statement, values)
        except sqlite3.OperationalError as error:
            raise Unreadable(f"it cannot be laid out in the folder that TMPDIR names: {error}") from None

    def close(self) -> None:
        self._db.close()

    def add_thread(self, key: str, known: Article) -> None:
        """Keep what is said of an article, unless something is known of it."""
        self._run(
            "INSERT OR IGNORE INTO thread VALUES (?, ?, ?, ?, ?, ?)",
            (key, known.line, known.name, known.title, known.url, known.closed),
        )

    def thread_name(self, key: str) -> str | None:
        found = self._run("SELECT name FROM thread WHERE key = ?", (key,)).fetchone()
        return None if found is None else str(found[0])

    def add_comment(self, given: Given) -> bool:
        """Keep a comment; False where there is one of its id."""
        done = self._run(
            "INSERT OR IGNORE INTO comment VALUES (NULL, ?, ?, ?, ?, ?, ?)",
            (given.line, given.thread, given.id, given.record, given.source, given.parent),
        )
        return done.rowcount == 1

    def place(self, depth: int) -> None:
        """Find each comment's place, `depth` levels below the top at most; once, when all are in."""
        for statement in _PREPARE:
            self._run(statement)
        self._run(_PLACE, {"longest": depth * _ID})
        self._run(_PLACE_RINGS)

    def threads(self) -> Iterator[Article]:
        """Every thread that has a comment."""
        for line, name, title, url, closed in self._run(_THREADS):
            yield Article(line, name, title, url, bool(closed))

    def lost(self) -> Iterator[int]:
        """The lines of those that answer what is not there, and stand at the top instead."""
        return (line for (line,) in self._run(_LOST))

    def comments(self) -> Iterator[Found]:
        for line, thread, id, path, record in self._run(_COMMENTS):
            yield Found(line, thread, id, _path(path), record)


def _path(ids: str) -> tuple[str, ...]:
    return tuple([ids[start : start + _ID] for start in range(0, len(ids), _ID)])
