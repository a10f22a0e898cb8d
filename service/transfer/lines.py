"""A file as numbered lines, each of bounded length."""

from collections.abc import Iterator
from typing import BinaryIO

LONGEST = 8 << 20
"""Bytes of a line that are held in memory: more than a hundred revisions of the longest body."""


def numbered(file: BinaryIO, *, longest: int = LONGEST) -> Iterator[tuple[int, bytes | None]]:
    """Each line that is not blank with its number, from 1; None in place of one that is too long.

    >>> from io import BytesIO
    >>> list(numbered(BytesIO(b"one\\n\\n" + b"x" * 9 + b"\\nend"), longest=8))
    [(1, b'one'), (3, None), (4, b'end')]
    """
    number = 0
    while line := file.readline(longest + 1):
        number += 1
        whole = line.endswith(b"\n") or len(line) <= longest
        if not whole:
            _skip_rest(file, longest)
        if not whole or line.strip():
            yield number, line.strip() if whole else None


def _skip_rest(file: BinaryIO, longest: int) -> None:
    while (more := file.readline(longest)) and not more.endswith(b"\n"):
        pass
