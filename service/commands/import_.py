"""`codau import`: a whole site from a file, of ours or of another comment system."""

from __future__ import annotations

import asyncio
import sys
from dataclasses import dataclass
from enum import StrEnum
from functools import partial
from typing import TYPE_CHECKING, Annotated, BinaryIO

import typer

from service.clock import unix_ms
from service.commands.errors import Refused
from service.commands.progress import Show, shown
from service.commands.store import with_store

if TYPE_CHECKING:
    from service.store.store import Store
    from service.transfer.importing import Tally
    from service.transfer.records import Records


class Format(StrEnum):
    """What a file can be; all but the first are other comment systems'."""

    CODAU = "codau"
    WORDPRESS = "wordpress"
    DISQUS = "disqus"
    ISSO = "isso"
    REMARK42 = "remark42"
    CSV = "csv"


class ThreadFrom(StrEnum):
    """What the thread of another system is named after."""

    ID = "id"
    URL = "url"
    PATH = "path"


@dataclass(frozen=True, slots=True)
class _Asked:
    """The command line."""

    site: str
    file: BinaryIO
    format: Format
    thread_from: ThreadFrom | None
    columns: dict[str, str]
    delimiter: str | None


def import_(
    site: Annotated[
        str, typer.Argument(metavar="SITE", help="Id of the site; it is made where there is none of that id.")
    ],
    file: Annotated[
        typer.FileBinaryRead,
        typer.Argument(metavar="FILE", help="What was exported; `-`: standard input."),
    ],
    *,
    format: Annotated[Format, typer.Option(help="Which system wrote the file.")] = Format.CODAU,
    thread_from: Annotated[
        ThreadFrom | None,
        typer.Option(
            help="What to name the threads of another system after: the id that the website gave an article, "
            "its whole address, or the path of that. By default the id, or the address where there is none.",
            show_default=False,
        ),
    ] = None,
    columns: Annotated[
        str,
        typer.Option(
            metavar="FIELD=COLUMN,…",
            help="Of a CSV file: which column is what, where its header says otherwise.",
            show_default=False,
        ),
    ] = "",
    delimiter: Annotated[
        str | None,
        typer.Option(help="Of a CSV file: what stands between two columns (`tab`), else it is found out."),
    ] = None,
) -> None:
    """Bring in what `codau export` or another comment system wrote; beside a running `codau up` too.

    Of our own format ids, times and versions stay; of the others replies, times, and whether a comment waits,
    is published or was refused. What is there already stays as it is, so an import can be repeated. A bad
    line is told with its number and passed over; then the exit status is 1. Webhooks hear nothing of it.

    Examples: `gunzip < bao.jsonl.gz | codau import bao -`, `codau import bao comments.xml --format wordpress`
    """
    from service.commands.arguments import columns_of, delimiter_of, site_id
    from service.transfer.records import Unreadable

    asked = _Asked(site_id(site), file, format, thread_from, columns_of(columns), delimiter_of(delimiter))
    _refuse_unused(asked)
    try:
        with shown() as show:
            tally = with_store(lambda store: _read(store, asked, show))
    except (Unreadable, OSError) as wrong:
        raise Refused(f"{file.name}: {wrong}") from None
    print(f"codau: {_summary(site, tally)}", file=sys.stderr)
    if tally.bad:
        raise typer.Exit(1)


def _refuse_unused(asked: _Asked) -> None:
    """Raises: typer.BadParameter: an option that says nothing of a file of this format."""
    if (asked.columns or asked.delimiter) and asked.format is not Format.CSV:
        raise typer.BadParameter("--columns and --delimiter are for --format csv")
    if asked.thread_from and asked.format is Format.CODAU:
        raise typer.BadParameter("--thread-from is for the formats of other systems")


async def _read(store: Store, asked: _Asked, show: Show) -> Tally:
    from service.commands.output import harmless
    from service.transfer.importing import Told, import_site
    from service.transfer.reading import read

    def line(number: int, what: str) -> None:
        print(harmless(f"{asked.file.name}:{number}: {what}"), file=sys.stderr)

    def progress(tally: Tally) -> None:
        show(f"{asked.site}: {tally.comments:,} comments")

    ours = asked.format is Format.CODAU
    records = read(asked.file) if ours else await _adopted(store, asked, show)
    return await import_site(store, asked.site, records, now_ms=unix_ms(), told=Told(progress, line))


async def _adopted(store: Store, asked: _Asked, show: Show) -> Records:
    """The records of another system, for the site as it is now."""
    from service.comments.policy import Policy
    from service.transfer.formats import reader_of
    from service.transfer.formats.adopting import Adoption, adopted
    from service.transfer.formats.foreign import Options
    from service.transfer.formats.names import NameFrom

    site = (await store.directory.current()).sites.get(asked.site)
    adoption = Adoption(
        format=asked.format,
        site=asked.site,
        depth=(site.policy if site else Policy()).replies.depth,
        name_from=NameFrom(asked.thread_from) if asked.thread_from else None,
        now_ms=unix_ms(),
        read=partial(_tell_read, asked.site, show),
    )
    reader = reader_of(asked.format)
    return adopted(reader(asked.file, Options(asked.columns, asked.delimiter)), adoption)


def _tell_read(site: str, show: Show, count: int) -> None:
    """Say how far it is; end where Ctrl-C asked for it, which else waits for the loop to turn."""
    show(f"{site}: {count:,} records read")
    task = asyncio.current_task()
    if task is not None and task.cancelling():
        raise asyncio.CancelledError


def _summary(site: str, tally: Tally) -> str:
    there = (
        "was there, its policy is the file's" if tally.policy_taken else "was there, its name and policy stay"
    )
    made = "made" if tally.site_made else there
    return (
        f"{site}: {made}; {tally.threads:,} threads, {tally.standings:,} standings, "
        f"{tally.comments:,} comments ({tally.restored:,} new, {tally.brought_forward:,} brought forward, "
        f"{tally.left:,} left as they are), {tally.bad:,} bad lines"
    )
