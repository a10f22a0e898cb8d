"""`codau key`: what websites, moderators and admins are let in with."""

from __future__ import annotations

import sys
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Any

import typer

from service.clock import unix_ms
from service.commands.errors import Refused
from service.commands.store import with_directory

if TYPE_CHECKING:
    from service.store.directory import Directory, KeyRecord

app = typer.Typer(no_args_is_help=True, help="Make, list and revoke keys; beside a running `codau up` too.")

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]


class RoleName(StrEnum):
    """What a key may do: `service.store.directory.Role`, without loading the store for --help."""

    WEBSITE = "website"
    MODERATOR = "moderator"
    ADMIN = "admin"


@app.command("list")
def list_keys(
    site: Annotated[str | None, typer.Option(metavar="SITE", help="Only those of this site.")] = None,
    as_json: AsJson = False,
) -> None:
    """List the keys by id and name. The keys themselves are kept nowhere.

    Example: `codau key list --site bao`
    """
    from service.commands.output import show

    async def listed(directory: Directory) -> list[KeyRecord]:
        snapshot = await directory.current()
        if site is not None:
            snapshot.site(site)
        known = [key for key in snapshot.keys.values() if site in (None, key.site)]
        return sorted(known, key=lambda key: (key.site or "", key.created_at, key.id))

    rows = [_row(record) for record in with_directory(listed)]
    columns = ["id", "role", "site", "name", "created_at"]
    show(rows, as_json=as_json, columns=columns, nothing="There are no keys yet.")


@app.command()
def create(
    role: Annotated[RoleName, typer.Option(help="What it may do.")],
    site: Annotated[
        str | None, typer.Option(metavar="SITE", help="For which site; an admin's key is for all.")
    ] = None,
    name: Annotated[
        str, typer.Option(help="What others see of whoever uses it; the role unless given.")
    ] = "",
    as_json: AsJson = False,
) -> None:
    """Make a key and print it: this once, for only its hash is kept.

    Example: `KEY=$(codau key create --role moderator --site bao --name "Thu Hà")`
    """
    from service.commands.arguments import name_of
    from service.commands.output import show_json
    from service.store.directory import Role

    if (site is None) != (role is RoleName.ADMIN):
        raise typer.BadParameter("--site is needed for a website and a moderator, and is not for an admin")
    called = name_of(name or role)

    async def made(directory: Directory) -> tuple[KeyRecord, str]:
        return await directory.create_key(role=Role(role), name=called, site=site, now_ms=unix_ms())

    record, key = with_directory(made)
    if as_json:
        show_json(
            {"id": record.id, "key": key, "role": record.role, "name": record.name, "site": record.site}
        )
    else:
        print(key)
        print(f"Its id is {record.id}; the key itself cannot be shown again.", file=sys.stderr)


@app.command()
def revoke(
    key_id: Annotated[str, typer.Argument(metavar="ID", help="As `codau key list` shows it.")],
) -> None:
    """Revoke a key: the next request with it is refused.

    Example: `codau key revoke 0f1e2d3c4b5a`
    """

    async def revoked(directory: Directory) -> KeyRecord:
        for key in (await directory.current()).keys.values():
            if key.id == key_id:
                await directory.revoke_key(key.site, key.id)
                return key
        raise Refused(f"there is no key {key_id}; `codau key list` shows all")

    record = with_directory(revoked)
    print(f"{record.id}: {record.role} {record.name} is revoked")


def _row(record: KeyRecord) -> dict[str, Any]:
    from service.api.views import rfc3339

    return {
        "id": record.id,
        "role": record.role,
        "site": record.site,
        "name": record.name,
        "created_at": rfc3339(record.created_at),
    }
