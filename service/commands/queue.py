"""`codau queue`: what waits on a site, for somebody at a terminal. Nothing is decided here."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Any

import typer

from service.clock import unix_ms
from service.commands.store import with_store

if TYPE_CHECKING:
    from service.comments.model import Comment
    from service.store.store import Store

EXCERPT = 60
"""Characters of a text that are shown of it in a table."""


class StateName(StrEnum):
    """The states that are listed, `service.comments.model.State` without loading the domain for --help."""

    QUEUED = "queued"
    PENDING = "pending"
    PUBLISHED = "published"
    REJECTED = "rejected"


WAITING = (StateName.QUEUED, StateName.PENDING)
"""Shown oldest first; what was decided newest first."""


@dataclass(frozen=True, slots=True)
class Shown:
    """The first comments of one state, and how many there are of it in all."""

    site: str
    state: StateName
    total: int
    comments: Sequence[Comment]

    @property
    def oldest_ms(self) -> int | None:
        """When the one that waits longest came; None where none waits."""
        return self.comments[0].created_at if self.state in WAITING and self.comments else None


def queue(
    site: Annotated[str, typer.Argument(metavar="SITE", help="As `codau site list` shows it.")],
    state: Annotated[StateName, typer.Option(help="Queued: for a verdict; pending: for a moderator.")] = (
        StateName.PENDING
    ),
    code: Annotated[
        str | None, typer.Option(metavar="CODE", help="Only those with this finding, `toxic` for one.")
    ] = None,
    limit: Annotated[int, typer.Option(min=1, max=200, help="How many are shown.")] = 10,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON, with the comments in full.")] = False,
) -> None:
    """Show what waits: how many, for how long, and the first of them.

    What waits is shown oldest first, what was decided newest first. The texts are what readers sent, and JSON
    has all that is known of their authors.

    Examples: `codau queue bao`, `codau queue bao --code check_failed --json`
    """
    from service.commands.output import show, show_json

    if code is not None and state is StateName.QUEUED:
        raise typer.BadParameter("--code: what is queued has no findings yet")
    page = with_store(lambda store: _look(store, site, state, code, limit))
    if as_json:
        return show_json(_document(page))
    print(_summary(page))
    if page.comments:
        columns = ["id", "for", "author", "thread", "findings", "text"]
        show([_row(comment) for comment in page.comments], as_json=False, columns=columns, nothing="")
    return None


async def _look(store: Store, site: str, state: StateName, code: str | None, limit: int) -> Shown:
    from service.comments.model import State
    from service.store.ordered import Order
    from service.store.places import of_code

    (await store.directory.current()).site(site)
    order = Order.OLDEST if state in WAITING else Order.NEWEST
    facet = of_code(code) if code else ""
    page = await store.lists.by_time(site, State(state), order, limit, None, facet=facet)
    found = await store.comments.many(site, page.ids)
    return Shown(site, state, page.total, [comment for comment in found if comment is not None])


def _document(page: Shown) -> dict[str, Any]:
    from service.api.views import moderator_view, rfc3339

    return {
        "site": page.site,
        "state": page.state,
        "total": page.total,
        "oldest_at": rfc3339(page.oldest_ms),
        "items": [moderator_view(comment, "vi") for comment in page.comments],
    }


def _summary(page: Shown) -> str:
    oldest = "" if page.oldest_ms is None else f", the oldest for {_age(page.oldest_ms)}"
    return f"{page.site}: {page.total:,} {page.state}{oldest}"


def _row(comment: Comment) -> dict[str, Any]:
    from service.store.places import since_ms

    text = comment.now.submitted or ""
    codes = dict.fromkeys(one.code for one in comment.now.findings if one.action != "ignore")
    return {
        "id": comment.id,
        "for": _age(since_ms(comment)),
        "author": comment.author.name,
        "thread": comment.thread,
        "findings": ", ".join(codes),
        "text": text if len(text) <= EXCERPT else text[: EXCERPT - 1] + "…",
    }


def _age(since_ms: int) -> str:
    """How long ago something was, in its two largest units.

    >>> _age(unix_ms() - 3 * 3_600_000 - 125_000)
    '3 h 2 min'
    """
    minutes, seconds = divmod(max(0, unix_ms() - since_ms) // 1000, 60)
    hours, minutes = divmod(minutes, 60)
    days, hours = divmod(hours, 24)
    parts = [(days, "d"), (hours, "h"), (minutes, "min"), (seconds, "s")]
    first = next((number for number, (count, _) in enumerate(parts) if count), 3)
    return " ".join(f"{count} {unit}" for count, unit in parts[first : first + 2])
