"""Rendered pages of threads, kept in a process. Whether a kept page is still right is for its user to ask."""

from collections.abc import Sequence
from dataclasses import dataclass

_OVERHEAD = 1_000  # bytes that a page takes beside its body, about


@dataclass(frozen=True, slots=True)
class Page:
    """One page, ready to be sent."""

    version: int
    etag: str
    body: bytes


class Pages:
    """The pages of one process; the one that nobody has asked for the longest is forgotten first."""

    def __init__(self, max_bytes: int = 64 * 1024 * 1024) -> None:
        self._max_bytes = max_bytes
        self._bytes = 0
        self._pages: dict[Sequence[object], Page] = {}

    def get(self, name: Sequence[object]) -> Page | None:
        page = self._pages.pop(name, None)
        if page is not None:
            self._pages[name] = page
        return page

    def put(self, name: Sequence[object], page: Page) -> None:
        before = self._pages.pop(name, None)
        self._bytes += _size(page) - (_size(before) if before else 0)
        self._pages[name] = page
        while self._bytes > self._max_bytes:
            oldest = next(iter(self._pages))
            self._bytes -= _size(self._pages.pop(oldest))


def _size(page: Page) -> int:
    return len(page.body) + _OVERHEAD
