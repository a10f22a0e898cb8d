"""Rendered pages of threads, kept in a process. Which version is the right one is for its user to ask."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

_OVERHEAD = 3_000  # bytes that a page takes beside its body, about; measured with 58,000 empty threads


@dataclass(frozen=True, slots=True)
class Page:
    """One page, ready to be sent."""

    version: int
    etag: str
    body: bytes


@dataclass(frozen=True, slots=True)
class _Rendering:
    version: int
    task: asyncio.Future[Page]


class Pages:
    """The pages of one process; the one that nobody has asked for the longest is forgotten first."""

    def __init__(self, max_bytes: int = 64 * 1024 * 1024) -> None:
        self._max_bytes = max_bytes
        self._bytes = 0
        self._pages: dict[Sequence[object], Page] = {}
        self._rendering: dict[Sequence[object], _Rendering] = {}

    async def of_version(
        self, name: Sequence[object], version: int, render: Callable[[], Awaitable[Page]]
    ) -> Page:
        """The page as it is kept, or rendered: once for all who ask for that version meanwhile."""
        kept = self.get(name)
        if kept is not None and kept.version == version:
            return kept
        running = self._rendering.get(name)
        if running is None or running.version != version:
            running = self._begun(name, _Rendering(version, asyncio.ensure_future(render())))
        return await asyncio.shield(running.task)

    def _begun(self, name: Sequence[object], rendering: _Rendering) -> _Rendering:
        self._rendering[name] = rendering
        rendering.task.add_done_callback(lambda _: self._rendered(name, rendering))
        return rendering

    def _rendered(self, name: Sequence[object], rendering: _Rendering) -> None:
        if self._rendering.get(name) is rendering:
            del self._rendering[name]
        if not rendering.task.cancelled() and rendering.task.exception() is None:
            self.put(name, rendering.task.result())

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
