"""Isso's database, imported: places, states, times, names."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest

from service.comments.model import State
from service.transfer.formats.foreign import (
    ForeignComment,
    ForeignThread,
    Form,
)
from service.transfer.importing import Tally
from service.transfer.records import Bad
from tests.transfer.foreign import imported_file, seen
from tests.transfer.isso_database import (
    CREATED,
    DELETED,
    FIRST_TABLES,
    TABLES,
    WAITING,
    comment,
    database,
    records,
)
from tests.transfer.isso_database import file as file  # noqa: PLC0414  a fixture
from tests.transfer.sites import opened


def comments(
    file: Path, rows: Iterable[dict[str, Any]], *, tables: str = TABLES
) -> list[ForeignComment | Bad]:
    found = [record for _, record in records(database(file, rows, tables=tables))]
    return [record for record in found if isinstance(record, ForeignComment | Bad)]


async def test_a_site_of_isso_comes_over(redis_url: str, file: Path) -> None:
    """Through a pipe, as `codau import bao - --format isso` has it."""
    rows = [
        comment(1, "Đoạn này **ngày nào** cũng kẹt!", author="Minh", email="minh@vidu.example"),
        comment(2, "Đúng vậy", parent=1, author="Bác Ba", modified=CREATED + 99),
        comment(3, "Còn chờ", mode=WAITING),
        comment(4, "", mode=DELETED, email="xoa@vidu.example"),
        comment(5, "Dưới cái bị xoá", parent=4),
    ]
    content = database(file, rows).read_bytes()
    async with opened(redis_url) as store:
        tally, told = await imported_file(store, "isso", content)
        again, _ = await imported_file(store, "isso", content)
    assert (tally, told) == (Tally(site_made=True, threads=1, restored=5), [])
    assert again == Tally(threads=1, left=5)
    found = seen(redis_url)
    top, reply, waits, below = (found.by_text[str(rows[n]["text"])] for n in (0, 1, 2, 4))
    [gone] = [one for one in found.all.comments.values() if one.state is State.ERASED]
    assert (top.thread, top.author.name, top.author.email) == ("/doi-song/4711/", "Minh", "minh@vidu.example")
    assert top.author.ip is None  # Isso keeps the network alone
    assert (top.created_at, top.now.published_at) == (1_600_000_001_250, 1_600_000_001_250)
    assert (reply.parent_id, waits.state, waits.parent_id) == (top.id, State.PENDING, None)
    assert (below.parent_id, below.state) == (gone.id, State.PUBLISHED)
    assert (gone.author.name, gone.author.email) == ("", None)


async def test_what_was_decided_in_isso_meanwhile_is_decided_here(redis_url: str, tmp_path: Path) -> None:
    reply = comment(3, "Đúng", parent=2)
    before = [comment(1, "Chờ", mode=WAITING), comment(2, "Hay"), reply]
    after = [comment(1, "Chờ"), comment(2, "", mode=DELETED), reply]
    content, later = (
        database(tmp_path / name, rows).read_bytes() for name, rows in (("1.db", before), ("2.db", after))
    )
    async with opened(redis_url) as store:
        await imported_file(store, "isso", content)
        tally, told = await imported_file(store, "isso", later)
    assert (tally, told) == (Tally(threads=1, brought_forward=2, left=1), [])
    states = {one.now.text: one.state for one in seen(redis_url).all.comments.values()}
    assert (states["Chờ"], states[""]) == (State.PUBLISHED, State.ERASED)


def test_names_and_addresses_of_mail_are_as_the_reader_typed_them(file: Path) -> None:
    [one] = comments(file, [comment(1, author="Lan &lt;3 R&amp;amp;D", email="a&amp;b@vidu.example")])
    assert isinstance(one, ForeignComment)
    assert (one.author.name, one.author.email) == ("Lan <3 R&amp;D", "a&b@vidu.example")


def test_what_is_deleted_is_deleted_whatever_it_was_before(file: Path) -> None:
    found = comments(file, [comment(mode, mode=mode) for mode in range(1, 8)])
    states = [one.state for one in found if isinstance(one, ForeignComment)]
    waiting, erased = State.PENDING, State.ERASED
    assert states == [State.PUBLISHED, waiting, waiting, erased, erased, erased, erased]


def test_nobodys_name_is_no_name(file: Path) -> None:
    [one, other] = comments(file, [comment(1, author=None, email=None), comment(2, author="", email="")])
    assert isinstance(one, ForeignComment)
    assert isinstance(other, ForeignComment)
    assert one.author == other.author


def test_markdown_stays_as_typed_and_what_came_from_disqus_is_read_as_html(file: Path) -> None:
    markdown = "<3, 5 < 7 & **hay**\n\n- một\n- <p>"
    [typed, html] = comments(file, [comment(1, markdown), comment(2, "<p>một &amp; hai</p>")])
    assert isinstance(typed, ForeignComment)
    assert isinstance(html, ForeignComment)
    assert (typed.body, typed.form, html.form) == (markdown, Form.TEXT, Form.HTML)


def test_the_first_schema_is_read_too(file: Path) -> None:
    [one, gone] = comments(file, [comment(1), comment(2, None, mode=DELETED)], tables=FIRST_TABLES)
    assert isinstance(one, ForeignComment)
    assert isinstance(gone, ForeignComment)
    assert (one.state, gone.state) == (State.PUBLISHED, State.ERASED)


def test_a_thread_is_named_by_its_address_or_by_the_websites_own_id(file: Path) -> None:
    threads = [(1, "/a/?b=1", None), (2, "https://bao.vn/a", "Tựa"), (3, "bai-4711", "")]
    assert [record for _, record in records(database(file, [], threads))] == [
        ForeignThread("1", None, "/a/?b=1", ""),
        ForeignThread("2", None, "https://bao.vn/a", "Tựa"),
        ForeignThread("3", "bai-4711", None, ""),
    ]


@pytest.mark.parametrize(
    ("wrong", "reason"),
    [
        ({"mode": 0}, "mode: must be 1, 2 or 4"),
        ({"mode": None}, "mode: must be 1, 2 or 4"),
        ({"mode": "accepted"}, "mode: must be 1, 2 or 4"),
        ({"created": "hôm qua"}, "created: must be seconds since 1970"),
        ({"created": float("inf")}, "created: must be seconds since 1970"),
        ({"text": b"\xff\xfe"}, "text: must be text in UTF-8"),
        ({"author": b"\xc3"}, "author: must be text in UTF-8"),
        ({"text": "á" * (5 << 20)}, "string or blob too big"),
    ],
)
def test_a_row_that_isso_would_not_write_is_told_and_the_others_are_read(
    file: Path, wrong: dict[str, object], reason: str
) -> None:
    before, bad, behind = comments(file, [comment(1), comment(2) | wrong, comment(3)])
    assert bad == Bad(f"comments: {reason}")
    assert isinstance(before, ForeignComment)
    assert isinstance(behind, ForeignComment)


def test_the_line_of_a_record_is_its_id(file: Path) -> None:
    database(file, [comment(7), comment(4_000)])
    assert [line for line, _ in records(file)] == [1, 7, 4_000]
