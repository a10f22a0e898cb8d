"""`codau export`: a whole site on standard output."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from service.commands.errors import Refused
from service.commands.progress import Show, shown
from service.commands.store import with_store

if TYPE_CHECKING:
    from collections.abc import Sequence

    from service.store.store import Store


def export(
    site: Annotated[
        str, typer.Argument(metavar="SITE", help="Id of the site, as `codau site list` shows it.")
    ],
) -> None:
    """Write all of a site as JSON lines to standard output; beside a running `codau up` too.

    Name, policy, threads, authors' standings, comments with their whole history. Not keys or webhooks. The
    lines hold what readers wrote and who they are: keep them as you keep the database.

    Example: `codau export bao | gzip > bao.jsonl.gz`
    """
    with shown() as show:
        with_store(lambda store: _write(store, site, show))


async def _write(store: Store, site: str, show: Show) -> None:
    from service.transfer.exporting import lines_of

    known = (await store.directory.current()).site(site)
    count = 0
    async for lines in lines_of(store, known):
        _put(lines)
        count += len(lines)
        show(f"{site}: {count:,} lines")
    print(f"codau: {site}: {count:,} lines", file=sys.stderr)


def _put(lines: Sequence[bytes]) -> None:
    """Write lines out, so that an error is told where it happens.

    Raises:
        BrokenPipeError: nobody reads any more.
        Refused: the disk is full, for one.
    """
    try:
        sys.stdout.buffer.write(b"".join(line + b"\n" for line in lines))
        sys.stdout.buffer.flush()
    except BrokenPipeError:
        raise
    except OSError as error:
        raise Refused(f"standard output: {error.strerror}") from None
