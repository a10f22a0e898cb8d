"""What each audience sees of a comment, as JSON values (contract, section 3).

What a website sees is in `service.comments.views`; the rest here is for moderators.
"""

from service.comments.authors import author_key
from service.comments.model import Comment, Entry, Event, State, present_after
from service.comments.reasons import Language
from service.comments.verdict import Verdict
from service.comments.views import (
    View,
    event_view,
    findings_view,
    message_view,
    rfc3339,
    website_view,
)

__all__ = [
    "View",
    "event_view",
    "findings_view",
    "history_view",
    "moderator_view",
    "rfc3339",
    "verdict_view",
    "website_view",
]


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
        "message": message_view(verdict.reason, None, language),
        "reason": verdict.reason,
    }
