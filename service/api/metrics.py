"""What this process counts of its requests; and a scrape: its figures, those of the processes beside it, and
what waits in the store."""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

from aiohttp import web

from service import tracing
from service.api import request_ids
from service.api.patterns import pattern_of
from service.api.services import Services
from service.errors import Problem
from service.metering.exposition import exposition
from service.metering.meters import Meters
from service.metering.sampler import Sampler
from service.metering.shared import Shared
from service.store.waiting import Waiting

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

_LOOK_WITHIN_S = 2.0
_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})


class Figures:
    """The figures of one process, and the scrape that is under way."""

    def __init__(self, services: Services, folder: Path | None) -> None:
        """
        Args:
            folder: where the processes beside this one keep theirs, too; None: it stands alone.
        """
        self.meters = Meters()
        self._services = services
        self.sampler = Sampler(self.meters, "api", services.store.health.ping)
        self._counted = Shared(folder) if folder else self.meters.registry
        self._scrape: asyncio.Task[bytes] | None = None

    async def shown(self) -> bytes:
        """All figures as text; those who ask while it is being made are given the same."""
        if self._scrape is None or self._scrape.done():
            self._scrape = asyncio.create_task(self._made())
        return await asyncio.shield(self._scrape)

    async def _made(self) -> bytes:
        waiting: Waiting | None = None
        with contextlib.suppress(Problem, TimeoutError):
            async with asyncio.timeout(_LOOK_WITHIN_S):
                waiting = await self._waiting()
        self.sampler.look()
        return await asyncio.to_thread(exposition, self._counted, waiting)

    async def _waiting(self) -> Waiting:
        store = self._services.store
        sites = (await store.directory.current()).sites
        return await store.waiting.look(sites, now_ms=self._services.now_ms())


FIGURES = web.AppKey("figures", Figures)


@web.middleware
async def traced(request: web.Request, handler: Handler) -> web.StreamResponse:
    """A span for every request, where this process is traced: no other has this middleware."""
    method, route = _method_of(request), pattern_of(request)
    with tracing.request_span(f"{method} {route}", request.headers) as span:
        span.set_attribute("http.request.method", method)
        span.set_attribute("http.route", route)
        span.set_attribute("codau.request_id", request_ids.current() or "")
        response = await handler(request)
        span.set_attribute("http.response.status_code", response.status)
        return response


@web.middleware
async def measured(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Count and time what every request came to; outside of `problems`, since errors count too."""
    begun = time.perf_counter()
    response = await handler(request)
    if not isinstance(response, web.Response) and response.content_type == "text/event-stream":
        return response  # it lasted as long as somebody listened
    seconds = time.perf_counter() - begun
    requests = request.app[FIGURES].meters.requests
    requests.answered(_method_of(request), pattern_of(request), response.status, seconds)
    return response


def _method_of(request: web.Request) -> str:
    """Any caller may make up more of them."""
    return request.method if request.method in _METHODS else "other"


async def sampling(app: web.Application) -> AsyncIterator[None]:
    """Measure this process while the application runs."""
    async with app[FIGURES].sampler.running():
        yield
