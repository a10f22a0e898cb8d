"""What other comment systems tell becomes comments of ours: states, texts, authors, threads."""

from dataclasses import replace
from typing import Any

import pytest

from service.comments.model import Author, State
from service.store.threads import Thread
from service.transfer import lives
from service.transfer.formats.fitting import NAMELESS
from service.transfer.formats.foreign import (
    Foreign,
    ForeignSite,
    ForeignThread,
    Form,
)
from service.transfer.formats.lives import log_of
from service.transfer.formats.names import NameFrom
from service.transfer.records import Bad, ThreadRecord
from tests.transfer.adopting import LAN, STATES, THREAD, comment, comments, reasons, records
from tests.transfer.foreign import adoption, imported_records, seen
from tests.transfer.sites import NOW, made_site, opened


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("newsroom", [False, True])
def test_every_log_could_have_been_lived_here(state: State, *, newsroom: bool) -> None:
    log = log_of(state, "Hay", NOW, reason="spam", newsroom=newsroom)
    lives.check(log)
    assert log[-1].to is state
    assert any(entry.text for entry in log) is (state is not State.ERASED)


@pytest.mark.parametrize("earlier", STATES)
@pytest.mark.parametrize("later", STATES)
async def test_a_later_export_leads_forward_and_never_back(
    earlier: State, later: State, redis_url: str
) -> None:
    async with opened(redis_url) as store:
        await imported_records(store, [THREAD, comment(1, state=earlier)], adoption())
        tally, _ = await imported_records(store, [THREAD, comment(1, state=later)], adoption())
    [found] = seen(redis_url).all.comments.values()
    ahead = STATES.index(later) > STATES.index(earlier)
    assert found.state is (later if ahead else earlier)
    assert (tally.brought_forward, tally.left) == ((1, 0) if ahead else (0, 1))


def test_a_clock_that_was_fast_costs_no_comment() -> None:
    [found] = comments(comment(1, at=NOW + 3_600_000))
    assert found.log[0].at == NOW + 3_600_000


def test_a_rejected_comment_has_its_reason_and_an_erased_one_has_nothing() -> None:
    spam, gone = comments(comment(1, state=State.REJECTED, reason="spam"), comment(2, state=State.ERASED))
    assert (spam.log[-1].reason, spam.author) == ("spam", LAN)
    assert gone.author == Author("")
    assert not any(entry.text for entry in gone.log)


def test_the_newsroom_answers_by_its_name_alone() -> None:
    said, waits = comments(comment(1, newsroom=True), comment(2, newsroom=True, state=State.PENDING))
    assert (said.newsroom, said.author) == (True, Author("Lan"))
    assert waits.newsroom is False


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"body": ""}, "body: must have at least 1 character"),
        (
            {"body": "<p><br></p><script>x</script>", "form": Form.HTML},
            "body: must have at least 1 character",
        ),
        ({"body": "\N{ZERO WIDTH SPACE}"}, "body: must have at least 1 character"),
        ({"body": "x" * 20_001}, "body: must have at most 20000 characters"),
        ({"body": "x" * 100_001}, "body: must have at most 100000 characters, tags included"),
        ({"body": "a\0b"}, "body: must not contain NUL"),
        ({"at": NOW + 172_800_000}, "its time does not lie between 1970 and now"),
        ({"at": 0}, "its time does not lie between 1970 and now"),
        ({"at": -1}, "its time does not lie between 1970 and now"),
        ({"thread": "t9"}, "the file does not tell of its thread before it"),
        ({"id": "0"}, "its id is that of a comment before it"),
    ],
)
def test_what_cannot_be_used_is_told_and_costs_nothing_else(changes: dict[str, Any], reason: str) -> None:
    told = (comment(0), comment(1, **changes), comment(2))
    assert reasons(*told) == [reason]
    assert len(comments(*told)) == 2


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        (Author(""), Author(NAMELESS)),
        (Author("\N{ZERO WIDTH SPACE} \n"), Author(NAMELESS)),
        (Author(" Lan\n\tAnh "), Author("Lan Anh")),
        (Author("L" * 200), Author("L" * 80)),
        (Author("Lan", "", "", "", ""), Author("Lan")),
        (
            Author("Lan", "x" * 255, "y" * 255, "127.0.0.1, 10.0.0.1", "z" * 600),
            Author("Lan", user_agent="z" * 512),
        ),
        (Author("Lan", "email:x"), Author("Lan")),
        (Author("L\0an", "a\0", "b\0", "::ffff:203.0.113.9"), Author("Lan", ip="203.0.113.9")),
    ],
)
def test_an_author_is_brought_to_our_rules(said: Author, kept: Author) -> None:
    [found] = comments(comment(1, author=said))
    assert found.author == kept


def test_texts_are_kept_in_one_form() -> None:
    [found] = comments(comment(1, body=" Hay\r\nqua\N{COMBINING ACUTE ACCENT}\x07 "))
    assert found.log[0].text == "Hay\nquá"


@pytest.mark.parametrize(
    ("chosen", "name"),
    [
        (None, "4711"),
        (NameFrom.ID, "4711"),
        (NameFrom.URL, "https://bao.vn/xe/4711"),
        (NameFrom.PATH, "/xe/4711"),
    ],
)
def test_a_thread_is_named_after_what_was_chosen(chosen: NameFrom | None, name: str) -> None:
    thread, found = records(comment(1), name_from=chosen)
    assert thread == ThreadRecord(name, Thread("Kẹt xe", "https://bao.vn/xe/4711"))
    assert found.thread == name


def test_a_thread_that_cannot_be_named_is_told_with_each_comment() -> None:
    nameless, dots = ForeignThread("t2", url="https://["), ForeignThread("t3", id="..")
    told = (nameless, dots, comment(1, thread="t2"), comment(2, thread="t3"))
    assert (
        reasons(*told, name_from=NameFrom.PATH)
        == ["the file does not say what its thread is to be named after"] * 2
    )
    assert reasons(*told)[-1] == "the name of its thread: must not be . or .."


def test_a_thread_that_nobody_commented_on_is_not_made() -> None:
    assert records(ForeignThread("t2", id="khac"), comment(1, body="")) == [
        Bad("body: must have at least 1 character")
    ]


async def test_what_the_website_said_of_an_article_holds(redis_url: str) -> None:
    closed = replace(THREAD, closed=True)
    async with opened(redis_url) as store:
        await made_site(store)
        seen_before = await store.threads.get("bao", "4711")
        assert await store.threads.describe("bao", "4711", seen_before, Thread("Tựa mới", None))
        await imported_records(store, [closed, comment(1)], adoption())
        found = await store.threads.get("bao", "4711")
        assert (found.title, found.url, found.open) == ("Tựa mới", "https://bao.vn/xe/4711", True)
        other = replace(closed, key="t2", id="khac")
        await imported_records(store, [other, comment(2, thread="t2")], adoption())
        found = await store.threads.get("bao", "khac")
        assert (found.title, found.open) == ("Kẹt xe", False)


async def test_a_missing_site_is_made_under_the_name_it_had(redis_url: str) -> None:
    async with opened(redis_url) as store:
        told: list[Foreign] = [ForeignSite("Báo  Cũ"), THREAD, comment(1)]
        tally, _ = await imported_records(store, told, adoption())
        again, _ = await imported_records(store, [ForeignSite("Khác"), *told[1:]], adoption())
        assert (tally.site_made, again.site_made) == (True, False)
        assert (await store.directory.current()).site("bao").name == "Báo Cũ"
