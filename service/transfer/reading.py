"""Có Dấu's own format, read: lines to records, each line alone, so that a bad one spoils no other."""

from collections.abc import Iterable, Iterator
from typing import BinaryIO

import orjson
from pydantic import ValidationError

from service.comments.ids import id_hash, thread_hash
from service.comments.model import NOBODY, ActedFinding, Author, Entry, Event
from service.comments.policy import Policy
from service.errors import InvalidRequest
from service.store.threads import Thread
from service.store.transfer import AuthorStanding
from service.transfer import lives
from service.transfer.fields import (
    LINE,
    AnyLine,
    CommentLine,
    EndLine,
    EntryFields,
    SiteLine,
    StandingLine,
    ThreadLine,
)
from service.transfer.lines import numbered
from service.transfer.records import (
    Bad,
    CommentRecord,
    Numbered,
    Record,
    Records,
    SiteRecord,
    ThreadRecord,
    Unreadable,
)
from service.transfer.writing import FORMAT, VERSION
from service.transfer.wrong import TOO_LONG, reason_of

_CUT_OFF = Bad('the file ends without {"kind":"end"}: the export was cut off')


def read(file: BinaryIO) -> Records:
    """The records of an export, in its order.

    Raises:
        Unreadable: it is none, or of another version.
    """
    lines = numbered(file)
    _check_header(next(lines, (1, b""))[1] or b"")
    return _records(lines)


def _check_header(line: bytes) -> None:
    try:
        header = orjson.loads(line)
    except orjson.JSONDecodeError:
        header = None
    if not isinstance(header, dict) or header.get("format") != FORMAT:
        raise Unreadable("this is no export of Có Dấu, as its first line would say; --format names others")
    if header.get("version") != VERSION:
        theirs = header.get("version")
        raise Unreadable(f"this export has version {theirs} of the format; this is for version {VERSION}")


def _records(lines: Iterable[tuple[int, bytes | None]]) -> Iterator[Numbered]:
    number, ended = 1, False
    for number, line in lines:
        record = TOO_LONG if line is None else record_of(line)
        if record is None:
            ended = True
        else:
            yield Numbered(number, record)
    if not ended:
        yield Numbered(number, _CUT_OFF)


def record_of(line: bytes) -> Record | None:
    """The record that a line holds; None of the last line, which holds none."""
    try:
        return _record(LINE.validate_json(line))
    except ValidationError as error:
        return Bad(reason_of(error, tagged=True))
    except InvalidRequest as refused:
        return Bad(refused.detail)
    except ValueError as wrong:
        return Bad(str(wrong))


def _record(line: AnyLine) -> Record | None:
    match line:
        case CommentLine():
            return _comment(line)
        case ThreadLine():
            said = Thread(line.title, line.url, line.open, line.policy, revision=line.revision)
            return ThreadRecord(line.thread, said)
        case StandingLine():
            return AuthorStanding(line.author, line.standing, line.until, line.note, line.by)
        case SiteLine():
            return SiteRecord(line.id, line.name, line.created_at, Policy.parsed(line.policy, at="policy"))
        case EndLine():
            return None


def _comment(line: CommentLine) -> CommentRecord:
    """Raises: ValueError."""
    log = tuple([_entry(entry) for entry in line.log])
    lives.check(log)
    if len({line.id, *line.path}) != len(line.path) + 1:
        raise ValueError("path: names a comment twice")
    if any(id_hash(known) != thread_hash(line.thread) for known in (line.id, *line.path)):
        raise ValueError("id, path: an id carries a hash of its thread's name, and this is not that thread's")
    return CommentRecord(
        line.id, line.thread, _author(line, log), log, line.path, line.newsroom, line.root_place
    )


def _author(line: CommentLine, log: tuple[Entry, ...]) -> Author:
    erased = log[-1].event is Event.ERASED
    if line.author is None:
        if not erased and not line.newsroom:
            raise ValueError("author: is missing")
        return NOBODY
    if erased:
        raise ValueError("author: an erased comment has none")
    return Author(**line.author.model_dump())


def _entry(read: EntryFields) -> Entry:
    findings = [ActedFinding(f.check, f.code, f.action, f.score, f.spans) for f in read.findings]
    return Entry(
        read.event,
        read.to,
        read.by,
        read.at,
        key_id=read.key_id,
        text=read.text,
        reason=read.reason,
        message=read.message,
        note=read.note,
        findings=tuple(findings),
        suggestion=read.suggestion,
        risk=read.risk,
        cluster=read.cluster,
    )
