"""Records of another comment system as records of ours, so that `importing` takes them like an export.

All of the file is read before the first comment is given: a comment there may come before the one it answers,
and one that answers nothing the file has is to be told. Where each belongs is worked out on disk (`index`).

An id is made of what the other system says: the time and the thread, as every id, and in place of chance a
hash of format and id there. So a comment has the same id in every import, which makes it safe to repeat.
"""

from collections.abc import Callable, Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass, replace
from hashlib import blake2b

import orjson

from service.comments.ids import new_id
from service.comments.model import NOBODY, Author, State
from service.comments.policy import Policy
from service.store.threads import Thread
from service.store.transfer import AuthorStanding
from service.transfer.formats import fitting
from service.transfer.formats.foreign import ForeignComment, ForeignSite, ForeignThread, NumberedForeign
from service.transfer.formats.index import Article, Found, Given, Index
from service.transfer.formats.lives import log_of
from service.transfer.formats.names import NameFrom, name_of
from service.transfer.records import (
    Bad,
    CommentRecord,
    Numbered,
    Records,
    Remark,
    SiteRecord,
    ThreadRecord,
)

_DAY_MS = 86_400_000
_EVERY = 1_000  # records between two words of progress


@dataclass(frozen=True, slots=True)
class Adoption:
    """Where foreign records come from and go to.

    Attributes:
        format: its name; the same in each import of the same site.
        site: the id of the site they go to.
        depth: how deep replies may be there (`replies.depth` of its policy).
        name_from: what threads are named after.
        now_ms: unix ms.
        read: is told how many records were read, now and then.
    """

    format: str
    site: str
    depth: int
    name_from: NameFrom | None
    now_ms: int
    read: Callable[[int], None]


def adopted(records: Iterable[NumberedForeign], adoption: Adoption) -> Records:
    """Our records, in the order that `importing` wants; first what was bad, as it is read.

    Raises:
        Unreadable: by the reader.
    """
    with closing(Index()) as index:
        taking = _Taking(index, adoption)
        yield from taking.bad(records)
        index.place(adoption.depth)
        yield Numbered(1, SiteRecord(adoption.site, taking.site_name, adoption.now_ms, Policy()))
        yield from taking.standings
        for article in index.threads():
            yield Numbered(article.line, _thread(article))
        for line in index.lost():
            yield Numbered(
                line, Remark("answers a comment that is not in the file: it is at the top of its thread")
            )
        for found in index.comments():
            yield Numbered(found.line, _comment(found))


class _Taking:
    """Checks each record and puts it into the index; standings, which are few, are kept here."""

    def __init__(self, index: Index, adoption: Adoption) -> None:
        self.site_name = adoption.site
        self.standings: list[Numbered] = []
        self._index = index
        self._adoption = adoption

    def bad(self, records: Iterable[NumberedForeign]) -> Iterator[Numbered]:
        """Take all in; what comes out is what could not be."""
        for count, numbered in enumerate(records, 1):
            reason = self._take(numbered)
            if reason is not None:
                yield Numbered(numbered.line, Bad(reason))
            if count % _EVERY == 0:
                self._adoption.read(count)

    def _take(self, numbered: NumberedForeign) -> str | None:
        """Why a record cannot be used."""
        match numbered.record:
            case ForeignComment() as comment:
                return self._take_comment(numbered.line, comment)
            case ForeignThread() as thread:
                return self._take_thread(numbered.line, thread)
            case ForeignSite(name):
                self.site_name = fitting.site_name(name) or self.site_name
                return None
            case AuthorStanding() as standing:
                return self._take_standing(numbered.line, standing)
            case Bad(reason):
                return reason

    def _take_thread(self, line: int, said: ForeignThread) -> str | None:
        """A thread without a usable name is told of with each of its comments."""
        name = name_of(said, self._adoption.name_from) or ""
        known = Article(line, name, fitting.title(said.title), fitting.web_url(said.url), said.closed)
        self._index.add_thread(said.key, known)
        return None

    def _take_standing(self, line: int, said: AuthorStanding) -> str | None:
        known = fitting.author(Author("", said.author)).id
        if known is None:
            return "author: breaks a rule"
        self.standings.append(Numbered(line, replace(said, author=known)))
        return None

    def _take_comment(self, line: int, said: ForeignComment) -> str | None:
        name = self._index.thread_name(said.thread)
        if name is None:
            return "the file does not tell of its thread before it"
        made, record, reason = _made(self._adoption, said, name)
        if not self._index.add_comment(Given(line, name, made, record, said.id, said.parent)):
            return "its id is that of a comment before it"
        return reason


def _made(
    adoption: Adoption, said: ForeignComment, thread: str
) -> tuple[str | None, bytes | None, str | None]:
    """The id of a comment and what is kept of it, or else why it cannot be used."""
    try:
        return _id(adoption, said, fitting.thread(thread)), _record(said), None
    except ValueError as wrong:
        return None, None, str(wrong)


def _id(adoption: Adoption, said: ForeignComment, thread: str) -> str:
    """Raises: ValueError: its time cannot be."""
    if not 0 < said.at <= adoption.now_ms + _DAY_MS:
        raise ValueError("its time does not lie between 1970 and now")
    chance = blake2b(f"{adoption.format}\0{said.id}".encode(), digest_size=6).digest()
    return new_id(thread, said.at, int.from_bytes(chance))


def _record(said: ForeignComment) -> bytes:
    """What is kept of a comment until its place is known.

    Raises:
        ValueError: its text breaks a rule.
    """
    erased = said.state is State.ERASED
    author = fitting.author(said.author)
    return orjson.dumps(
        {
            "author": None if erased else [*(Author(author.name) if said.newsroom else author)],
            "state": said.state,
            "text": "" if erased else fitting.body(said.body, said.form),
            "at": said.at,
            "reason": said.reason,
            "newsroom": said.newsroom,
        }
    )


def _comment(found: Found) -> CommentRecord:
    kept = orjson.loads(found.record)
    author = NOBODY if kept["author"] is None else Author(*kept["author"])
    newsroom = kept["newsroom"] and kept["state"] != State.PENDING
    log = log_of(State(kept["state"]), kept["text"], kept["at"], reason=kept["reason"], newsroom=newsroom)
    return CommentRecord(found.id, found.thread, author, log, found.path, newsroom)


def _thread(article: Article) -> ThreadRecord:
    """Of an open one, title and address are filled in where nothing is known; of a closed one all is said."""
    said = Thread(article.title, article.url, open=not article.closed, revision=int(article.closed))
    return ThreadRecord(article.name, said)
