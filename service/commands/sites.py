"""`codau site`: the websites of this installation and their policies."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated, Any

import typer

from service.clock import unix_ms
from service.commands.errors import Refused
from service.commands.store import with_directory

if TYPE_CHECKING:
    from service.store.directory import Directory, Site

app = typer.Typer(
    no_args_is_help=True, help="Make, list and change websites; beside a running `codau up` too."
)

SiteId = Annotated[str, typer.Argument(metavar="SITE", help="Id of the site: 1 to 40 of a-z, 0-9 and `-`.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]


@app.command("list")
def list_sites(as_json: AsJson = False) -> None:
    """List the sites.

    Example: `codau site list --json`
    """
    from service.commands.output import show

    rows = [_row(site) for site in with_directory(lambda directory: directory.list_sites())]
    show(rows, as_json=as_json, columns=["id", "name", "created_at"], nothing="There are no sites yet.")


@app.command()
def create(
    site: SiteId,
    name: Annotated[str, typer.Option(help="What people call it; the id unless given.")] = "",
    as_json: AsJson = False,
) -> None:
    """Make a site. Then make its keys: `codau key create --role website --site SITE`.

    Example: `codau site create bao --name "Báo Ví Dụ"`
    """
    _put(site, name or site, new=True, as_json=as_json)


@app.command()
def rename(
    site: SiteId,
    name: Annotated[str, typer.Argument(help="Its new name; the id stays.")],
    as_json: AsJson = False,
) -> None:
    """Rename a site.

    Example: `codau site rename bao "Báo Mới"`
    """
    _put(site, name, new=False, as_json=as_json)


@app.command()
def policy(
    site: SiteId,
    patch: Annotated[
        str | None,
        typer.Option(
            metavar="JSON",
            help="Change these fields: objects are merged, lists replaced. `-`: from standard input.",
        ),
    ] = None,
) -> None:
    """Print a site's policy, after changing it where `--patch` is given.

    Example: `codau site policy bao --patch '{"links": {"allowed": 1}}'`
    """
    from service.commands.arguments import json_of
    from service.commands.output import show_json

    document = None if patch is None else json_of(sys.stdin.read() if patch == "-" else patch)

    async def change(directory: Directory) -> Any:
        if document is None:
            found = (await directory.current()).site(site).policy
        else:
            found = await directory.put_policy(site, lambda present: present.patched(document, at="policy"))
        return found.model_dump(mode="json")

    show_json(with_directory(change))


def _put(site: str, name: str, *, new: bool, as_json: bool) -> None:
    from service.commands.arguments import name_of, site_id
    from service.commands.output import show_json

    site, name = site_id(site), name_of(name)

    async def put(directory: Directory) -> Site:
        known = (await directory.current()).sites
        if new and site in known:
            raise Refused(f"there is a site {site} already; `codau site rename` changes its name")
        if not new and site not in known:
            raise Refused(f"there is no site {site}; `codau site list` shows all")
        made, _ = await directory.put_site(site, name, now_ms=unix_ms())
        return made

    row = _row(with_directory(put))
    if as_json:
        show_json(row)
    else:
        print(f"{row['id']}: {row['name']}")


def _row(site: Site) -> dict[str, Any]:
    from service.api.views import rfc3339

    return {"id": site.id, "name": site.name, "created_at": rfc3339(site.created_at)}
