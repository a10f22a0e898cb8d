"""Disqus's XML export: all threads, then all posts, which name their thread and parent by Disqus's own ids.

Described at http://docs.disqus.com/developers/export/. A message is HTML that Disqus made of what was typed.
Deleted posts keep their text there; it is not carried on.
"""

import re
from collections.abc import Iterator
from datetime import UTC
from html import escape
from typing import BinaryIO
from urllib.parse import unquote

from service.comments.model import Author, State
from service.transfer.formats.elements import Broken, Element, elements
from service.transfer.formats.foreign import (
    Foreign,
    ForeignComment,
    ForeignThread,
    Form,
    NumberedForeign,
    Options,
)
from service.transfer.formats.times import unix_ms
from service.transfer.records import Bad

_THREAD, _POST = "disqus/thread", "disqus/post"
_OF_THREAD = ("id", "link", "title", "isClosed")
_OF_POST = (
    *("message", "createdAt", "isDeleted", "isSpam", "isApproved", "ipAddress", "thread", "parent"),
    *("author/name", "author/username", "author/email"),
)
_WANTED = {
    *(_THREAD, _POST),
    *(f"{_THREAD}/{name}" for name in _OF_THREAD),
    *(f"{_POST}/{name}" for name in _OF_POST),
}
_ID = "dsq:id"
_REDIRECT = re.compile(
    r"https?://disq\.us/url\?url=([^\s\"'<>&:/?]{1,2000}?)(?:%3A|:)[\w-]{27}(?:&[^\s\"'<>]*)?", re.ASCII
)

Fields = dict[str, Element]


def read(file: BinaryIO, _: Options) -> Iterator[NumberedForeign]:
    """The threads and posts, in the order of the file.

    Raises:
        Unreadable: it is no such export.
    """
    fields: Fields = {}
    for found in elements(file, "disqus", _WANTED, "Disqus export"):
        if isinstance(found, Broken):
            yield NumberedForeign(found.line, Bad(found.reason))
        elif found.path in (_THREAD, _POST):
            yield NumberedForeign(found.line, _record(found, fields))
            fields = {}
        else:
            fields[found.path.split("/", 2)[2]] = found


def _record(found: Element, fields: Fields) -> Foreign:
    id = found.attributes.get(_ID)
    if not id:
        return Bad(f"has no {_ID}")
    try:
        return _thread(id, fields) if found.path == _THREAD else _comment(id, fields)
    except ValueError as wrong:
        return Bad(str(wrong))


def _of(fields: Fields, name: str) -> str:
    found = fields.get(name)
    return (found.text or "").strip() if found else ""


def _id_of(fields: Fields, name: str) -> str | None:
    """The id that an element refers to by its attribute."""
    return fields[name].attributes.get(_ID) if name in fields else None


def _thread(id: str, fields: Fields) -> ForeignThread:
    closed = _of(fields, "isClosed") == "true"
    return ForeignThread(id, _of(fields, "id"), _of(fields, "link"), _of(fields, "title"), closed)


def _comment(id: str, fields: Fields) -> ForeignComment:
    """Raises: ValueError: something that it needs is missing or cannot be read."""
    thread, message = _id_of(fields, "thread"), fields.get("message")
    if thread is None:
        raise ValueError(f"thread: has no {_ID}")
    if message is not None and message.text is None:
        raise ValueError("message: is too long")
    try:
        at = unix_ms(_of(fields, "createdAt"), UTC)
    except ValueError as wrong:
        raise ValueError(f"createdAt: {wrong}") from None
    return ForeignComment(
        id,
        thread,
        _author(fields),
        _with_own_links(_of(fields, "message")),
        _state(fields),
        at,
        parent=_id_of(fields, "parent"),
        form=Form.HTML,
        reason="spam" if _of(fields, "isSpam") == "true" else "other",
    )


def _with_own_links(message: str) -> str:
    """The message with links that lead where they led before Disqus sent them through itself.

    >>> _with_own_links('<a href="http://disq.us/url?url=https%3A%2F%2Fa.vn%2F%3AGTwU4dcq96lIEIpJc8INii4ptuY&amp;cuid=1">')
    '<a href="https://a.vn/">'
    """
    return _REDIRECT.sub(lambda link: escape(unquote(link[1])), message)


def _state(fields: Fields) -> State:
    """Spam that was deleted is deleted. Where nothing is said of approval, nothing waits for it."""
    if _of(fields, "isDeleted") == "true":
        return State.ERASED
    if _of(fields, "isSpam") == "true":
        return State.REJECTED
    return State.PENDING if _of(fields, "isApproved") == "false" else State.PUBLISHED


def _author(fields: Fields) -> Author:
    """A name is Disqus's own; a website's reader of the same name is somebody else."""
    username = _of(fields, "author/username")
    return Author(
        _of(fields, "author/name") or username,
        f"disqus:{username}" if username else None,
        _of(fields, "author/email"),
        _of(fields, "ipAddress"),
    )
