"""`codau doctor`: what is wrong with this installation, and what to do."""

from __future__ import annotations

import asyncio
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

from service import settings

if TYPE_CHECKING:
    from service.supervision.doctor.facts import Facts, Seen

_MARKS = {"ok": "ok     ", "warning": "WARNING", "error": "ERROR  "}


def doctor(as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False) -> None:
    """Look for what is wrong with this installation: settings, files, disk, server, data, workers, webhooks.

    Changes nothing. Each line that is not well says what to do. The exit status is 1 where something loses
    comments or stops the service (ERROR), and 0 with warnings alone.

    Example: `codau doctor --json | jq '.[] | select(.level != "ok")'`
    """
    from service.commands.output import show_json
    from service.supervision.doctor import examine

    seen = examine(asyncio.run(_look(settings.load())))
    if as_json:
        show_json([asdict(one) for one in seen])
    else:
        print("\n".join(_line(one) for one in seen))
    if any(one.level == "error" for one in seen):
        raise typer.Exit(1)


async def _look(chosen: settings.Settings) -> Facts:
    from service.commands.store import reached
    from service.supervision.doctor.gathering import around, with_store

    facts = around(chosen)
    async with reached(chosen) as url:
        return await with_store(facts, url)


def _line(one: Seen) -> str:
    return f"{_MARKS[one.level]}  {one.what}" + (f"\n         → {one.advice}" if one.advice else "")
