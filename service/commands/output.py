"""How commands answer: a table for people, JSON for programs. Errors are told by `service.__main__`.

What readers wrote, and whatever else somebody typed, is shown so that a terminal takes no part of it for a
command, and in the order in which it was written.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Mapping, Sequence
from typing import Any

import orjson

Row = Mapping[str, Any]

_BETWEEN = 3
"""Characters beside each column."""

_NARROWEST = 24
_WIDEST = 1_000
"""Characters of the last column: on a terminal at least, in a file at most."""

_HARMFUL = re.compile(
    "[\x00-\x1f\x7f-\x9f"  # controls: a terminal's commands begin with one
    "\N{SOFT HYPHEN}\N{ARABIC LETTER MARK}\N{MONGOLIAN VOWEL SEPARATOR}"
    "\N{ZERO WIDTH SPACE}\N{ZERO WIDTH NO-BREAK SPACE}"
    "\u200e\u200f\u2028-\u202e\u2060-\u206f\ufff9-\ufffb\U000e0000-\U000e0fff\ud800-\udfff]"
)


def harmless(text: str) -> str:
    """One line of a text, with what a terminal would obey or hide written as an escape.

    >>> harmless("Hay\\x1b[31m quá\\n\\N{RIGHT-TO-LEFT OVERRIDE}!")
    'Hay\\\\x1b[31m quá \\\\u202e!'
    """
    return _HARMFUL.sub(_escaped, re.sub("[\t\n\r]+", " ", text))


def _escaped(found: re.Match[str]) -> str:
    code = ord(found[0])
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


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
    _print_table(
        columns, [["" if row[one] is None else harmless(str(row[one])) for one in columns] for row in rows]
    )
    return None


def _print_table(columns: Sequence[str], cells: Sequence[Sequence[str]]) -> None:
    """Only the last column is folded, where the terminal is narrow: an id that is cut is of no use."""
    from rich import box
    from rich.cells import cell_len
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(box=box.SIMPLE_HEAD)
    for name in columns:
        table.add_column(name, no_wrap=name != columns[-1], overflow="fold")
    for row in cells:
        table.add_row(*map(Text, row))
    kept = sum(max(map(cell_len, column)) for column in list(zip(columns, *cells, strict=True))[:-1])
    console = Console(highlight=False)
    width = console.width if console.is_terminal else 0
    console.width = max(width, kept + len(columns) * _BETWEEN + (_NARROWEST if width else _WIDEST))
    console.print(table)


def show_json(value: Any) -> None:
    """Print one JSON document over several lines; for a terminal, what it would obey or hide is escaped."""
    text = orjson.dumps(value, option=orjson.OPT_INDENT_2).decode()
    if sys.stdout.isatty():
        text = "\n".join(_HARMFUL.sub(_json_escape, line) for line in text.split("\n"))
    print(text)


def _json_escape(found: re.Match[str]) -> str:
    """As JSON escapes it: the document stays the same.

    >>> _json_escape(re.fullmatch(".", "\N{RIGHT-TO-LEFT OVERRIDE}"))
    '\\\\u202e'
    """
    digits = found[0].encode("utf-16-be").hex()
    return "".join(f"\\u{digits[at : at + 4]}" for at in range(0, len(digits), 4))
