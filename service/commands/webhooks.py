"""`codau webhook`: what waits for a site's webhooks, what could not be delivered, and sending it again."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Any, TypeVar

import typer

from service import settings
from service.clock import unix_ms
from service.commands.errors import Refused
from service.commands.store import reached

if TYPE_CHECKING:
    from service.store.deliveries import Delivery
    from service.store.store import Store

T = TypeVar("T")

app = typer.Typer(no_args_is_help=True, help="Look after webhooks; they are set over HTTP, see docs/.")

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]
SiteId = Annotated[str, typer.Argument(metavar="SITE", help="As `codau site list` shows it.")]
HookId = Annotated[str, typer.Argument(metavar="WEBHOOK", help="As `codau webhook list` shows it.")]

_PAGE = 200


class StateName(StrEnum):
    """`service.store.deliveries.DeliveryState`, without loading the store for --help."""

    WAITING = "waiting"
    DONE = "done"
    DEAD = "dead"


@app.command("list")
def list_webhooks(site: SiteId, as_json: AsJson = False) -> None:
    """List a site's webhooks."""
    from service.api.webhooks import hook_view
    from service.commands.output import show

    async def listed(store: Store) -> list[dict[str, Any]]:
        (await store.directory.current()).site(site)
        return [hook_view(hook) for hook in await store.webhooks.all(site)]

    columns = ["id", "url", "active", "gone", "created_at"]
    show(_with_store(listed), as_json=as_json, columns=columns, nothing="There are no webhooks yet.")


@app.command()
def deliveries(
    site: SiteId,
    hook: HookId,
    state: Annotated[StateName, typer.Option(help="Which ones.")] = StateName.DEAD,
    limit: Annotated[int, typer.Option(min=1, help="How many, the latest first.")] = 50,
    as_json: AsJson = False,
) -> None:
    """List what could not be delivered, or what waits or was delivered."""
    from service.api.webhooks import delivery_view
    from service.commands.output import show

    async def listed(store: Store) -> list[dict[str, Any]]:
        return [delivery_view(*one) for one in await _listed(store, site, hook, state, limit)]

    columns = ["id", "type", "comment_id", "created_at", "attempts", "status", "error", "next_attempt_at"]
    show(_with_store(listed), as_json=as_json, columns=columns, nothing="There are none.")


@app.command()
def resend(
    site: SiteId,
    hook: HookId,
    ids: Annotated[list[str] | None, typer.Argument(metavar="[ID]...", help="Ids of deliveries.")] = None,
    all_dead: Annotated[bool, typer.Option("--all-dead", help="All that could not be delivered.")] = False,
) -> None:
    """Send deliveries once more, under the same ids; those of one comment in their order.

    Example: `codau webhook resend bao wh_5f2a9c0d1e3b4a67 --all-dead`
    """
    if bool(ids) == all_dead:
        raise typer.BadParameter("name deliveries, or --all-dead")

    async def sent(store: Store) -> int:
        if not (await store.webhooks.get(site, hook)).active:
            raise Refused("the webhook is switched off; switch it on first")
        chosen = await _chosen(store, site, hook, ids)
        for delivery in chosen:
            await store.deliveries.add(site, hook, delivery, now_ms=unix_ms())
        await store.webhooks.wake(site)
        return len(chosen)

    print(f"{_with_store(sent)} will be sent")


async def _chosen(store: Store, site: str, hook: str, ids: list[str] | None) -> list[Delivery]:
    """The deliveries as if they had never been tried, the oldest first."""
    from service.store.deliveries import DEAD_KEPT, again

    if ids:
        found = [await store.deliveries.get(site, hook, delivery_id) for delivery_id in ids]
    else:
        found = [one for one, _ in await _listed(store, site, hook, StateName.DEAD, DEAD_KEPT)]
    return [again(one, unix_ms()) for one in sorted(found, key=lambda one: (one.created_at, one.id))]


async def _listed(
    store: Store, site: str, hook: str, state: StateName, limit: int
) -> list[tuple[Delivery, int | None]]:
    from service.store.deliveries import DeliveryState

    await store.webhooks.get(site, hook)
    found: list[tuple[Delivery, int | None]] = []
    cursor: str | None = None
    while len(found) < limit:
        wanted = min(_PAGE, limit - len(found))
        page = await store.deliveries.page(site, hook, DeliveryState(state), wanted, cursor)
        found += page.deliveries
        cursor = page.next
        if cursor is None:
            break
    return found


def _with_store(action: Callable[[Store], Awaitable[T]]) -> T:
    """What `action` makes of this installation's store."""

    async def run() -> T:
        from service.store.store import Store
        from service.supervision.store_check import usable

        chosen = settings.load()
        async with reached(chosen) as url:
            await usable(url, chosen.partitions)
            store = Store(url, chosen.partitions)
            try:
                return await action(store)
            finally:
                await store.close()

    return asyncio.run(run())
