"""A comment as it is stored: a line `<version> <state>` for the scripts to read, then a document, compressed.

The line is a contract with `service/store/lua/_record.lua`. The document is JSON; what is absent has its
default. The log holds each text once, so the record does. In format 1 of the data all of it was one JSON
document; such records are read as they are, and the next step of their comment stores them in the present
form.
"""

from typing import Any

import orjson

from service.comments.compression import compressed, decompressed
from service.comments.model import ActedFinding, Author, Comment, Entry, Event, State


def dump(comment: Comment) -> bytes:
    """The record of a comment; site and id are in its key."""
    return _header(comment.version, comment.state) + compressed(document(comment))


def first(document: bytes) -> bytes:
    """The record of what has just come; it is made in less time, since the verdict stores another."""
    return _header(1, State.QUEUED) + compressed(document, quickly=True)


def _header(version: int, state: State) -> bytes:
    return f"{version} {state.value}\n".encode()


def document(comment: Comment) -> bytes:
    """All of a comment but what is in the header or the key, as JSON."""
    document: dict[str, Any] = {
        "thread": comment.thread,
        "author": _without_nones(comment.author),
        "log": [_dump_entry(entry) for entry in comment.log],
    }
    if comment.path:
        document |= {"parent": comment.parent_id, "path": comment.path}
    if comment.newsroom:
        document["newsroom"] = True
    return orjson.dumps(document)


def header(record: bytes) -> tuple[int, str]:
    """Version and state of a record, without reading the rest."""
    if _is_of_format_1(record):
        document = orjson.loads(record)
        return document["version"], document["state"]
    version, state = record[: record.index(b"\n")].split()
    return int(version), state.decode()


def _is_of_format_1(record: bytes) -> bool:
    return record.startswith(b"{")


def load(site: str, comment_id: str, record: bytes) -> Comment:
    """Read back what `dump` wrote."""
    plain = record if _is_of_format_1(record) else decompressed(record[record.index(b"\n") + 1 :])
    document = orjson.loads(plain)
    return Comment(
        site=site,
        id=comment_id,
        thread=document["thread"],
        author=Author(**document["author"]),
        log=tuple([_load_entry(entry) for entry in document["log"]]),
        parent_id=document.get("parent"),
        path=tuple(document.get("path", ())),
        newsroom=document.get("newsroom", False),
    )


def _without_nones(author: Author) -> dict[str, str]:
    fields = {
        "name": author.name,
        "id": author.id,
        "email": author.email,
        "ip": author.ip,
        "user_agent": author.user_agent,
    }
    return {name: value for name, value in fields.items() if value is not None}


_OPTIONAL = ("key_id", "text", "reason", "message", "note", "suggestion", "cluster")


def _dump_entry(entry: Entry) -> list[Any]:
    rest: dict[str, Any] = {name: value for name in _OPTIONAL if (value := getattr(entry, name)) is not None}
    if entry.findings:
        rest["findings"] = [[f.check, f.code, f.action, f.score, f.spans] for f in entry.findings]
    if entry.risk:
        rest["risk"] = entry.risk
    first = [entry.event, entry.to, entry.by, entry.at]
    return [*first, rest] if rest else first


def _load_entry(stored: list[Any]) -> Entry:
    event, to, by, at = stored[:4]
    rest = stored[4] if len(stored) > 4 else {}
    if "findings" in rest:
        rest["findings"] = tuple([_load_finding(finding) for finding in rest["findings"]])
    return Entry(Event(event), State(to), by, at, **rest)


def _load_finding(stored: list[Any]) -> ActedFinding:
    check, code, action, score, spans = stored
    return ActedFinding(check, code, action, score, tuple([(start, end) for start, end in spans]))
