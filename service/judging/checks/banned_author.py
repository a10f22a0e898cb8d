"""The moderators banned this author. Whether a ban is in force is the caller's to know."""

from __future__ import annotations

from service.judging.model import Context, Finding


def banned_author(context: Context) -> Finding | None:
    """Say so when the author is banned.

    >>> banned_author(Context(author_banned=True)).code
    'banned_author'
    """
    return Finding("banned_author", "banned_author", 1.0) if context.author_banned else None
