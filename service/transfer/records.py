"""What a transfer carries, whatever format it is written in: a site, its threads, standings and comments.

A reader of a format gives `Numbered` records, one after the other, and needs to know nothing of the store;
`importing` takes them and needs to know nothing of formats.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from service.comments.model import Author, Entry
from service.comments.policy import Policy
from service.store.threads import Thread
from service.store.transfer import AuthorStanding


@dataclass(frozen=True, slots=True)
class SiteRecord:
    """The website that the rest belongs to; comes before it.

    Attributes:
        id: its id where it comes from.
        created_at: unix ms.
    """

    id: str
    name: str
    created_at: int
    policy: Policy


@dataclass(frozen=True, slots=True)
class ThreadRecord:
    """What the website said of an article; its counts come from the comments."""

    name: str
    said: Thread


@dataclass(frozen=True, slots=True)
class CommentRecord:
    """A comment of whatever site it is imported into.

    Attributes:
        author: `NOBODY` once erased.
        path: ids of its ancestors, the one at the top of the thread first.
        root_place: unix ms, see `service.store.transfer.Placed`.
    """

    id: str
    thread: str
    author: Author
    log: tuple[Entry, ...]
    path: tuple[str, ...] = ()
    newsroom: bool = False
    root_place: int | None = None


@dataclass(frozen=True, slots=True)
class Bad:
    """A part of the file that cannot be used, and why; the reason holds no reader's text."""

    reason: str


@dataclass(frozen=True, slots=True)
class Remark:
    """Something to be told of a part of the file that is used nevertheless."""

    text: str


Record = SiteRecord | ThreadRecord | AuthorStanding | CommentRecord | Bad | Remark


@dataclass(frozen=True, slots=True)
class Numbered:
    """A record, and the line of the file it begins on (from 1)."""

    line: int
    record: Record


Records = Iterator[Numbered]


class Unreadable(Exception):
    """The file as a whole cannot be read: one sentence that says why."""
