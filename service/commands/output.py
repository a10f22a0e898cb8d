"""How commands answer: a table for people, JSON for programs. Errors are told by `service.__main__`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import orjson

Row = Mapping[str, Any]


def show(rows: Sequence[Row], *, as_json: bool, columns: Sequence[str], nothing: str) -> None:
    """Print rows.

    Args:
        columns: of the table, in their order; JSON has every member of every row.
        nothing: what to say instead of an empty table.
    """
    if as_json:
        return show_json(rows)
    if not rows:
        return print(nothing)
    from rich import box
    from rich.console import Console
    from rich.table import Table

    table = Table(*columns, box=box.SIMPLE_HEAD)
    for row in rows:
        table.add_row(*("" if row[name] is None else str(row[name]) for name in columns))
    Console(soft_wrap=True).print(table)
    return None


def show_json(value: Any) -> None:
    """Print one JSON document over several lines."""
    print(orjson.dumps(value, option=orjson.OPT_INDENT_2).decode())
