"""`codau import --format csv`: a table whose columns are named, or said to be what."""

import re
from pathlib import Path

import pytest

from service.comments.model import Author, State
from service.transfer.formats.foreign import Options
from service.transfer.formats.names import NameFrom
from service.transfer.formats.table import COLUMNS
from service.transfer.records import Unreadable
from tests.transfer.foreign import Lines, Seen, imported_file, seen
from tests.transfer.sites import opened

MORNING = 1_714_527_000_000  # 2024-05-01 08:30:00 in Vietnam
WHOLE = """id,parent,thread,thread.title,thread.url,author.name,author.id,author.email,author.ip,\
author.user_agent,body,created_at,state,newsroom
1,,xe/1,Kẹt xe,https://bao.vn/1,Lan,u-1,lan@example.vn,203.0.113.9,trình duyệt,Một,2024-05-01 08:30:00,1,
2,1,xe/1,,,Tòa soạn,,,,,"Hai, ""ba""
bốn",2024-05-01T01:30:00Z,approved,1
"""


async def imported(url: str, content: str | bytes, **options: object) -> tuple[Seen, Lines]:
    raw = content if isinstance(content, bytes) else content.encode()
    async with opened(url) as store:
        _, told = await imported_file(store, "csv", raw, options=Options(**options))  # type: ignore[arg-type]
    return seen(url), told


async def test_a_table_with_our_own_names_needs_no_options(redis_url: str) -> None:
    found, told = await imported(redis_url, WHOLE)
    one, two = found.by_text["Một"], found.by_text['Hai, "ba"\nbốn']
    assert told == []
    assert one.author == Author("Lan", "u-1", "lan@example.vn", "203.0.113.9", "trình duyệt")
    assert (one.created_at, one.state, one.newsroom) == (MORNING, State.PUBLISHED, False)
    assert (two.path, two.newsroom, two.author) == ((one.id,), True, Author("Tòa soạn"))


async def test_columns_of_other_names_are_named(redis_url: str) -> None:
    columns = {"thread": "slug", "body": "comment_text", "author.name": "who", "created_at": "when"}
    content = "slug;who;comment_text;when;votes\nxe/1;Lan;Một, hai;1714527000;9\n"
    found, told = await imported(redis_url, content, columns=columns)
    assert told == []
    assert found.by_text["Một, hai"].created_at == MORNING


def test_every_column_is_explained() -> None:
    text = (Path(__file__).parents[2] / "docs" / "transfer.md").read_text(encoding="utf-8")
    names = [
        name
        for row in re.findall(r"^\| (`.*?) \|", text, re.MULTILINE)
        for name in re.findall(r"`([^`]+)`", row)
    ]
    assert set(COLUMNS) <= set(names)


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
async def test_what_parts_the_columns_is_found_out(delimiter: str, redis_url: str) -> None:
    content = "thread,body,created_at\nxe/1,Một,1714527000\n".replace(",", delimiter)
    found, _ = await imported(redis_url, content)
    assert found.by_text.keys() == {"Một"}


async def test_another_delimiter_can_be_named(redis_url: str) -> None:
    content = "thread~body~created_at\nxe/1~Một~1714527000\n"
    found, _ = await imported(redis_url, content, delimiter="~")
    assert found.by_text.keys() == {"Một"}


async def test_a_mark_of_its_encoding_and_empty_lines_do_no_harm(redis_url: str) -> None:
    content = "\N{ZERO WIDTH NO-BREAK SPACE}thread,body,created_at\r\n\r\nxe/1,Một,1714527000\r\n\r\n"
    found, told = await imported(redis_url, content)
    assert (found.by_text.keys(), told) == ({"Một"}, [])


@pytest.mark.parametrize("encoding", ["windows-1258", "utf-16"])
async def test_another_encoding_is_refused(encoding: str, redis_url: str) -> None:
    content = "thread,body,created_at\nxe/1,Cà phê,1714527000\n".encode(encoding)
    with pytest.raises(Unreadable, match="this is no text in UTF-8"):
        await imported(redis_url, content)


@pytest.mark.parametrize(
    ("written", "state", "reason"),
    [
        ("Approved", State.PUBLISHED, None),
        ("1", State.PUBLISHED, None),
        (" pending ", State.PENDING, None),
        ("0", State.PENDING, None),
        ("spam", State.REJECTED, "spam"),
        ("trash", State.REJECTED, "other"),
        ("deleted", State.ERASED, None),
    ],
)
async def test_a_state_is_read(written: str, state: State, reason: str | None, redis_url: str) -> None:
    found, _ = await imported(redis_url, f"thread,body,created_at,state\nxe/1,Một,1714527000,{written}\n")
    [comment] = found.all.comments.values()
    assert (comment.state, comment.now.reason) == (state, reason)


async def test_html_has_a_column_of_its_own(redis_url: str) -> None:
    content = "thread,body.html,created_at\nxe/1,<p>Một</p><p>R&amp;D,1714527000\n"
    found, _ = await imported(redis_url, content)
    assert found.by_text.keys() == {"Một\n\nR&D"}


async def test_without_a_thread_its_address_will_do(redis_url: str) -> None:
    content = "thread.url,body,created_at\nhttps://bao.vn/1,Một,1714527000\n"
    found, _ = await imported(redis_url, content)
    assert found.by_text["Một"].thread == "https://bao.vn/1"
    async with opened(redis_url) as store:
        await imported_file(store, "csv", content.encode(), name_from=NameFrom.PATH)
    assert {comment.thread for comment in seen(redis_url).all.comments.values()} == {"https://bao.vn/1", "/1"}


async def test_without_ids_a_comment_is_known_by_what_it_says(redis_url: str) -> None:
    content = "thread,body,created_at\nxe/1,Một,1714527000\nxe/1,Hai,1714527000\n"
    before, _ = await imported(redis_url, content)
    after, _ = await imported(redis_url, content)
    assert len(after.all.comments) == 2
    assert after.all == before.all


async def test_a_bad_row_is_told_with_its_line(redis_url: str) -> None:
    content = """thread,body,created_at,state
xe/1,"Một
hai",1714527000,1
xe/1,Ba,hôm qua,1
xe/1,Bốn,1714527000,
xe/1,Năm,1714527000,1,thừa
xe/1
,Sáu,1714527000,1
xe/1,,1714527000,1
xe/1,Bảy,1714527000,1
"""
    found, told = await imported(redis_url, content)
    assert found.by_text.keys() == {"Một\nhai", "Bảy"}
    assert [line for line, _ in told] == [4, 5, 6, 7, 8, 9]
    assert [what.partition(":")[0] for _, what in told] == [
        *("created_at", "state", "has 5 columns, the first row 4", "created_at"),
        *("the file does not say what its thread is to be named after", "body"),
    ]


@pytest.mark.parametrize(
    ("follows", "why"),
    [
        ("xe/1,Ba,1714527000\n" * 10, "unexpected end of data"),
        ("xe/1,Ba,1714527000\n" * 10_000, "field larger than field limit (131072)"),
        ('xe/1,"Ba",1714527000\n', "',' expected after '\"'"),
    ],
)
async def test_a_quote_without_its_end_is_told_and_what_follows_is_not_taken_for_rows(
    follows: str, why: str, redis_url: str
) -> None:
    content = 'thread,body,created_at\nxe/1,Một,1714527000\nxe/1,"Hai,1714527000\n'
    found, told = await imported(redis_url, content + follows)
    assert found.by_text.keys() == {"Một"}
    assert told == [(3, f"{why}; perhaps a quote is missing. Nothing after it was read")]


@pytest.mark.parametrize(
    ("content", "columns", "why"),
    [
        (
            "body,created_at\n",
            {},
            "the first row names no column thread or thread.url; --columns says which it is",
        ),
        ("thread,created_at\n", {}, "the first row names no column body or body.html"),
        ("thread,body\n", {}, "the first row names no column created_at"),
        ("", {}, "the first row names no column"),
        ("thread,body,when\n", {"created_at": "then"}, "--columns: the first row has no column then"),
        ("thread,body,created_at\n", {"autor": "thread"}, "--columns: autor is none of id, parent, thread,"),
    ],
)
async def test_a_table_without_its_columns_is_refused(
    content: str, columns: dict[str, str], why: str, redis_url: str
) -> None:
    with pytest.raises(Unreadable, match=why):
        await imported(redis_url, content, columns=columns)
