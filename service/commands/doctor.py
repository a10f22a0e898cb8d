"""`codau doctor`: what is wrong with this installation, and what to do."""

from __future__ import annotations

import asyncio
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

from service import settings

if TYPE_CHECKING:
    from service.supervision.doctor import Seen

_MARKS = {"ok": "ok     ", "warning": "WARNING", "error": "ERROR  "}


def doctor(as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False) -> None:
    """Look for what is wrong with this installation: settings, data folder, server, data, workers.

    Changes nothing. The exit status is 1 where something loses comments or stops the service.
    """
    from service.commands.output import show_json

    seen = asyncio.run(_look(settings.load()))
    if as_json:
        show_json([asdict(one) for one in seen])
    else:
        print("\n".join(_line(one) for one in seen))
    if any(one.level == "error" for one in seen):
        raise typer.Exit(1)


async def _look(chosen: settings.Settings) -> list[Seen]:
    from service.commands.store import opened
    from service.supervision.doctor import Seen, look_at_folder, look_at_store

    seen = [
        Seen("warning", f"{name} is no setting.", f"did you mean {meant}?")
        for name, meant in settings.misspelt()
    ]
    seen += look_at_folder(chosen.data_dir)
    async with opened(chosen) as store:
        seen += [one async for one in look_at_store(store, chosen)]
    return seen


def _line(one: Seen) -> str:
    return f"{_MARKS[one.level]}  {one.what}" + (f"\n         → {one.advice}" if one.advice else "")
