"""`codau deliveries` and `codau dead-letters`: what websites were told, what waits, and what was given up."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Any

import typer

from service.clock import unix_ms
from service.commands.errors import Refused
from service.commands.store import with_store

if TYPE_CHECKING:
    from service.comments.model import Comment
    from service.store.deliveries import Delivery, DeliveryState
    from service.store.store import Store
    from service.store.webhooks import Hook

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]

_PAGE = 200
_CHECK_FAILED = "check_failed"

Row = dict[str, Any]


class StateName(StrEnum):
    """`service.store.deliveries.DeliveryState`, without loading the store for --help."""

    WAITING = "waiting"
    DONE = "done"
    DEAD = "dead"


def deliveries(
    site: Annotated[str, typer.Argument(metavar="SITE", help="As `codau site list` shows it.")],
    webhook: Annotated[
        str | None, typer.Argument(metavar="WEBHOOK", help="Only this one's; see `codau webhook list`.")
    ] = None,
    *,
    state: Annotated[StateName, typer.Option(help="Which ones.")] = StateName.WAITING,
    limit: Annotated[int, typer.Option(min=1, help="How many of each webhook, the latest first.")] = 50,
    resend: Annotated[
        list[str] | None, typer.Option(metavar="ID", help="Send this one again; may be given more than once.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """List messages to a site's webhooks: those that wait, were delivered, or were given up.

    With `--resend`, send some again instead. They keep their ids, by which a receiver knows them.

    Examples: `codau deliveries bao --state done`,
    `codau deliveries bao wh_5f2a9c0d1e3b4a67 --resend 019ab2c3d4e5-0000-003`
    """
    from service.commands.output import show
    from service.store.deliveries import DeliveryState

    if resend:
        if webhook is None:
            raise typer.BadParameter("--resend needs the webhook, too")
        count = with_store(lambda store: _resend(store, site, webhook, resend))
        print(f"{count} will be sent")
        return

    async def listed(store: Store) -> list[Row]:
        hooks = await _hooks(store, site, webhook)
        return [row for hook in hooks for row in await _rows(store, site, hook, DeliveryState(state), limit)]

    columns = ["webhook", "id", "type", "comment_id", "created_at", "attempts", "status", "error"]
    columns += ["next_attempt_at"] if state is StateName.WAITING else []
    show(with_store(listed), as_json=as_json, columns=columns, nothing="There are none.")


def dead_letters(
    site: Annotated[
        str | None, typer.Argument(metavar="SITE", help="Only this site's; see `codau site list`.")
    ] = None,
    retry: Annotated[
        bool, typer.Option("--retry", help="Send the messages again, those of one comment in their order.")
    ] = False,
    limit: Annotated[int, typer.Option(min=1, help="How many of each webhook and site, at most.")] = 50,
    as_json: AsJson = False,
) -> None:
    """List what was given up: messages that no receiver took, and comments that no check could judge.

    A message is given up after three days of trying; `--retry` sends all of them again, to webhooks that are
    switched on. A comment is set aside after three tries, and waits for a person among the others.

    Examples: `codau dead-letters`, `codau dead-letters bao --retry`
    """
    from service.commands.output import show

    if retry:
        return _tell_retried(with_store(lambda store: _retry(store, site)))

    async def listed(store: Store) -> list[Row]:
        return [row for name in await _sites(store, site) for row in await _dead_of(store, name, limit)]

    columns = ["site", "kind", "id", "since", "attempts", "why"]
    show(with_store(listed), as_json=as_json, columns=columns, nothing="There are none.")
    return None


async def _sites(store: Store, site: str | None) -> list[str]:
    """One site, or all.

    Raises:
        NotFound.
    """
    snapshot = await store.directory.current()
    return sorted(snapshot.sites) if site is None else [snapshot.site(site).id]


async def _hooks(store: Store, site: str, webhook: str | None) -> Sequence[Hook]:
    (await store.directory.current()).site(site)
    return await store.webhooks.all(site) if webhook is None else [await store.webhooks.get(site, webhook)]


async def _rows(store: Store, site: str, hook: Hook, state: DeliveryState, limit: int) -> list[Row]:
    from service.api.webhooks import delivery_view

    found = await _listed(store, site, hook.id, state, limit)
    return [{"webhook": hook.id} | delivery_view(*one) for one in found]


async def _listed(
    store: Store, site: str, hook_id: str, state: DeliveryState, limit: int
) -> list[tuple[Delivery, int | None]]:
    """The latest of one state, each with when it is due."""
    found: list[tuple[Delivery, int | None]] = []
    cursor: str | None = None
    while len(found) < limit:
        page = await store.deliveries.page(site, hook_id, state, min(_PAGE, limit - len(found)), cursor)
        found += page.deliveries
        cursor = page.next
        if cursor is None:
            break
    return found


async def _resend(store: Store, site: str, hook_id: str, ids: Iterable[str]) -> int:
    """Send some once more; how many.

    Raises:
        NotFound: there is no such site, webhook or message; none is sent then.
        Refused: the webhook is switched off.
    """
    (await store.directory.current()).site(site)
    hook = await store.webhooks.get(site, hook_id)
    found = [await store.deliveries.get(site, hook_id, delivery_id) for delivery_id in dict.fromkeys(ids)]
    return await _send(store, site, hook, found)


async def _send(store: Store, site: str, hook: Hook, found: Iterable[Delivery]) -> int:
    """Send deliveries as if they had never been tried, the oldest first.

    Raises:
        Refused: the webhook is switched off.
    """
    from service.store.deliveries import again

    if not hook.active:
        raise Refused(f"webhook {hook.id} of {site} is switched off; switch it on first")
    ordered = sorted(found, key=lambda one: (one.created_at, one.id))
    for delivery in ordered:
        await store.deliveries.add(site, hook.id, again(delivery, unix_ms()), now_ms=unix_ms())
    await store.webhooks.wake(site)
    return len(ordered)


async def _retry(store: Store, site: str | None) -> tuple[int, list[str]]:
    """How many messages will be sent again, and which webhooks are switched off and keep theirs."""
    from service.store.deliveries import DEAD_KEPT, DeliveryState

    sent, off = 0, []
    for name in await _sites(store, site):
        for hook in await store.webhooks.all(name):
            found = [one for one, _ in await _listed(store, name, hook.id, DeliveryState.DEAD, DEAD_KEPT)]
            if found and not hook.active:
                off.append(f"{hook.id} of {name}")
            elif found:
                sent += await _send(store, name, hook, found)
    return sent, off


def _tell_retried(retried: tuple[int, list[str]]) -> None:
    sent, off = retried
    print(f"{sent} will be sent")
    for webhook in off:
        print(f"codau: webhook {webhook} is switched off and keeps its messages", file=sys.stderr)
    if off:
        raise typer.Exit(1)


async def _dead_of(store: Store, site: str, limit: int) -> list[Row]:
    from service.store.deliveries import DeliveryState

    messages = [
        _message_row(site, hook, delivery)
        for hook in await store.webhooks.all(site)
        for delivery, _ in await _listed(store, site, hook.id, DeliveryState.DEAD, limit)
    ]
    return messages + [_comment_row(comment) for comment in await _set_aside(store, site, limit)]


async def _set_aside(store: Store, site: str, limit: int) -> list[Comment]:
    from service.comments.model import State
    from service.store.ordered import Order
    from service.store.places import of_code

    facet = of_code(_CHECK_FAILED)
    page = await store.lists.by_time(site, State.PENDING, Order.OLDEST, limit, None, facet=facet)
    return [comment for comment in await store.comments.many(site, page.ids) if comment is not None]


def _message_row(site: str, hook: Hook, delivery: Delivery) -> Row:
    from service.api.views import rfc3339

    return {
        "site": site,
        "kind": "message",
        "id": delivery.id,
        "webhook": hook.id,
        "comment_id": delivery.comment_id,
        "since": rfc3339(delivery.created_at),
        "attempts": delivery.attempts,
        "why": delivery.error or (f"{hook.url} answered {delivery.status}" if delivery.status else None),
    }


def _comment_row(comment: Comment) -> Row:
    from service.api.views import rfc3339

    failed = [finding.check for finding in comment.now.findings if finding.code == _CHECK_FAILED]
    return {
        "site": comment.site,
        "kind": "comment",
        "id": comment.id,
        "webhook": None,
        "comment_id": comment.id,
        "since": rfc3339(comment.created_at),
        "attempts": None,
        "why": f"judging ended with {failed[0]}" if failed else None,
    }
