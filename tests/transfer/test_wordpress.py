"""`codau import --format wordpress`: what WordPress exports, its oddities included."""

import pytest

from service.comments.model import Author, State
from service.store.threads import Thread
from service.transfer.formats.names import NameFrom
from service.transfer.records import Unreadable
from tests.transfer import wxr
from tests.transfer.foreign import imported_file, seen
from tests.transfer.sites import opened

MORNING = 1_714_527_000_000  # 2024-05-01 01:30:00 UTC


async def test_an_export_becomes_a_site(redis_url: str) -> None:
    content = wxr.export(
        wxr.item(1),
        wxr.item(
            4711, wxr.comment(3, "Ba", parent=2), wxr.comment(2, "Hai", parent=1), wxr.comment(1, "Một")
        ),
        wxr.item(4712, wxr.comment(4, "Bốn"), status="closed"),
    )
    async with opened(redis_url) as store:
        tally, told = await imported_file(store, "wordpress", content)
        assert (tally.restored, tally.threads, tally.bad, told) == (4, 2, 0, [])
        assert (await store.directory.current()).site("bao").name == "Báo Ví Dụ & bạn đọc"
        article = await store.threads.get("bao", "4711")
        assert (article.title, article.url) == ("Bài “số 4711” & khác", "http://bao.example/xe/bai-4711/")
        assert (article.open, article.count) == (True, 3)
        assert not (await store.threads.get("bao", "4712")).open
        assert await store.threads.get("bao", "1") == Thread()
    found = seen(redis_url).by_text
    assert found["Ba"].path == (found["Một"].id, found["Hai"].id)
    assert found["Một"].author == Author("Lan & Hà", email="lan@example.vn", ip="203.0.113.9")
    assert (found["Một"].created_at, found["Một"].now.published_at) == (MORNING, MORNING)


@pytest.mark.parametrize(
    ("approved", "state", "reason"),
    [
        ("1", State.PUBLISHED, None),
        ("0", State.PENDING, None),
        ("spam", State.REJECTED, "spam"),
        ("trash", State.REJECTED, "other"),
        ("post-trashed", State.REJECTED, "other"),
    ],
)
async def test_a_comment_stands_as_it_stood(
    approved: str, state: State, reason: str | None, redis_url: str
) -> None:
    async with opened(redis_url) as store:
        await imported_file(
            store, "wordpress", wxr.export(wxr.item(1, wxr.comment(1, "Một", approved=wxr.cdata(approved))))
        )
    found = seen(redis_url).by_text["Một"]
    assert (found.state, found.now.reason) == (state, reason)


@pytest.mark.parametrize(
    ("content", "text"),
    [
        ("Một\nHai\n\nBa", "Một\nHai\n\nBa"),
        ("R&amp;D ]]> <b>đậm</b> <script>alert(1)</script>", "R&D ]]> đậm"),
        ('<a href="https://a.vn/" rel="nofollow ugc">đây</a>', "đây (https://a.vn/)"),
        ('<img src=x onerror="alert(1)">Hay', "Hay"),
        ("&lt;script&gt;alert(1)&lt;/script&gt;", "<script>alert(1)</script>"),
        ("Có ký tự \x0b điều khiển", "Có ký tự  điều khiển"),
    ],
)
async def test_a_text_is_what_was_typed(content: str, text: str, redis_url: str) -> None:
    async with opened(redis_url) as store:
        tally, told = await imported_file(
            store, "wordpress", wxr.export(wxr.item(1, wxr.comment(1, content)))
        )
    assert (tally.restored, told) == (1, [])
    assert list(seen(redis_url).by_text) == [text]


async def test_what_is_no_readers_comment_is_passed_over(redis_url: str) -> None:
    kinds = ("pingback", "trackback", "order_note", "", "review")
    comments = [
        wxr.comment(number, kind or "trống", type=wxr.cdata(kind)) for number, kind in enumerate(kinds, 1)
    ]
    async with opened(redis_url) as store:
        tally, told = await imported_file(store, "wordpress", wxr.export(wxr.item(1, *comments)))
    assert (tally.restored, told) == (2, [])
    assert seen(redis_url).by_text.keys() == {"trống", "review"}


@pytest.mark.parametrize("missing", ["", "0000-00-00 00:00:00"])
async def test_without_universal_time_the_blogs_is_taken_to_be_vietnams(missing: str, redis_url: str) -> None:
    async with opened(redis_url) as store:
        content = wxr.export(wxr.item(1, wxr.comment(1, "Một", date_gmt=wxr.cdata(missing))))
        await imported_file(store, "wordpress", content)
    assert seen(redis_url).by_text["Một"].created_at == MORNING


async def test_a_reader_who_signed_in_is_known_by_the_websites_id(redis_url: str) -> None:
    async with opened(redis_url) as store:
        await imported_file(store, "wordpress", wxr.export(wxr.item(1, wxr.comment(1, "Một", user_id=7))))
    assert seen(redis_url).by_text["Một"].author.id == "7"


async def test_threads_can_be_named_after_their_path(redis_url: str) -> None:
    async with opened(redis_url) as store:
        content = wxr.export(wxr.item(4711, wxr.comment(1, "Một")))
        await imported_file(store, "wordpress", content, name_from=NameFrom.PATH)
    assert seen(redis_url).by_text["Một"].thread == "/xe/bai-4711/"


async def test_a_bad_comment_is_told_with_its_line(redis_url: str) -> None:
    bad = {
        "wp:comment_approved: is none of 1, 0, spam, trash, post-trashed": wxr.comment(
            1, "Một", approved="9"
        ),
        "wp:comment_date_gmt: is no time such as 2024-05-01 08:30:00": wxr.comment(
            2, "Hai", date_gmt="hôm qua"
        ),
        "wp:comment_date_gmt: lies before 1970": wxr.comment(3, "Ba", date_gmt="1066-10-14 09:00:00"),
        "wp:comment_id: is missing": wxr.comment(4, "Bốn").replace("<wp:comment_id>4", "<wp:comment_id>"),
        "wp:comment_content: is too long": wxr.comment(5, "x" * 1_100_000),
        "body: must have at least 1 character": wxr.comment(6, "<b></b>"),
    }
    content = wxr.export(wxr.item(1, *bad.values(), wxr.comment(7, "Bảy")))
    lines = [n for n, line in enumerate(content.decode().splitlines(), 1) if "<wp:comment>" in line]
    async with opened(redis_url) as store:
        tally, told = await imported_file(store, "wordpress", content)
    assert told == list(zip(lines, bad, strict=False))
    assert (tally.restored, tally.bad) == (1, 6)


async def test_a_file_that_was_cut_off_is_imported_as_far_as_it_goes(redis_url: str) -> None:
    content = wxr.export(wxr.item(1, wxr.comment(1, "Một"), wxr.comment(2, "Hai")))
    async with opened(redis_url) as store:
        tally, told = await imported_file(store, "wordpress", content[: content.index(b"Hai")])
    assert (tally.restored, tally.bad) == (1, 1)
    assert told[0][1] == "the file ends here: the WordPress export was cut off"


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b'{"format":"codau","version":1}\n', "this is no WordPress export: it is no XML"),
        (b"<disqus/>", "this is no WordPress export: it begins with <disqus>, not with <rss>"),
        (
            b"<rss><channel><title>x</title><item><title>y</title></item></channel></rss>",
            "this is no WordPress export: an item has no wp:post_id",
        ),
    ],
)
async def test_another_file_is_refused_before_anything_is_done(
    content: bytes, why: str, redis_url: str
) -> None:
    async with opened(redis_url) as store:
        with pytest.raises(Unreadable, match=why):
            await imported_file(store, "wordpress", content)
        assert (await store.directory.current()).sites == {}
