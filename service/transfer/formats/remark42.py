"""Remark42's backup: JSON lines, mostly in gzip.

The first speaks of users and articles, every other is a comment: version 1 of the format, as it stands in the
source of Remark42 (backend/app/migrator/native.go, backend/app/store/comment.go).

- A body is the HTML that Remark42 made of the reader's Markdown. Names were escaped for HTML.
- A reader is known by the id that Remark42 gives, with `remark42:` before it, as nobody else's can be.
- Whoever was blocked is banned, for as long; a thread that was read-only is closed.
- What one of the site's admins wrote bears that mark there, and here the newsroom's.
- Left behind are votes, pins, pictures, e-mails of subscribers, hashes of addresses, and marks of verified
  readers, which say who somebody is, not that we trust them.
"""

from collections.abc import Iterator
from datetime import UTC
from html import unescape
from typing import BinaryIO

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from pydantic.dataclasses import dataclass

from service.comments.authors import Standing
from service.comments.model import Author, State
from service.store.transfer import AuthorStanding
from service.transfer.formats.foreign import (
    Foreign,
    ForeignComment,
    ForeignThread,
    Form,
    NumberedForeign,
    Options,
)
from service.transfer.formats.packed import DAMAGED, unpacked
from service.transfer.formats.times import unix_ms
from service.transfer.lines import numbered
from service.transfer.records import Bad, Unreadable
from service.transfer.wrong import TOO_LONG, reason_of

_PREFIX, _BY = "remark42:", "import"
_VERSIONS = (0, 1)
_BOM = "\N{ZERO WIDTH NO-BREAK SPACE}".encode()
_LONGEST_FIRST = 16 << 20  # bytes: some hundred thousand users of whom there is something to say
_FOR_GOOD = 2_524_608_000_000  # 2050; a block without an end is written as one of a hundred years
_STRICT = ConfigDict(strict=True)


class _Part(BaseModel):
    """Members that we do not know are votes, pictures and the like."""

    model_config = _STRICT


@dataclass(frozen=True, slots=True, config=_STRICT)
class _Block:
    status: bool = False
    until: str = ""


@dataclass(frozen=True, slots=True, config=_STRICT)
class _User:
    """Of whom there may be a million in a file that means harm, so it is small."""

    id: str
    blocked: _Block = _Block()


@dataclass(frozen=True, slots=True, config=_STRICT)
class _Post:
    url: str
    read_only: bool = False


class _First(_Part):
    """The first line; Go writes null for an empty list."""

    version: int
    users: list[_User] | None = None
    posts: list[_Post] | None = None


class _Writer(_Part):
    id: str = ""
    name: str = ""
    admin: bool = False


class _Locator(_Part):
    url: str


class _Comment(_Part):
    id: str = Field(min_length=1)
    parent: str = Field("", alias="pid")
    text: str = ""
    user: _Writer
    locator: _Locator
    time: str
    deleted: bool = Field(default=False, alias="delete")
    title: str = ""


def read(file: BinaryIO, _: Options) -> Iterator[NumberedForeign]:
    """What the first line says of users and articles, then the comments, each behind its article.

    Raises:
        Unreadable: it is no backup of Remark42.
    """
    lines = unpacked(file)
    try:
        first = _first(lines.readline(_LONGEST_FIRST + 1))
    except DAMAGED:
        raise Unreadable("this is no backup of Remark42: its beginning is damaged") from None
    yield from (NumberedForeign(1, record) for record in _told_first(first))
    yield from _comments(lines)


def _first(line: bytes) -> _First:
    """Raises: Unreadable."""
    if len(line) > _LONGEST_FIRST:
        raise Unreadable(f"its first line is longer than {_LONGEST_FIRST >> 20} MiB")
    try:
        first = _First.model_validate_json(line.removeprefix(_BOM))
    except ValidationError as error:
        raise Unreadable(f"this is no backup of Remark42: its first line: {reason_of(error)}") from None
    if first.version not in _VERSIONS:
        raise Unreadable(f"this backup has version {first.version} of the format; this is for version 1")
    return first


def _told_first(first: _First) -> Iterator[Foreign]:
    for user in first.users or []:
        if user.blocked.status:
            yield _ban(user)
    for post in first.posts or []:
        if post.read_only:
            yield ForeignThread(post.url, url=post.url, closed=True)


def _ban(user: _User) -> AuthorStanding | Bad:
    try:
        until = unix_ms(user.blocked.until, UTC)
    except ValueError as wrong:
        return Bad(f"users: a block whose end {wrong}")
    return AuthorStanding(
        f"{_PREFIX}{user.id}", Standing.BANNED, until if until < _FOR_GOOD else None, by=_BY
    )


def _comments(lines: BinaryIO) -> Iterator[NumberedForeign]:
    """The comments of the lines behind the first."""
    number, article = 1, None
    try:
        for behind, line in numbered(lines):
            number = behind + 1
            said = TOO_LONG if line is None else _said(line)
            if isinstance(said, _Comment) and said.locator.url != article:
                article = said.locator.url
                yield NumberedForeign(number, ForeignThread(article, url=article, title=said.title))
            yield NumberedForeign(number, _comment(said) if isinstance(said, _Comment) else said)
    except DAMAGED:
        yield NumberedForeign(number, Bad("the file was cut off or damaged behind this line"))


def _said(line: bytes) -> _Comment | Bad:
    try:
        return _Comment.model_validate_json(line)
    except ValidationError as error:
        return Bad(reason_of(error))


def _comment(said: _Comment) -> ForeignComment | Bad:
    try:
        at = unix_ms(said.time, UTC)
    except ValueError as wrong:
        return Bad(f"time: {wrong}")
    known = said.user.id and not said.user.admin
    return ForeignComment(
        id=said.id,
        thread=said.locator.url,
        author=Author(unescape(said.user.name), f"{_PREFIX}{said.user.id}" if known else None),
        body=said.text,
        state=State.ERASED if said.deleted else State.PUBLISHED,
        at=at,
        parent=said.parent or None,
        form=Form.HTML,
        newsroom=said.user.admin,
    )
