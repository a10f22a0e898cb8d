"""The corpora of hostile texts and documents: tests/cases/hostile_unicode.jsonl and hostile_json.jsonl.

Every character beyond ASCII is written as an escape, so that nothing hides in the files themselves.
"""

import json
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

_CASES = Path(__file__).parent / "cases"


class Document(NamedTuple):
    """A body that somebody may send as a comment, and what is answered."""

    what: str
    sent: bytes
    status: int


@cache
def texts() -> dict[str, str]:
    """By what is hostile about it, a text of at most 5,000 characters or so."""
    return {row["what"]: row["text"] * row.get("times", 1) for row in _rows("hostile_unicode")}


@cache
def documents() -> list[Document]:
    """Whole bodies of requests."""
    return [Document(row["what"], _bytes(row), row["status"]) for row in _rows("hostile_json")]


def _rows(name: str) -> Iterator[dict[str, Any]]:
    for line in (_CASES / f"{name}.jsonl").read_text(encoding="ascii").splitlines():
        yield json.loads(line)


def _bytes(row: dict[str, Any]) -> bytes:
    """What is sent: bytes that are no text are in `hex`; in a list, `["[", 30000]` stands for so many."""
    if "hex" in row:
        return bytes.fromhex(row["hex"])
    parts = [row["sent"]] if isinstance(row["sent"], str) else row["sent"]
    return "".join(part if isinstance(part, str) else part[0] * part[1] for part in parts).encode()
