"""WordPress's export (WXR, versions 1.0 to 1.2): RSS with elements of WordPress's own, prefixed `wp:`.

What describes it is the program that writes it, `wp-admin/includes/export.php`. Comments stand in the item
they belong to. It leaves out what was marked as spam, and the user agent. A comment's line breaks are those
of the text that was typed, beside its tags.
"""

from collections.abc import Iterator
from datetime import UTC
from typing import BinaryIO

from service.comments.model import Author, State
from service.transfer.formats.elements import Broken, Element, elements
from service.transfer.formats.foreign import (
    Foreign,
    ForeignComment,
    ForeignSite,
    ForeignThread,
    Form,
    NumberedForeign,
    Options,
)
from service.transfer.formats.markup import text_of
from service.transfer.formats.times import unix_ms
from service.transfer.records import Bad, Unreadable

_CHANNEL = "rss/channel"
_ITEM = f"{_CHANNEL}/item"
_COMMENT = f"{_ITEM}/wp:comment"
_OF_ITEM = ("title", "link", "wp:post_id", "wp:comment_status")
_OF_COMMENT = (
    *("wp:comment_id", "wp:comment_parent", "wp:comment_type", "wp:comment_approved", "wp:comment_content"),
    *("wp:comment_author", "wp:comment_author_email", "wp:comment_author_IP", "wp:comment_user_id"),
    *("wp:comment_date", "wp:comment_date_gmt"),
)
_WANTED = {
    *(_ITEM, _COMMENT, f"{_CHANNEL}/title"),
    *(f"{_ITEM}/{name}" for name in _OF_ITEM),
    *(f"{_COMMENT}/{name}" for name in _OF_COMMENT),
}

_READERS = frozenset({"", "comment", "review"})
"""Types of what readers write; a pingback is no comment, and plugins keep their own notes as comments."""

_STATES = {
    "1": (State.PUBLISHED, "other"),
    "0": (State.PENDING, "other"),
    "spam": (State.REJECTED, "spam"),
    "trash": (State.REJECTED, "other"),
    "post-trashed": (State.REJECTED, "other"),
}
_NO_TIME = "0000-00-00 00:00:00"

Fields = dict[str, str | None]
"""What stands in the elements of an item or a comment; None of one that is too long."""


def read(file: BinaryIO, _: Options) -> Iterator[NumberedForeign]:
    """The site's title, and each item that has comments, followed by those.

    Raises:
        Unreadable: it is no such export.
    """
    reading = _Reading()
    for found in elements(file, "rss", _WANTED, "WordPress export"):
        if isinstance(found, Broken):
            yield NumberedForeign(found.line, Bad(found.reason))
        else:
            for record in reading.records(found):
                yield NumberedForeign(found.line, record)


class _Reading:
    """The fields of the item and the comment whose end has not come yet."""

    def __init__(self) -> None:
        self._item: Fields = {}
        self._comment: Fields = {}
        self._told = False  # of the item, as a thread

    def records(self, found: Element) -> Iterator[Foreign]:
        """What follows from an element.

        Raises:
            Unreadable: an item is not one of WordPress's.
        """
        above, _, name = found.path.rpartition("/")
        if found.path == _COMMENT:
            yield from self._commented()
            self._comment = {}
        elif found.path == _ITEM:
            self._check()
            self._item, self._told = {}, False
        elif above == _COMMENT:
            self._comment[name] = found.text
        elif above == _ITEM:
            self._item[name] = found.text
        elif found.text:
            yield ForeignSite(text_of(found.text))

    def _check(self) -> None:
        if not self._item.get("wp:post_id"):
            raise Unreadable("this is no WordPress export: an item has no wp:post_id")

    def _commented(self) -> Iterator[Foreign]:
        self._check()
        if _of(self._comment, "wp:comment_type") not in _READERS:
            return
        if not self._told:
            self._told = True
            yield _thread(self._item)
        try:
            yield _comment(_of(self._item, "wp:post_id"), self._comment)
        except ValueError as wrong:
            yield Bad(str(wrong))


def _of(fields: Fields, name: str) -> str:
    return (fields.get(name) or "").strip()


def _thread(item: Fields) -> ForeignThread:
    post, closed = _of(item, "wp:post_id"), _of(item, "wp:comment_status") == "closed"
    return ForeignThread(post, post, _of(item, "link"), text_of(_of(item, "title")), closed)


def _comment(post: str, fields: Fields) -> ForeignComment:
    """Raises: ValueError: something that it needs is missing or means nothing."""
    id, content = _of(fields, "wp:comment_id"), fields.get("wp:comment_content", "")
    if not id:
        raise ValueError("wp:comment_id: is missing")
    if content is None:
        raise ValueError("wp:comment_content: is too long")
    approved = _of(fields, "wp:comment_approved")
    if approved not in _STATES:
        raise ValueError(f"wp:comment_approved: is none of {', '.join(_STATES)}")
    state, reason = _STATES[approved]
    return ForeignComment(
        id,
        post,
        _author(fields),
        content,
        state,
        _time(fields),
        parent=_number(fields, "wp:comment_parent"),
        form=Form.HTML_WITH_LINES,
        reason=reason,
    )


def _author(fields: Fields) -> Author:
    return Author(
        text_of(_of(fields, "wp:comment_author")),  # which WordPress keeps escaped
        _number(fields, "wp:comment_user_id"),
        _of(fields, "wp:comment_author_email"),
        _of(fields, "wp:comment_author_IP"),
    )


def _number(fields: Fields, name: str) -> str | None:
    """An id in WordPress's database; 0 is none."""
    number = _of(fields, name)
    return None if number in ("", "0") else number


def _time(fields: Fields) -> int:
    """In UTC; where that is missing, the blog's own time, taken to be Vietnam's."""
    universal, local = _of(fields, "wp:comment_date_gmt"), _of(fields, "wp:comment_date")
    try:
        return unix_ms(local) if universal in ("", _NO_TIME) else unix_ms(universal, UTC)
    except ValueError as wrong:
        raise ValueError(f"wp:comment_date_gmt: {wrong}") from None
