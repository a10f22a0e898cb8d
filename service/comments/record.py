"""A comment as it is stored: one JSON document, version and state in front for the scripts to read.

The header is a contract with the scripts in `service/store/lua`: a record begins with
`{"version":<n>,"state":"<state>",`. What is absent has its default. The log
holds each text once, so the record does.
"""

import re
from typing import Any

import orjson

from service.comments.model import ActedFinding, Author, Comment, Entry, Event, State

_HEADER = re.compile(rb'\{"version":(\d+),"state":"(\w+)"')


def dump(comment: Comment) -> bytes:
    """The document of a comment; site and id are in its key."""
    document: dict[str, Any] = {
        "version": comment.version,
        "state": comment.state,
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
    """Version and state of a document, without reading the rest."""
    version, state = _HEADER.match(record).groups()  # type: ignore[union-attr]  # every record begins so
    return int(version), state.decode()


def load(site: str, comment_id: str, record: bytes) -> Comment:
    """Read back what `dump` wrote."""
    document = orjson.loads(record)
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
