"""`codau webhook`: which webhooks a site has; what became of their messages is `deliveries`."""

from __future__ import annotations

import sys
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Any

import typer

from service import settings
from service.clock import unix_ms
from service.commands.store import with_store

if TYPE_CHECKING:
    from service.store.store import Store
    from service.store.webhooks import Hook

app = typer.Typer(
    no_args_is_help=True, help="Set, list and remove webhooks; beside a running `codau up` too."
)

SiteId = Annotated[str, typer.Argument(metavar="SITE", help="As `codau site list` shows it.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]


class TypeName(StrEnum):
    """What a webhook is told of: `service.store.webhooks.TYPES`, without loading the store for --help."""

    PENDING = "comment.pending"
    PUBLISHED = "comment.published"
    REJECTED = "comment.rejected"
    UPDATED = "comment.updated"
    ERASED = "comment.erased"


@app.command("list")
def list_webhooks(site: SiteId, as_json: AsJson = False) -> None:
    """List a site's webhooks, without their secrets.

    Example: `codau webhook list bao`
    """
    from service.api.webhooks import hook_view
    from service.commands.output import show

    async def listed(store: Store) -> list[dict[str, Any]]:
        (await store.directory.current()).site(site)
        return [hook_view(hook) for hook in await store.webhooks.all(site)]

    columns = ["id", "url", "active", "gone", "created_at"]
    show(with_store(listed), as_json=as_json, columns=columns, nothing="There are no webhooks yet.")


@app.command()
def create(
    site: SiteId,
    url: Annotated[str, typer.Argument(metavar="URL", help="Where to call.")],
    *,
    types: Annotated[
        list[TypeName] | None,
        typer.Option("--type", help="Tell of this; may be given more than once. Without it, of all."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Set a webhook and print its secret: this once, for it is shown nowhere else.

    Example: `SECRET=$(codau webhook create bao https://bao.example.vn/codau --type comment.published)`
    """
    from service.api.requests_webhooks import NewWebhook
    from service.api.webhooks import new_hook_view, set_webhook
    from service.commands.arguments import body_of
    from service.commands.output import show_json

    asked = body_of(NewWebhook, url=url, types=[one.value for one in types] if types else None)
    allow_private = settings.load().webhook_allow_private

    async def made(store: Store) -> Hook:
        known = (await store.directory.current()).site(site)
        return await set_webhook(store, known.id, asked, allow_private=allow_private, now_ms=unix_ms())

    hook = with_store(made)
    if as_json:
        show_json(new_hook_view(hook))
    else:
        print(hook.secret)
        print(f"Its id is {hook.id}; the secret cannot be shown again.", file=sys.stderr)


@app.command()
def delete(
    site: SiteId,
    webhook: Annotated[str, typer.Argument(metavar="WEBHOOK", help="As `codau webhook list` shows it.")],
) -> None:
    """Remove a webhook, and what waits for it.

    Example: `codau webhook delete bao wh_5f2a9c0d1e3b4a67`
    """

    async def removed(store: Store) -> None:
        (await store.directory.current()).site(site)
        await store.webhooks.remove(site, webhook)

    with_store(removed)
    print(f"{webhook} is removed")
