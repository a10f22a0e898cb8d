"""`codau webhook`: which webhooks a site has; what became of their messages is `deliveries`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from service.commands.store import with_store

if TYPE_CHECKING:
    from service.store.store import Store

app = typer.Typer(
    no_args_is_help=True, help="Look after webhooks; they are set over HTTP, see docs/webhooks.md."
)


@app.command("list")
def list_webhooks(
    site: Annotated[str, typer.Argument(metavar="SITE", help="As `codau site list` shows it.")],
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
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
