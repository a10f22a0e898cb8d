"""Remark42's backup, imported: places, states, times, blocks; and files that are none, or were damaged."""

import gzip
import io
import tracemalloc
from typing import Any

import orjson
import pytest

from service.comments.authors import Standing
from service.comments.model import State
from service.store.store import Store
from service.store.transfer import AuthorStanding, TransferStore
from service.transfer.formats.foreign import Foreign, ForeignComment, ForeignThread, Options
from service.transfer.formats.remark42 import read
from service.transfer.importing import Tally
from service.transfer.lines import LONGEST
from service.transfer.records import Bad, Unreadable
from tests.transfer.foreign import imported_file, seen
from tests.transfer.sites import opened

URL = "https://bao.vn/doi-song/4711/"
NEVER = "0001-01-01T00:00:00Z"
FIRST: dict[str, Any] = {
    "version": 1,
    "users": [
        {"id": "github_1", "blocked": {"status": False, "until": NEVER}, "verified": True},
        {
            "id": "github_2",
            "blocked": {"status": True, "until": "2125-11-20T07:00:00.5+07:00"},
            "verified": False,
        },
        {
            "id": "anonymous_3",
            "blocked": {"status": True, "until": "2025-12-01T00:00:00Z"},
            "details": {"user_id": "anonymous_3", "email": "ba@vidu.example"},
        },
    ],
    "posts": [{"url": "https://bao.vn/cao-pho", "read_only": True}, {"url": URL, "read_only": False}],
}


def comment(id: str, text: str | None = "<p>Bài viết rất hay!</p>\n", **other: object) -> dict[str, Any]:
    """A line of a backup: published at the top of an article unless something else is said."""
    known = {
        "pid": "",
        "orig": "Bài viết rất hay!",
        "user": {"name": "Lan", "id": "github_1", "picture": "", "ip": "29" * 20, "admin": False},
        "locator": {"site": "bao", "url": URL},
        "score": 1,
        "votes": {"github_2": True},
        "vote": 0,
        "time": "2020-09-13T19:26:40.123456789+07:00",
        "title": "Kẹt xe từ sáng sớm",
    }
    return {"id": id, "text": text} | known | other


def user(name: str, id: str, *, admin: bool = False) -> dict[str, object]:
    return {"name": name, "id": id, "picture": "", "admin": admin}


def backup(*comments: dict[str, Any] | bytes, first: object = FIRST) -> bytes:
    lines = [one if isinstance(one, bytes) else orjson.dumps(one) for one in (first, *comments)]
    return b"\n".join(lines) + b"\n"


def records(content: bytes) -> list[tuple[int, Foreign]]:
    return [(one.line, one.record) for one in read(io.BytesIO(content), Options())]


def comments(content: bytes) -> list[ForeignComment | Bad]:
    return [record for _, record in records(content) if isinstance(record, ForeignComment | Bad)]


def refused(content: bytes) -> str:
    with pytest.raises(Unreadable) as refusal:
        records(content)
    return str(refusal.value)


async def standings(store: Store) -> dict[str, AuthorStanding]:
    known = TransferStore(store.url, store.commands, store.partitions).standings("bao")
    return {one.author: one async for batch in known for one in batch}


async def test_a_site_of_remark42_comes_over(redis_url: str) -> None:
    content = gzip.compress(
        backup(
            comment("1f", '<p>Xem <a href="https://a.vn/x">ở đây</a> &amp; <b>đó</b></p>\n'),
            comment("2f", "<p>Đúng vậy</p>", pid="1f", user=user("Minh &amp; Bình", "anonymous_3")),
            comment("3f", "", delete=True, user=user("deleted", "deleted")),
            comment("4f", "<p>Dưới cái bị xoá</p>", pid="3f", edit={"time": NEVER, "summary": ""}),
            comment("5f", "<p>Toà soạn trả lời</p>", pid="1f", user=user("Thu Hà", "google_9", admin=True)),
            comment("6f", "<p>Chia buồn</p>", locator={"site": "bao", "url": "https://bao.vn/cao-pho"}),
        )
    )
    async with opened(redis_url) as store:
        tally, told = await imported_file(store, "remark42", content)
        again, _ = await imported_file(store, "remark42", content)
        said = await store.threads.many("bao", ["https://bao.vn/cao-pho"])
        known = await standings(store)
    assert (tally, told) == (Tally(site_made=True, threads=2, standings=2, restored=6), [])
    assert again == Tally(threads=2, standings=2, left=6)
    found = seen(redis_url)
    texts = found.by_text
    top, reply = texts["Xem ở đây (https://a.vn/x) & đó"], texts["Đúng vậy"]
    [gone] = [one for one in found.all.comments.values() if one.state is State.ERASED]
    assert (top.thread, top.author.id, top.author.ip) == (URL, "remark42:github_1", None)
    assert (top.created_at, top.now.published_at) == (1_600_000_000_123, 1_600_000_000_123)
    assert (reply.parent_id, reply.author.name) == (top.id, "Minh & Bình")
    assert (texts["Dưới cái bị xoá"].parent_id, gone.author.name) == (gone.id, "")
    assert (texts["Toà soạn trả lời"].newsroom, top.newsroom) == (True, False)
    assert not said["https://bao.vn/cao-pho"].open
    assert known == {
        "remark42:github_2": AuthorStanding("remark42:github_2", Standing.BANNED, by="import"),
        reply.author.id: AuthorStanding(
            str(reply.author.id), Standing.BANNED, 1_764_547_200_000, by="import"
        ),
    }


def test_an_article_is_told_of_once_before_its_comments() -> None:
    elsewhere = {"site": "bao", "url": "https://bao.vn/2"}
    found = records(backup(comment("1"), comment("2"), comment("3", locator=elsewhere, title="")))
    assert [(line, type(record)) for line, record in found[3:]] == [
        (2, ForeignThread),
        (2, ForeignComment),
        (3, ForeignComment),
        (4, ForeignThread),
        (4, ForeignComment),
    ]
    assert found[3][1] == ForeignThread(URL, url=URL, title="Kẹt xe từ sáng sớm")


@pytest.mark.parametrize(
    ("wrong", "reason"),
    [
        (b"{", "Invalid JSON: EOF while parsing an object at line 1 column 1"),
        (b"[]", "Input should be an object"),
        (b"{}", "id: Field required"),
        (b'{"id": "\xff"}', "Invalid JSON: invalid unicode code point at line 1 column 9"),
        (comment(""), "id: String should have at least 1 character"),
        (comment("2", text=None), "text: Input should be a valid string"),
        (comment("2", user={"admin": "yes"}), "user.admin: Input should be a valid boolean"),
        (comment("2", locator={}), "locator.url: Field required"),
        (comment("2", time="hôm qua"), "time: is no time such as 2024-05-01 08:30:00"),
        (comment("2", time=NEVER), "time: lies before 1970"),
        (b'"' + b"x" * LONGEST + b'"', "longer than 8 MiB"),
    ],
)
def test_a_bad_line_is_told_and_the_others_are_read(wrong: bytes | dict[str, Any], reason: str) -> None:
    found = records(backup(comment("1"), wrong, b"", comment("3"), first={"version": 1}))
    assert [(line, type(record)) for line, record in found if line in (2, 5)][-2:] == [
        (2, ForeignComment),
        (5, ForeignComment),
    ]
    assert [(line, record) for line, record in found if isinstance(record, Bad)] == [(3, Bad(reason))]


def test_a_block_whose_end_cannot_be_read_is_told() -> None:
    first = FIRST | {"users": [{"id": "x", "blocked": {"status": True, "until": NEVER}}], "posts": None}
    assert records(backup(first=first)) == [(1, Bad("users: a block whose end lies before 1970"))]


def test_a_file_that_is_none_is_refused_in_one_sentence() -> None:
    none = "this is no backup of Remark42: its first line: "
    assert refused(b"") == f"{none}Invalid JSON: EOF while parsing a value at line 1 column 0"
    assert refused(orjson.dumps(comment("1"))) == f"{none}version: Field required"
    assert refused(b"<?xml?>\n").startswith(f"{none}Invalid JSON: ")
    assert refused(backup(first=FIRST | {"version": 2})) == (
        "this backup has version 2 of the format; this is for version 1"
    )
    assert refused(b" " * (17 << 20)) == "its first line is longer than 16 MiB"
    assert refused(gzip.compress(b"")[:7]) == "this is no backup of Remark42: its beginning is damaged"
    assert refused(b"\x1f\x8b" + b"x" * 99) == "this is no backup of Remark42: its beginning is damaged"


def test_a_byte_order_mark_and_windows_line_ends_do_not_matter() -> None:
    content = backup(comment("1"), comment("2"))
    windows = "\N{ZERO WIDTH NO-BREAK SPACE}".encode() + content.replace(b"\n", b"\r\n")
    assert windows != content.replace(b"\\n", b"\\r\\n")
    assert len(comments(windows)) == 2


@pytest.mark.parametrize("damage", ["cut off", "a wrong checksum", "garbage behind"])
def test_a_packed_file_that_was_damaged_is_read_as_far_as_it_goes(damage: str) -> None:
    packed = gzip.compress(backup(*(comment(str(number)) for number in range(3_000))))
    damaged = {
        "cut off": packed[: len(packed) * 2 // 3],
        "a wrong checksum": packed[:-8] + bytes(8),
        "garbage behind": packed + b"garbage",
    }[damage]
    *before, (line, bad) = records(damaged)
    assert bad == Bad("the file was cut off or damaged behind this line")
    assert before[-1][0] == line
    assert len(before) > 1_000


def test_a_file_that_unpacks_to_very_much_is_read_in_bounded_memory() -> None:
    bomb = gzip.compress(backup(bytes(56 << 20), comment("1")), 1)
    tracemalloc.start()
    found = comments(bomb)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert found[0] == Bad("longer than 8 MiB")
    assert isinstance(found[1], ForeignComment)
    assert peak < 40 << 20
