"""What another comment system tells of a site: the records that a reader of a foreign format yields.

A reader is a function of the opened file and the `Options` of the command line. It yields each record with
the line (or row, from 1) it begins on, as it stands in the file: nothing of it is checked, cut or reduced
there, `adopting` does that for every format alike. Its rules:

- what cannot be read of one record is a `Bad` in its place, whose reason holds no text of a reader's;
- a file that is no such file at all is `Unreadable`, raised before the first record;
- a thread is told of before its comments, and may be told of again: the first time counts;
- a comment may come before the one it answers; whether the file has that at all is not the reader's to know;
- what is no reader's comment (a pingback) is passed over in silence;
- memory is bounded, whatever the size of the file.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import BinaryIO

from service.comments.model import Author, State
from service.store.transfer import AuthorStanding
from service.transfer.records import Bad


class Form(StrEnum):
    """How the text of a comment is written.

    `TEXT` is taken as it is, Markdown too. In `HTML` a line break is a space, as browsers have it; in
    `HTML_WITH_LINES`, which WordPress keeps, it is a line break.
    """

    TEXT = "text"
    HTML = "HTML"
    HTML_WITH_LINES = "HTML with lines"


@dataclass(frozen=True, slots=True)
class ForeignSite:
    """What the site is called there; at most once, before the rest."""

    name: str


@dataclass(frozen=True, slots=True)
class ForeignThread:
    """An article.

    Attributes:
        key: by which comments name it within the file.
        id: by which the website named it to the other system, if it did.
        url: its address, or the path alone where the other system keeps no more.
        closed: whether it takes no new comments.
    """

    key: str
    id: str | None = None
    url: str | None = None
    title: str | None = None
    closed: bool = False


@dataclass(frozen=True, slots=True)
class ForeignComment:
    """A comment.

    Attributes:
        id: the other system's; one file has it once.
        thread: key of its `ForeignThread`.
        parent: id of the comment it answers; None at the top of the thread.
        author: its members need not fit our rules: what does not is cut or left out. `id` is the website's
            own id of the reader, or that of the other system with its name before it (`disqus:lan`); `name`
            may be empty.
        state: pending, published, rejected or erased.
        at: when it was written, unix ms.
        reason: a moderator's reason, of a rejected one.
        newsroom: whether it is the newsroom's own answer.
    """

    id: str
    thread: str
    author: Author
    body: str
    state: State
    at: int
    parent: str | None = None
    form: Form = Form.TEXT
    reason: str = "other"
    newsroom: bool = False


Foreign = ForeignSite | ForeignThread | ForeignComment | AuthorStanding | Bad
"""A standing names its author by the id that the author's comments have."""


@dataclass(frozen=True, slots=True)
class NumberedForeign:
    """A record, and the line (or row) of the file it begins on, from 1."""

    line: int
    record: Foreign


@dataclass(frozen=True, slots=True)
class Options:
    """What the command line says of a file; each format says which of these it understands.

    Attributes:
        columns: of a table: by what it is for us, the name of the column.
        delimiter: of a table: what stands between two columns; None to find out.
    """

    columns: Mapping[str, str] = field(default_factory=dict)
    delimiter: str | None = None


Reader = Callable[[BinaryIO, Options], Iterator[NumberedForeign]]
