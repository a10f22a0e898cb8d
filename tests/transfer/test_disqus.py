"""`codau import --format disqus`: what Disqus exports."""

from typing import Any

import pytest

from service.comments.model import Author, State
from service.transfer.formats.names import NameFrom
from service.transfer.records import Unreadable
from tests.transfer.foreign import imported_file, seen
from tests.transfer.sites import opened

HEAD = """<?xml version="1.0" encoding="utf-8"?>
<disqus xmlns="http://disqus.com" xmlns:dsq="http://disqus.com/disqus-internals" \
xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" \
xsi:schemaLocation="http://disqus.com/api/schemas/1.0/disqus.xsd http://disqus.com/api/schemas/1.0/internals.xsd">

<category dsq:id="12"><forum>bao</forum><title>General</title><isDefault>true</isDefault></category>
"""
REDIRECT = "http://disq.us/url?url=https%3A%2F%2Fa.vn%2F%3Fx%3D1%26y%3D2%3AGTwU4dcq96lIEIpJc8INii4ptuY&amp;cuid=104353"
MORNING = 1_714_527_000_000  # 2024-05-01 01:30:00 UTC


def thread(number: int, id: str = "doi-song/4711", closed: str = "false") -> str:
    return f"""<thread dsq:id="{number}">
<id>{id}</id>
<forum>bao</forum>
<category dsq:id="12" />
<link>https://bao.vn/xe/{number}/</link>
<title>Kẹt xe &amp; mưa</title>
<message />
<createdAt>2024-04-30T01:00:00Z</createdAt>
<author><name>Tòa soạn</name><isAnonymous>false</isAnonymous><username>toasoan</username></author>
<isClosed>{closed}</isClosed>
<isDeleted>false</isDeleted>
</thread>
"""


def post(number: int, message: str, parent: int | None = None, **changes: Any) -> str:
    fields = {
        "id": "wp_id=5",
        "message": f"<![CDATA[{message}]]>",
        "createdAt": "2024-05-01T01:30:00Z",
        "isDeleted": "false",
        "isSpam": "false",
        "author": "<name>Lan</name><isAnonymous>false</isAnonymous><username>lan</username>",
    } | changes
    lines = "\n".join(f"<{name}>{text}</{name}>" for name, text in fields.items())
    above = f'<parent dsq:id="{parent}" />\n' if parent else ""
    return f'<post dsq:id="{number}">\n{lines}\n<thread dsq:id="9" />\n{above}</post>\n'


def export(*records: str) -> bytes:
    return (HEAD + "\n".join(records) + "</disqus>\n").encode()


async def test_an_export_becomes_a_site(redis_url: str) -> None:
    content = export(thread(9), thread(8, "khac", "true"), post(2, "<p>Hai</p>", 1), post(1, "<p>Một</p>"))
    async with opened(redis_url) as store:
        tally, told = await imported_file(store, "disqus", content)
        assert (tally.restored, tally.threads, told) == (2, 1, [])
        article = await store.threads.get("bao", "doi-song/4711")
        assert (article.title, article.url, article.open) == ("Kẹt xe & mưa", "https://bao.vn/xe/9/", True)
    found = seen(redis_url).by_text
    assert found["Hai"].path == (found["Một"].id,)
    assert found["Một"].author == Author("Lan", "disqus:lan")
    assert found["Một"].now.published_at == MORNING


@pytest.mark.parametrize(
    ("id", "name_from", "name"),
    [
        ("doi-song/4711", None, "doi-song/4711"),
        ("", None, "https://bao.vn/xe/9/"),
        ("doi-song/4711", NameFrom.PATH, "/xe/9/"),
    ],
)
async def test_a_thread_is_named_after_its_identifier_or_address(
    id: str, name_from: NameFrom | None, name: str, redis_url: str
) -> None:
    async with opened(redis_url) as store:
        await imported_file(store, "disqus", export(thread(9, id), post(1, "Một")), name_from=name_from)
    assert seen(redis_url).by_text["Một"].thread == name


async def test_a_closed_thread_stays_closed(redis_url: str) -> None:
    async with opened(redis_url) as store:
        await imported_file(store, "disqus", export(thread(9, closed="true"), post(1, "Một")))
        assert not (await store.threads.get("bao", "doi-song/4711")).open


@pytest.mark.parametrize(
    ("changes", "state", "reason"),
    [
        ({}, State.PUBLISHED, None),
        ({"isApproved": "true"}, State.PUBLISHED, None),
        ({"isApproved": "false"}, State.PENDING, None),
        ({"isSpam": "true"}, State.REJECTED, "spam"),
        ({"isSpam": "true", "isApproved": "false"}, State.REJECTED, "spam"),
        ({"isDeleted": "true"}, State.ERASED, None),
        ({"isDeleted": "true", "isSpam": "true"}, State.ERASED, None),
    ],
)
async def test_a_comment_stands_as_it_stood(
    changes: dict[str, str], state: State, reason: str | None, redis_url: str
) -> None:
    async with opened(redis_url) as store:
        await imported_file(store, "disqus", export(thread(9), post(1, "Một", **changes)))
    [found] = seen(redis_url).all.comments.values()
    assert (found.state, found.now.reason) == (state, reason)
    assert found.body == (None if state is State.ERASED else "Một")


async def test_what_answers_a_deleted_comment_stands_below_its_tombstone(redis_url: str) -> None:
    async with opened(redis_url) as store:
        content = export(thread(9), post(1, "Bí mật", isDeleted="true"), post(2, "Hai", 1))
        await imported_file(store, "disqus", content)
    found = seen(redis_url)
    [gone] = [comment for comment in found.all.comments.values() if comment.state is State.ERASED]
    assert found.by_text["Hai"].path == (gone.id,)
    assert "Bí mật" not in repr(found)


@pytest.mark.parametrize(
    ("message", "text"),
    [
        ("<p>Một<br>Hai</p>\n\n<p>Ba</p>", "Một\nHai\n\nBa"),
        (
            '<p>Xem <a href="https://a.vn/rat/dai/bai" rel="nofollow noopener" title="x">https://a.vn/rat/...</a></p>',
            "Xem https://a.vn/rat/dai/bai",
        ),
        (f'<p>Xem <a href="{REDIRECT}">https://a.vn/...</a></p>', "Xem https://a.vn/?x=1&y=2"),
        ("<p>R&amp;D <img src=x onerror=alert(1)>hay</p><script>alert(1)</script>", "R&D hay"),
        ("<blockquote><p>Bạn nói</p></blockquote><p>Không</p>", "> Bạn nói\n\nKhông"),
    ],
)
async def test_a_text_is_what_was_shown(message: str, text: str, redis_url: str) -> None:
    async with opened(redis_url) as store:
        await imported_file(store, "disqus", export(thread(9), post(1, message)))
    assert list(seen(redis_url).by_text) == [text]


async def test_what_older_exports_tell_of_authors_is_kept(redis_url: str) -> None:
    author = "<email>lan@example.vn</email><name>Lan</name><isAnonymous>true</isAnonymous>"
    async with opened(redis_url) as store:
        content = export(thread(9), post(1, "Một", author=author, ipAddress="203.0.113.9"))
        await imported_file(store, "disqus", content)
    assert seen(redis_url).by_text["Một"].author == Author("Lan", email="lan@example.vn", ip="203.0.113.9")


async def test_a_bad_post_is_told_with_its_line(redis_url: str) -> None:
    bad = {
        "createdAt: is no time such as 2024-05-01 08:30:00": post(1, "Một", createdAt="hôm qua"),
        "thread: has no dsq:id": post(2, "Hai").replace('<thread dsq:id="9" />', "<thread />"),
        "the file does not tell of its thread before it": post(3, "Ba").replace('dsq:id="9"', 'dsq:id="7"'),
        "has no dsq:id": post(4, "Bốn").replace('<post dsq:id="4">', "<post>"),
        "message: is too long": post(5, "x" * 1_100_000),
        "body: must have at least 1 character": post(6, "<p></p>"),
    }
    content = export(thread(9), *bad.values(), post(7, "Bảy"))
    lines = [n for n, line in enumerate(content.decode().splitlines(), 1) if line.startswith("<post")]
    async with opened(redis_url) as store:
        tally, told = await imported_file(store, "disqus", content)
    assert told == list(zip(lines, bad, strict=False))
    assert (tally.restored, tally.bad) == (1, 6)


async def test_another_file_is_refused(redis_url: str) -> None:
    async with opened(redis_url) as store:
        with pytest.raises(Unreadable, match="this is no Disqus export: it begins with <rss>"):
            await imported_file(store, "disqus", b"<rss/>")
