"""Databases that are none of Isso's, were damaged, or mean harm; and one that Isso is at work on."""

import io
import os
import sqlite3
from contextlib import closing
from itertools import islice
from pathlib import Path

import pytest

from service.comments.model import State
from service.transfer.formats.foreign import (
    ForeignComment,
    NumberedForeign,
    Options,
)
from service.transfer.formats.isso import read
from service.transfer.records import Bad, Unreadable
from tests.transfer.isso_database import comment, database, records
from tests.transfer.isso_database import file as file  # noqa: PLC0414  a fixture


def refused(content: bytes) -> str:
    with pytest.raises(Unreadable) as refusal:
        list(read(io.BytesIO(content), Options()))
    return str(refusal.value)


def test_what_is_no_database_of_isso_is_refused_in_one_sentence(tmp_path: Path) -> None:
    other = tmp_path / "other.db"
    with closing(sqlite3.connect(other)) as connection, connection:
        connection.execute("CREATE TABLE threads (id, uri, title)")
    assert refused(b"") == refused(b"<?xml?>") == "this is no SQLite database"
    assert refused(other.read_bytes()) == "this database has no table comments"
    with closing(sqlite3.connect(other)) as connection, connection:
        connection.execute("CREATE TABLE comments (id, body)")
    assert refused(other.read_bytes()) == "this database cannot be used: no such column: tid"


@pytest.mark.parametrize(
    "comments",
    [
        "VIEW comments AS WITH RECURSIVE more (id) AS (SELECT 1 UNION ALL SELECT id + 1 FROM more)"
        "SELECT id, 1 AS tid, 0 AS parent, 0 AS created, 1 AS mode, '' AS text, '' AS author, '' AS email"
        " FROM more",
        "VIRTUAL TABLE comments USING fts5 (id, tid, parent, created, mode, text, author, email)",
    ],
)
def test_what_only_looks_like_a_table_is_not_run(tmp_path: Path, comments: str) -> None:
    """A view may count for ever, a virtual table is somebody's program."""
    hostile = tmp_path / "hostile.db"
    with closing(sqlite3.connect(hostile)) as connection, connection:
        connection.executescript(f"CREATE TABLE threads (id, uri, title); CREATE {comments};")
    assert refused(hostile.read_bytes()) == "this database has no table comments"


def test_a_database_that_was_cut_off_is_refused(file: Path) -> None:
    content = database(file, [comment(n, "Bài viết rất hay! " * 50) for n in range(1, 99)]).read_bytes()
    assert refused(content[: len(content) // 2]).endswith("cannot be used: database disk image is malformed")


def test_a_database_with_a_hole_is_read_up_to_there(file: Path) -> None:
    content = database(file, [comment(n, "Bài viết rất hay! " * 50) for n in range(1, 99)]).read_bytes()
    middle = len(content) // 2 // 4096 * 4096
    file.write_bytes(content[:middle] + bytes(4096) + content[middle + 4096 :])
    *before, (line, bad) = records(file)[1:]
    assert [number for number, _ in before] == list(range(1, line + 1))
    assert 30 < line < 60
    assert bad == Bad("comments: database disk image is malformed")


def test_every_damaged_byte_leaves_records_bad_lines_or_a_refusal(file: Path) -> None:
    content = database(file, [comment(n) for n in range(1, 5)]).read_bytes()
    for place in range(16, len(content), 97):
        damaged = bytearray(content)
        damaged[place] ^= 0xFF
        try:
            list(read(io.BytesIO(damaged), Options()))
        except Unreadable as refusal:
            assert str(refusal)


def test_ids_that_go_round_come_to_an_end(file: Path) -> None:
    """The last row gets the first one's id, so that there is always one behind the last."""
    database(file, [comment(id, "Hay") for id in (1, 2, 3)])
    with closing(sqlite3.connect(file)) as connection:
        [root] = connection.execute("SELECT rootpage FROM sqlite_master WHERE name = 'comments'").fetchone()
    damaged = bytearray(file.read_bytes())
    page = (root - 1) * 4096
    cell = page + int.from_bytes(damaged[page + 12 : page + 14])  # the third of a leaf's pointers
    assert damaged[cell + 1] == 3
    damaged[cell + 1] = 1
    found = list(islice(read(io.BytesIO(damaged), Options()), 50))
    assert found[-1] == NumberedForeign(2, Bad("comments: its ids are in no order"))


def test_an_isso_at_work_may_go_on_writing_and_nothing_of_it_is_touched(file: Path) -> None:
    database(file, [comment(n) for n in range(1, 3_000)])
    with file.open("rb") as opened_file, closing(sqlite3.connect(file, timeout=0)) as isso:
        reading = read(opened_file, Options())
        for _ in range(50):
            next(reading)
        with isso:
            isso.execute("DELETE FROM comments WHERE id = 60")
            isso.execute("UPDATE comments SET mode = 4 WHERE id = 61")
        states = {one.line: one.record.state for one in reading if isinstance(one.record, ForeignComment)}
    assert states[61] is State.ERASED
    assert 60 not in states
    assert sorted(path.name for path in file.parent.iterdir()) == ["comments.db"]


@pytest.mark.skipif(os.geteuid() == 0, reason="root can write everywhere")
def test_a_write_ahead_database_is_read_where_nobody_can_write(file: Path) -> None:
    database(file, [comment(1)])
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("PRAGMA journal_mode = WAL")
    file.parent.chmod(0o500)
    assert [line for line, _ in records(file)] == [1, 1]
