"""An import may be repeated, and never takes back what has happened here since."""

from typing import Any

import pytest

from service.comments.authors import Standing
from service.comments.model import Author, Comment, Entry, Event, State
from service.comments.policy import Policy
from service.comments.policy_sections import Links
from service.store.store import Store
from service.store.threads import Thread
from service.store.transfer import TransferStore
from service.transfer.importing import Tally
from tests.transfer.living import AUTHORS, TEXTS, THREADS, Newspaper
from tests.transfer.sites import (
    COPY_PARTITIONS,
    NOW,
    another,
    exported,
    imported,
    made_site,
    opened,
    picture,
    queued,
    told_followers,
)
from workers.janitor import Janitor

THREAD = THREADS[0]


async def lived_in(store: Store) -> Newspaper:
    """A published comment (0), a pending reply to it (1), a queued one (2), a standing, a thread's title."""
    await made_site(store)
    paper = Newspaper(store)
    await paper.live(
        [
            ("submit", THREAD, AUTHORS[0], TEXTS[0], 99),
            ("judge", 0, "published", 0.0),
            ("submit", THREAD, AUTHORS[1], TEXTS[1], 0),
            ("judge", 1, "pending", 0.5),
            ("submit", THREAD, AUTHORS[2], TEXTS[2], 99),
            ("stand", AUTHORS[0], Standing.TRUSTED, None),
            ("describe", THREAD, True, "Kẹt xe"),
        ]
    )
    return paper


async def policy_of(store: Store) -> Policy:
    return (await store.directory.current()).site("bao").policy


async def test_a_site_that_was_only_made_gets_the_policy_of_the_file(redis_url: str) -> None:
    async with opened(redis_url) as store, opened(another(redis_url), COPY_PARTITIONS) as copy:
        await lived_in(store)
        said = await store.directory.put_policy("bao", lambda policy: Policy(links=Links(allowed=2)))
        await copy.directory.put_site("bao", "Báo Khác", now_ms=NOW)
        first, _ = await imported(copy, await exported(store))
        assert (first.site_made, first.policy_taken, await policy_of(copy)) == (False, True, said)
        assert (await copy.directory.current()).site("bao").name == "Báo Khác"
        await copy.directory.put_policy("bao", lambda policy: Policy())
        again, _ = await imported(copy, await exported(store))
        assert (again.policy_taken, await policy_of(copy)) == (False, Policy()), "it has comments"


async def test_a_site_whose_policy_says_something_keeps_it(redis_url: str) -> None:
    async with opened(redis_url) as store, opened(another(redis_url), COPY_PARTITIONS) as copy:
        await lived_in(store)
        await store.directory.put_policy("bao", lambda policy: Policy(links=Links(allowed=2)))
        await made_site(copy)
        said = await copy.directory.put_policy("bao", lambda policy: Policy(links=Links(allowed=5)))
        tally, _ = await imported(copy, await exported(store))
        assert (tally.policy_taken, await policy_of(copy)) == (False, said)


async def test_a_second_import_changes_nothing(redis_url: str) -> None:
    url = another(redis_url)
    async with opened(redis_url) as store, opened(url, COPY_PARTITIONS) as copy:
        await lived_in(store)
        lines = await exported(store)
        first, _ = await imported(copy, lines)
        before = picture(url, "bao"), queued(url, "bao"), (await copy.threads.get("bao", THREAD)).version
        again, bad = await imported(copy, lines)
        assert (first.site_made, first.restored, first.left) == (True, 3, 0)
        assert (again.site_made, again.restored, again.brought_forward, again.left) == (False, 0, 0, 3)
        assert bad == []
        now = picture(url, "bao"), queued(url, "bao"), (await copy.threads.get("bao", THREAD)).version
        assert now == before


async def test_an_import_that_was_broken_off_is_completed_by_the_next(redis_url: str) -> None:
    url = another(redis_url)
    async with opened(redis_url) as store, opened(url, COPY_PARTITIONS) as copy:
        await lived_in(store)
        lines = await exported(store)
        comment = next(line for line in lines if b'"kind":"comment"' in line)
        await imported(copy, [*lines[:2], comment])
        await imported(copy, lines)
        assert picture(url, "bao") == picture(redis_url, "bao")


async def test_what_has_moved_on_since_stays(redis_url: str) -> None:
    async with opened(redis_url) as store:
        paper = await lived_in(store)
        lines = await exported(store)
        await paper.live(
            [
                ("erase", 0),
                ("approve", 1, "Đã sửa"),
                ("judge", 2, "rejected", 0.1),
                ("describe", THREAD, False, ""),
            ]
        )
        before, events = picture(redis_url, "bao"), told_followers(redis_url)
        tally, _ = await imported(store, lines)
        assert tally.left == 3
        assert picture(redis_url, "bao") == before
        assert told_followers(redis_url) == events


async def test_an_old_export_brings_nothing_back_that_is_gone(redis_url: str) -> None:
    """Erased by hand or by retention, of a comment or an author: the file still has it, the site has not."""
    async with opened(redis_url) as store:
        paper = await lived_in(store)
        lines = await exported(store)
        site = (await store.directory.current()).site("bao")
        await paper.live([("reject", 0), ("erase", 2), ("forget", 1)])
        days = site.policy.retention.rejected_days
        await Janitor(store, lambda: paper.now + days * 86_400_000).drain()
        await store.erasure.forget_author("bao", "u-1")
        before = picture(redis_url, "bao")
        tally, _ = await imported(store, lines)
        assert (tally.restored, tally.brought_forward, tally.left) == (0, 0, 3)
        assert picture(redis_url, "bao") == before
        again = b"\n".join(await exported(store))
        for gone in (*(line.encode() for line in (TEXTS[0], TEXTS[2])), b"BA@example.vn", b"standing"):
            assert gone not in again


@pytest.mark.parametrize(
    ("moves", "state"),
    [
        ([("reject", 1)], State.REJECTED),
        ([("erase", 1)], State.ERASED),
        ([("revise", 1, "Mới")], State.QUEUED),
        ([("approve", 1, None), ("reject", 1), ("forget", 1), ("reopen", 1)], State.PENDING),
    ],
    ids=["rejected", "erased", "revised", "forgotten there too"],
)
async def test_what_happened_elsewhere_comes_without_the_addresses_that_were_forgotten_here(
    redis_url: str, moves: list[tuple[Any, ...]], state: State
) -> None:
    """Both sides of a move have retention, each in its own time."""
    url = another(redis_url)
    async with opened(redis_url) as store, opened(url, COPY_PARTITIONS) as copy:
        paper = await lived_in(store)
        await imported(copy, await exported(store))
        await Newspaper(copy, now=paper.now + 3_600_000, ids=paper.ids).live([("forget", 1)])
        behind = (await copy.comments.get("bao", paper.ids[1])).version
        await paper.live(moves)
        tally, _ = await imported(copy, await exported(store))
        assert tally.brought_forward == 1
        comment = await copy.comments.get("bao", paper.ids[1])
        assert comment.state is state
        assert comment.version > behind
        assert not comment.author.addressed
        assert Event.FORGOTTEN in {entry.event for entry in comment.log}
        assert await imported(copy, await exported(copy)) == (Tally(left=3, threads=1, standings=1), [])


async def test_that_addresses_were_forgotten_is_carried(redis_url: str) -> None:
    url = another(redis_url)
    async with opened(redis_url) as store, opened(url, COPY_PARTITIONS) as copy:
        paper = await lived_in(store)
        await imported(copy, await exported(store))
        await paper.live([("forget", 0), ("forget", 1)])
        assert (await imported(copy, await exported(store)))[0].brought_forward == 2
        assert picture(url, "bao") == picture(redis_url, "bao")
        assert await copy.comments.get("bao", paper.ids[1]) == await store.comments.get("bao", paper.ids[1])


async def test_an_undo_that_comes_late_still_follows_its_decision(redis_url: str) -> None:
    url = another(redis_url)
    async with opened(redis_url) as store, opened(url, COPY_PARTITIONS) as copy:
        paper = await lived_in(store)
        await paper.live([("approve", 1, None)])
        await imported(copy, await exported(store))
        await Newspaper(copy, now=paper.now + 3_600_000, ids=paper.ids).live([("forget", 1)])
        await paper.live([("undo", 1)])
        assert (await imported(copy, await exported(store)))[0].brought_forward == 1
        comment = await copy.comments.get("bao", paper.ids[1])
        assert [entry.event for entry in comment.log[2:]] == [Event.APPROVED, Event.UNDONE, Event.FORGOTTEN]
        assert (comment.state, comment.author.addressed) == (State.PENDING, False)
        assert (await imported(copy, await exported(copy)))[1] == []


async def test_a_standing_that_is_known_here_stays(redis_url: str) -> None:
    async with opened(redis_url) as store:
        await lived_in(store)
        lines = [
            line.replace(b'"standing":"trusted"', b'"standing":"banned"') for line in await exported(store)
        ]
        await imported(store, lines)
        assert (await store.authors.opinion("bao", "u-1", now_ms=NOW)).standing is Standing.TRUSTED


async def test_a_later_export_brings_comments_forward_without_telling_anybody(redis_url: str) -> None:
    """A site that moves: one export at night, a second, short one at the switch."""
    url = another(redis_url)
    async with opened(redis_url) as store, opened(url, COPY_PARTITIONS) as copy:
        paper = await lived_in(store)
        await imported(copy, await exported(store))
        await paper.live(
            [("approve", 1, None), ("reject", 0), ("submit", THREAD, AUTHORS[1], TEXTS[3], 99), ("erase", 2)]
        )
        lines = await exported(store)
        tally, _ = await imported(copy, lines)
        assert (tally.restored, tally.brought_forward, tally.left) == (1, 3, 0)
        assert await exported(copy) == lines
        assert told_followers(url) == 0
        assert picture(url, "bao") == picture(redis_url, "bao")


async def test_a_comment_that_was_judged_on_both_sides_stays_as_it_is_here(redis_url: str) -> None:
    url = another(redis_url)
    async with opened(redis_url) as store, opened(url, COPY_PARTITIONS) as copy:
        paper = await lived_in(store)
        await imported(copy, await exported(store))
        here = Newspaper(copy, now=paper.now + 1, ids=paper.ids)
        await here.judge(2, "published", 0.0)
        await paper.live([("judge", 2, "rejected", 0.0), ("reopen", 2)])
        await imported(copy, await exported(store))
        assert (await copy.comments.get("bao", paper.ids[2])).state is State.PUBLISHED


async def test_two_lines_of_one_comment_leave_the_later_one(redis_url: str) -> None:
    """As an export has them where the comment moved while it was written."""
    url = another(redis_url)
    async with opened(redis_url) as store, opened(url, COPY_PARTITIONS) as copy:
        paper = await lived_in(store)
        earlier = await exported(store)
        await paper.reject(0)
        later = await exported(store)
        for lines in ([*earlier[:-1], *later[2:]], [*later[:-1], *earlier[2:]]):
            await imported(copy, lines)
            assert picture(url, "bao")["list:rejected:"].keys() == {paper.ids[0]}
            await copy.commands.run("FLUSHDB")


@pytest.mark.parametrize("title", ["Từ bình luận", None])
async def test_an_articles_title_is_filled_in_only_where_none_is_known(
    redis_url: str, title: str | None
) -> None:
    """A title that came with a comment has no revision to compare."""
    async with opened(redis_url) as store:
        transfer = TransferStore(store.url, store.commands, store.partitions)
        if title:
            await transfer.restore_thread("bao", THREAD, Thread(title=title))
        changed = await transfer.restore_thread("bao", THREAD, Thread(title="Tên cũ"))
        assert changed is (title is None)
        assert (await store.threads.get("bao", THREAD)).title == (title or "Tên cũ")


async def test_texts_of_the_last_days_are_known_as_duplicates(redis_url: str) -> None:
    """A wave of advertisements does not begin anew with the move; old texts are not remembered."""
    url = another(redis_url)
    async with opened(redis_url) as store, opened(url, COPY_PARTITIONS) as copy:
        paper = await lived_in(store)
        lines = await exported(store)
        like = Comment("bao", paper.ids[0], THREAD, Author("Ai"), (_said(TEXTS[1]),))
        window_ms = 72 * 3_600_000
        await imported(copy, lines, now_ms=NOW + window_ms)
        assert list((await copy.likeness.enter(like, window_ms=window_ms)).ids) == []
        await imported(copy, lines, now_ms=NOW)
        assert list((await copy.likeness.enter(like, window_ms=window_ms)).ids) == [paper.ids[1]]


def _said(text: str) -> Entry:
    return Entry(Event.SUBMITTED, State.QUEUED, "website", NOW, text=text)
