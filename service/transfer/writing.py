"""A site as lines of Có Dấu's own format: JSON, each with a `kind`; the first line names format and version.

`docs/transfer.md` describes them for people, `fields` for the reader. Written is what a comment is made of,
its place and its log; what follows from them (state, body, counts) is not, so that a file cannot contradict
itself.
"""

from typing import Any

import orjson

from service.api.views import rfc3339
from service.comments.model import NOBODY, ActedFinding, Author, Entry
from service.store.directory import Site
from service.store.threads import Thread
from service.store.transfer import AuthorStanding, Placed

FORMAT, VERSION = "codau", 1


def header() -> bytes:
    return orjson.dumps({"format": FORMAT, "version": VERSION})


def end() -> bytes:
    return _line("end", {})


def site(known: Site) -> bytes:
    """A site with what its policy says beside the defaults, as it is stored."""
    policy = known.policy.model_dump(mode="json", exclude_defaults=True)
    return _line(
        "site",
        {"id": known.id, "name": known.name, "created_at": rfc3339(known.created_at), "policy": policy},
    )


def thread(name: str, said: Thread) -> bytes | None:
    """What the website said of an article; None where it said nothing."""
    document = {
        "title": said.title,
        "url": said.url,
        "open": None if said.open else False,
        "policy": said.policy.stored() or None,
        "revision": said.revision or None,
    }
    stated = _stated(document)
    return _line("thread", {"thread": name} | stated) if stated else None


def standing(known: AuthorStanding) -> bytes:
    document = {
        "author": known.author,
        "standing": known.standing,
        "until": rfc3339(known.until),
        "note": known.note,
        "by": known.by,
    }
    return _line("standing", _stated(document))


def comment(placed: Placed) -> bytes:
    known = placed.comment
    who = {"id": known.id, "thread": known.thread, "author": _author(known.author)}
    place = {
        "path": known.path or None,
        "newsroom": known.newsroom or None,
        "root_place": rfc3339(placed.root_place),
    }
    return _line("comment", who | _stated(place) | {"log": [_entry(entry) for entry in known.log]})


def _line(kind: str, document: dict[str, Any]) -> bytes:
    return orjson.dumps({"kind": kind} | document)


def _stated(document: dict[str, Any]) -> dict[str, Any]:
    """Without the members that have their default."""
    return {name: value for name, value in document.items() if value is not None}


def _author(author: Author) -> dict[str, Any] | None:
    if author == NOBODY:
        return None
    return _stated(
        {
            "name": author.name,
            "id": author.id,
            "email": author.email,
            "ip": author.ip,
            "user_agent": author.user_agent,
        }
    )


def _entry(entry: Entry) -> dict[str, Any]:
    return _stated(
        {
            "event": entry.event,
            "to": entry.to,
            "by": entry.by,
            "at": rfc3339(entry.at),
            "key_id": entry.key_id,
            "text": entry.text,
            "reason": entry.reason,
            "message": entry.message,
            "note": entry.note,
            "findings": [_finding(finding) for finding in entry.findings] or None,
            "suggestion": entry.suggestion,
            "risk": entry.risk or None,
            "cluster": entry.cluster,
        }
    )


def _finding(finding: ActedFinding) -> dict[str, Any]:
    return {
        "check": finding.check,
        "code": finding.code,
        "action": finding.action,
        "score": finding.score,
        "spans": finding.spans,
    }
