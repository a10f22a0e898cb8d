"""What each audience sees of a comment, as JSON values (contract, section 3).

A website never sees what is for moderators: e-mail, address, user agent, the author's key.
"""

from datetime import UTC, datetime
from typing import Any

from service.comments import reasons
from service.comments.authors import author_key
from service.comments.model import ActedFinding, Comment, Entry, Event, State, present_after
from service.comments.reasons import Language
from service.comments.verdict import Verdict

View = dict[str, Any]


def rfc3339(ms: int | None) -> str | None:
    """UTC with milliseconds, as `2026-11-22T08:15:30.120Z`; None stays None.

    >>> rfc3339(1_763_900_000_007)
    '2025-11-23T12:13:20.007Z'
    """
    if ms is None:
        return None
    return f"{datetime.fromtimestamp(ms // 1000, UTC):%Y-%m-%dT%H:%M:%S}.{ms % 1000:03d}Z"


def finding_view(finding: ActedFinding, language: Language) -> View:
    return {
        "check": finding.check,
        "code": finding.code,
        "action": finding.action,
        "score": finding.score,
        "spans": finding.spans,
        "message": reasons.message(finding.code, language),
    }


def findings_view(findings: tuple[ActedFinding, ...], language: Language) -> list[View]:
    """Those the policy does not ignore."""
    return [finding_view(finding, language) for finding in findings if finding.action != "ignore"]


def website_view(comment: Comment, language: Language) -> View:
    """A comment as the website that sent it sees it."""
    now, erased = comment.now, comment.state is State.ERASED
    author = comment.author
    return {
        "id": comment.id,
        "site": comment.site,
        "thread": comment.thread,
        "parent_id": comment.parent_id,
        "state": comment.state,
        "version": comment.version,
        "author": {"name": None if erased else author.name, "id": author.id},
        "body": comment.body,
        "original_body": comment.original_body,
        "edited": now.edited,
        "findings": findings_view(now.findings, language),
        "suggestion": now.suggestion,
        "reason": now.reason,
        "message": _message(now.reason, now.message, language),
        "created_at": rfc3339(comment.created_at),
        "updated_at": rfc3339(comment.updated_at),
        "published_at": rfc3339(now.published_at),
    }


def _message(reason: str | None, message: str | None, language: Language) -> str | None:
    if reason is None:
        return None
    return message or reasons.message(reason, language)


def moderator_view(comment: Comment, language: Language) -> View:
    """A comment as moderators see it: the reader's own revision, and all that is known of the author."""
    author, erased = comment.author, comment.state is State.ERASED
    view = website_view(comment, language)
    view["newsroom"] = comment.newsroom
    view["submitted_body"] = None if erased else comment.now.submitted
    view["author"] |= {
        "key": None if erased else author_key(comment.site, author),
        "email": author.email,
        "ip": author.ip,
        "user_agent": author.user_agent,
    }
    return view


def event_view(kind: str, version: int, comment: Comment, language: Language) -> View:
    """What followers are told of a step: what it was, when, and the comment as it now stands."""
    return {
        "type": kind,
        "timestamp": rfc3339(comment.log[version - 1].at),
        "data": website_view(comment, language),
    }


def history_view(comment: Comment, language: Language) -> View:
    """Every step, oldest first."""
    entries, before = [], None
    for version, entry in enumerate(comment.log, start=1):
        entries.append(_entry_view(version, entry, before, _text_after(comment, version), language))
        before = entry.to
    return {"entries": entries}


def _text_after(comment: Comment, version: int) -> str | None:
    """What the comment says from this version on, where that changed; an undo may bring a text back."""
    entry = comment.log[version - 1]
    if entry.event is not Event.UNDONE or comment.log[version - 2].text is None:
        return entry.text
    return present_after(comment.log[:version]).text


def _entry_view(
    version: int, entry: Entry, before: State | None, body: str | None, language: Language
) -> View:
    return {
        "version": version,
        "event": entry.event,
        "from": before,
        "to": entry.to,
        "by": entry.by,
        "at": rfc3339(entry.at),
        "reason": entry.reason,
        "note": entry.note,
        "body": body,
        "findings": findings_view(entry.findings, language),
    }


def verdict_view(verdict: Verdict, language: Language) -> View:
    """What would become of a text, as `/v1/check` and `codau check` answer it."""
    return {
        "state": verdict.state,
        "findings": findings_view(verdict.findings, language),
        "suggestion": verdict.suggestion,
        "message": _message(verdict.reason, None, language),
        "reason": verdict.reason,
    }
