"""`codau import`: a whole site from a file."""

from __future__ import annotations

import asyncio
import sys
from typing import TYPE_CHECKING, Annotated, BinaryIO

import typer

from service import settings
from service.clock import unix_ms
from service.commands.errors import Refused
from service.commands.progress import Show, shown
from service.commands.store import reached

if TYPE_CHECKING:
    from service.store.store import Store
    from service.transfer.importing import Tally


def import_(
    site: Annotated[
        str, typer.Argument(metavar="SITE", help="Id of the site; it is made where there is none of that id.")
    ],
    file: Annotated[
        typer.FileBinaryRead,
        typer.Argument(metavar="FILE", help="What `codau export` wrote; `-`: standard input."),
    ],
) -> None:
    """Bring in what `codau export` wrote, of a site of this or another id; beside a running `codau up` too.

    Ids, times and versions stay. What is there already stays as it is, so an import can be repeated. A bad
    line is told with its number and passed over; then the exit status is 1. Webhooks hear nothing of it.
    """
    from service.commands.arguments import site_id
    from service.transfer.records import Unreadable

    try:
        tally = asyncio.run(_import(site_id(site), file))
    except (Unreadable, OSError) as wrong:
        raise Refused(f"{file.name}: {wrong}") from None
    print(f"codau: {_summary(site, tally)}", file=sys.stderr)
    if tally.bad:
        raise typer.Exit(1)


async def _import(site: str, file: BinaryIO) -> Tally:
    from service.store.store import Store
    from service.supervision.store_check import usable

    chosen = settings.load()
    async with reached(chosen) as url:
        await usable(url, chosen.partitions)
        store = Store(url, chosen.partitions)
        try:
            with shown() as show:
                return await _read(store, site, file, show)
        finally:
            await store.close()


async def _read(store: Store, site: str, file: BinaryIO, show: Show) -> Tally:
    from service.transfer.importing import Told, import_site
    from service.transfer.reading import read

    def bad(line: int, reason: str) -> None:
        print(f"{file.name}:{line}: {reason}", file=sys.stderr)

    def progress(tally: Tally) -> None:
        show(f"{site}: {tally.comments:,} comments")

    return await import_site(store, site, read(file), now_ms=unix_ms(), told=Told(progress, bad))


def _summary(site: str, tally: Tally) -> str:
    made = "made" if tally.site_made else "was there, its name and policy stay"
    return (
        f"{site}: {made}; {tally.threads:,} threads, {tally.standings:,} standings, "
        f"{tally.comments:,} comments ({tally.restored:,} new, {tally.brought_forward:,} brought forward, "
        f"{tally.left:,} left as they are), {tally.bad:,} bad lines"
    )
