"""A comment as the website that sent it sees it, as JSON values: in answers, in the live stream, in webhooks.

What is for moderators (e-mail, address, user agent, the author's key) is not here.
"""

from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

from service.comments import reasons
from service.comments.model import ActedFinding, Comment, State
from service.comments.reasons import Language

View = dict[str, Any]


def rfc3339(ms: int | None) -> str | None:
    """UTC with milliseconds, as `2026-11-22T08:15:30.120Z`; None stays None.

    >>> rfc3339(1_763_900_000_007)
    '2025-11-23T12:13:20.007Z'
    """
    if ms is None:
        return None
    return f"{_second(ms // 1000)}.{ms % 1000:03d}Z"


@lru_cache(maxsize=1_024)  # what is shown together mostly happened together
def _second(s: int) -> str:
    return f"{datetime.fromtimestamp(s, UTC):%Y-%m-%dT%H:%M:%S}"


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
        "message": message_view(now.reason, now.message, language),
        "created_at": rfc3339(comment.created_at),
        "updated_at": rfc3339(comment.updated_at),
        "published_at": rfc3339(now.published_at),
    }


def message_view(reason: str | None, message: str | None, language: Language) -> str | None:
    if reason is None:
        return None
    return message or reasons.message(reason, language)


def event_view(kind: str, version: int, comment: Comment, language: Language) -> View:
    """What followers are told of a step: what it was, when, and the comment as it now stands."""
    return {
        "type": kind,
        "timestamp": rfc3339(comment.log[version - 1].at),
        "data": website_view(comment, language),
    }
