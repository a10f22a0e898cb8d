"""Rendered pages of threads, kept in a process. Which version is the right one is for its user to ask."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from service.api.kept import Kept

_OVERHEAD = 3_000  # bytes that a page takes beside its body, about; measured with 58,000 empty threads

PageName = tuple[str | int | None, ...]


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
    """The pages of one process."""

    def __init__(self, max_bytes: int = 64 * 1024 * 1024) -> None:
        self._pages: Kept[PageName, Page] = Kept(max_bytes, lambda page: len(page.body) + _OVERHEAD)
        self._rendering: dict[PageName, _Rendering] = {}

    async def of_version(self, name: PageName, version: int, render: Callable[[], Awaitable[Page]]) -> Page:
        """The page as it is kept, or rendered: once for all who ask for that version meanwhile."""
        kept = self._pages.get(name)
        if kept is not None and kept.version == version:
            return kept
        running = self._rendering.get(name)
        if running is None or running.version != version:
            running = self._begun(name, _Rendering(version, asyncio.ensure_future(render())))
        return await asyncio.shield(running.task)

    def forget_unread(self, for_s: float) -> None:
        """Forget pages that nobody has read in so many seconds."""
        self._pages.forget_unasked(for_s)

    def _begun(self, name: PageName, rendering: _Rendering) -> _Rendering:
        self._rendering[name] = rendering
        rendering.task.add_done_callback(lambda _: self._rendered(name, rendering))
        return rendering

    def _rendered(self, name: PageName, rendering: _Rendering) -> None:
        if self._rendering.get(name) is rendering:
            del self._rendering[name]
        if not rendering.task.cancelled() and rendering.task.exception() is None:
            self._pages.put(name, rendering.task.result())
