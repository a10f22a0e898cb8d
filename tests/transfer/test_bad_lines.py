"""A bad line is told with its number and reason, and costs nothing but itself."""

import io
from dataclasses import fields
from typing import Any

import orjson
import pytest

from service.api.requests import NewAuthor
from service.comments.ids import new_id
from service.comments.model import ActedFinding, Author, Entry
from service.store.store import Store
from service.transfer.fields import CommentLine, EntryFields, FindingFields
from service.transfer.lines import LONGEST
from service.transfer.reading import read
from service.transfer.records import Bad, CommentRecord, Unreadable
from tests.transfer.sites import NOW, exported, imported, opened

THREAD = "doi-song/1"
ID, OTHER = new_id(THREAD, NOW, 1), new_id("khac", NOW, 2)
HEADER, SITE, END = (
    {"format": "codau", "version": 1},
    {"kind": "site", "id": "bao", "name": "Báo Ví Dụ", "created_at": "2026-11-22T08:15:30.120Z"},
    {"kind": "end"},
)
SUBMITTED = {
    "event": "submitted",
    "to": "queued",
    "by": "web",
    "at": "2026-11-22T08:15:30.120Z",
    "text": "Hay",
}
JUDGED = {"event": "judged", "to": "pending", "by": "worker", "at": "2026-11-22T08:15:31.000Z"}
APPROVED = JUDGED | {"event": "approved", "to": "published", "by": "Hà"}
ERASED = JUDGED | {"event": "erased", "to": "erased", "by": "web"}
COMMENT = {"kind": "comment", "id": ID, "thread": THREAD, "author": {"name": "Lan"}, "log": [SUBMITTED]}


def line(*documents: dict[str, Any]) -> list[bytes]:
    return [orjson.dumps(document) for document in documents]


def records(*lines: bytes) -> list[Any]:
    return [one.record for one in read(io.BytesIO(b"\n".join([*line(HEADER), *lines, *line(END)]) + b"\n"))]


def comment(**changes: Any) -> bytes:
    return orjson.dumps(COMMENT | changes)


def log(*entries: dict[str, Any]) -> bytes:
    return comment(log=list(entries))


BAD = {
    "no JSON": (b'{"kind":"comment"', "Invalid JSON"),
    "half a surrogate": (comment().replace(b"Hay", b"\\ud800"), "Invalid JSON"),
    "20,000 nested lists": (b"[" * 20_000, "Invalid JSON"),
    "no kind": (b"{}", "kind"),
    "another kind": (b'{"kind":"webhook"}', "kind"),
    "a misspelt member": (comment(titel="x"), "titel: Extra inputs"),
    "a misspelt member of an entry": (log(SUBMITTED | {"texd": "x"}), "log.0.texd: Extra inputs"),
    "no id": (comment(id="4711"), "id: must be the id of a comment"),
    "an id of another thread": (comment(id=OTHER), "not that thread's"),
    "a parent of another thread": (comment(path=[OTHER]), "not that thread's"),
    "itself as its parent": (comment(path=[ID]), "path: names a comment twice"),
    "a thread named ..": (comment(thread=".."), "thread: must not be"),
    "no author": (comment(author=None), "author: is missing"),
    "an author with no name": (comment(author={"name": " "}), "author.name"),
    "an address that is none": (comment(author={"name": "Lan", "ip": "localhost"}), "author.ip"),
    "a number for a name": (comment(author={"name": 7}), "author.name"),
    "an empty log": (log(), "log: is empty"),
    "a life that begins with a verdict": (log(JUDGED), "not there yet cannot be judged"),
    "an approval of what is queued": (log(SUBMITTED, APPROVED), "queued cannot be approved"),
    "an entry before the one above it": (
        log(SUBMITTED, JUDGED | {"at": "2026-11-22T08:15:30Z"}),
        "log.1: is earlier",
    ),
    "an undo of no decision": (
        log(SUBMITTED, JUDGED, JUDGED | {"event": "undone", "to": "pending"}),
        "log.2: a comment that is pending cannot be undone",
    ),
    "an undo to elsewhere": (
        log(SUBMITTED, JUDGED, APPROVED, JUDGED | {"event": "undone", "to": "rejected"}),
        "log.3: a comment that is published cannot be undone",
    ),
    "no text": (log(SUBMITTED | {"text": None}), "log.0: has no text"),
    "a text of nothing": (
        log(SUBMITTED | {"text": "\N{ZERO WIDTH SPACE}"}),
        "log.0.text: must have at least 1",
    ),
    "a text with NUL": (log(SUBMITTED | {"text": "a\0"}), "log.0.text: must not contain NUL"),
    "words in an erased comment": (comment(author=None, log=[SUBMITTED, ERASED]), "holds words"),
    "an author of an erased comment": (
        log(SUBMITTED | {"text": None}, ERASED),
        "author: an erased comment has none",
    ),
    "a time without a zone": (log(SUBMITTED | {"at": "2026-11-22T08:15:30"}), "log.0.at: must have a zone"),
    "a time in ms": (log(SUBMITTED | {"at": NOW}), "log.0.at: must be a time"),
    "an unknown reason": (
        log(SUBMITTED, JUDGED | {"to": "rejected", "reason": "ugly"}),
        "log.1.reason: must be the code",
    ),
    "an unknown finding": (
        log(SUBMITTED, JUDGED | {"findings": [{"check": "x", "code": "ugly", "action": "flag", "score": 1}]}),
        "log.1.findings.0.code: there is no such code",
    ),
    "a risk above 1": (log(SUBMITTED, JUDGED | {"risk": 1.5}), "log.1.risk"),
    "a policy that is none": (orjson.dumps(SITE | {"policy": {"lenght": {}}}), "policy.lenght"),
    "a thread's policy that is none": (
        b'{"kind":"thread","thread":"x","policy":{"trusted":{}}}',
        "policy.trusted: Extra",
    ),
    "a URL of another scheme": (
        b'{"kind":"thread","thread":"x","url":"javascript:1"}',
        "url: must be an http",
    ),
    "a standing that is none": (b'{"kind":"standing","author":"u-1","standing":"king"}', "standing: Input"),
}


@pytest.mark.parametrize("name", BAD)
def test_a_bad_line_is_told_with_its_reason(name: str) -> None:
    bad, expected = BAD[name]
    before, told, after = records(comment(), bad, comment())
    assert isinstance(told, Bad)
    assert expected in told.reason
    assert isinstance(before, CommentRecord)
    assert after == before


def test_a_line_that_is_too_long_is_told_and_not_held() -> None:
    before, told, after = records(comment(), b"x" * (LONGEST + 1), comment())
    assert told == Bad("longer than 8 MiB")
    assert after == before


def test_a_reason_repeats_no_text_of_a_reader() -> None:
    secret = "điều riêng tư"
    for bad in (comment(author={"name": secret * 20}), comment(id=secret), log(SUBMITTED | {"to": secret})):
        [told] = records(bad)
        assert isinstance(told, Bad)
        assert secret not in told.reason


def test_a_file_that_was_cut_off_is_told() -> None:
    cut = b"\n".join([*line(HEADER), comment(), comment()[:40]])
    good, bad, end = [one.record for one in read(io.BytesIO(cut))]
    assert isinstance(good, CommentRecord)
    assert isinstance(bad, Bad)
    assert isinstance(end, Bad)
    assert "cut off" in end.reason


@pytest.mark.parametrize(
    ("first", "why"),
    [
        (b'{"format":"codau","version":2}', "this export has version 2 of the format; this is for version 1"),
        (b'{"format":"codau"}', "version None"),
        (b'{"kind":"comment"}', "this is no export of Có Dấu"),
        (b'<?xml version="1.0"?>', "this is no export of Có Dấu"),
        (b"[]", "this is no export of Có Dấu"),
        (b"", "this is no export of Có Dấu"),
    ],
)
def test_a_file_of_another_format_or_version_is_refused(first: bytes, why: str) -> None:
    with pytest.raises(Unreadable, match=why):
        read(io.BytesIO(first + b"\n" + comment()))


def test_every_member_of_a_comment_has_its_place_in_the_format() -> None:
    """What is added to the model must be carried, or be left out on purpose."""
    for members, carried in (
        (Entry._fields, EntryFields.model_fields),
        (ActedFinding._fields, FindingFields.model_fields),
        (Author._fields, NewAuthor.model_fields),
        ((member.name for member in fields(CommentRecord)), CommentLine.model_fields),
    ):
        assert set(members) <= set(carried)


async def test_the_lines_around_a_bad_one_are_imported(redis_url: str) -> None:
    async with opened(redis_url) as store:
        lines = [*line(HEADER, SITE), comment(id="4711"), comment(), *line(END)]
        tally, bad = await imported(store, lines)
        assert (tally.restored, tally.bad) == (1, 1)
        assert bad == [(3, "id: must be the id of a comment")]
        again, bad = await imported(store, [*line(HEADER, SITE), comment(), *line(END)])
        assert (again.left, bad) == (1, [])
        assert (await exported(store))[2:] == [comment(), *line(END)]


async def test_two_exports_in_one_file_are_told(redis_url: str) -> None:
    async with opened(redis_url) as store:
        other = SITE | {"id": "khac"}
        lines = [*line(HEADER, SITE, HEADER, other), comment(), *line(END)]
        tally, bad = await imported(store, lines)
        assert tally.restored == 1
        assert [number for number, _ in bad] == [3, 4]
        assert bad[1][1] == "a second site; each has a file of its own"


async def test_without_a_site_nothing_is_imported(redis_url: str) -> None:
    async with opened(redis_url) as store:
        with pytest.raises(Unreadable, match="there is no site bao, and the file does not begin with one"):
            await imported(store, [*line(HEADER), comment(), *line(END)])
        assert await _keys(store) == []


async def _keys(store: Store) -> list[bytes]:
    found: list[bytes] = await store.commands.run("KEYS", "codau:*:comment:*")
    return found
