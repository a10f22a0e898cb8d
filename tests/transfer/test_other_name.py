"""An export fits a site of another name: comments, trees, and who is banned there."""

from service.comments.authors import Standing, address_key, author_key
from service.comments.model import Author
from service.store.authors import Opinion
from tests.transfer.living import AUTHORS, TEXTS, THREADS, Newspaper
from tests.transfer.sites import COPY_PARTITIONS, NOW, another, exported, imported, made_site, opened, picture

BY_ID, BY_EMAIL, BY_ADDRESS, _ = AUTHORS
GONE = Author("Đã đi", email="gone@example.vn")
BANNED = Opinion(Standing.BANNED, NOW + 9, "vì sao", "Hà")


async def test_comments_and_standings_move_to_a_site_of_another_name(redis_url: str) -> None:
    url = another(redis_url)
    async with opened(redis_url) as store, opened(url, COPY_PARTITIONS) as copy:
        await made_site(store)
        paper = Newspaper(store)
        moves = [("submit", THREADS[0], author, TEXTS[0], 0) for author in (BY_ID, BY_EMAIL, BY_ADDRESS)]
        await paper.live(
            [moves[0], ("judge", 0, "published", 0.0), *moves[1:], ("judge", 1, "published", 0.0)]
        )
        for author in (BY_ID, BY_EMAIL, BY_ADDRESS):
            key = author_key("bao", author)
            assert key is not None
            await store.authors.set_opinion("bao", key, BANNED)

        tally, bad = await imported(copy, await exported(store), "bao-moi")
        assert bad == []
        assert (tally.site_made, tally.standings, tally.restored) == (True, 3, 3)
        assert (await copy.directory.current()).sites.keys() == {"bao-moi"}
        theirs, ours = picture(redis_url, "bao"), picture(url, "bao-moi")
        for kept in [name for name in theirs if "author" not in name]:
            assert ours[kept] == theirs[kept]
        for author in (BY_ID, BY_EMAIL, BY_ADDRESS):
            key = author_key("bao-moi", author)
            assert key is not None
            record = (await copy.authors.records("bao-moi", [key], now_ms=NOW))[key]
            assert record.standing is Standing.BANNED
        assert record.published == 0


async def test_a_banned_address_is_known_again_by_a_comment_of_a_named_author(redis_url: str) -> None:
    url = another(redis_url)
    async with opened(redis_url) as store, opened(url) as copy:
        await made_site(store)
        await Newspaper(store).live([("submit", THREADS[0], BY_ID, TEXTS[0], 99)])
        address = address_key("bao", BY_ID)
        assert address is not None
        await store.authors.set_opinion("bao", address, BANNED)
        _, bad = await imported(copy, await exported(store), "moi")
        moved = address_key("moi", BY_ID)
        assert moved is not None and moved != address
        assert bad == []
        assert (await copy.authors.opinion("moi", moved, now_ms=NOW)).standing is Standing.BANNED


async def test_a_standing_that_cannot_be_known_again_is_told(redis_url: str) -> None:
    url = another(redis_url)
    async with opened(redis_url) as store, opened(url) as copy:
        await made_site(store)
        key = author_key("bao", GONE)
        assert key is not None
        await store.authors.set_opinion("bao", key, BANNED)
        tally, [(line, reason)] = await imported(copy, await exported(store), "moi")
        assert (tally.bad, line) == (1, 3)
        assert "by e-mail or address alone" in reason
