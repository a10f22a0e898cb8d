"""The application: services made at the start, closed at the end, and every call in its place."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import structlog
from aiohttp import web

from service import tracing
from service.api import (
    administration,
    articles,
    authors,
    decisions,
    docs_page,
    front,
    intake,
    moderate_page,
    newsroom,
    operations,
    queue,
    reading,
    replay,
    statistics,
    stream,
    webhooks,
)
from service.api.answers import Answers
from service.api.copied import copied
from service.api.memory import watching_memory
from service.api.metrics import FIGURES, Figures, measured, sampling, traced
from service.api.openapi_route import openapi_route
from service.api.problems import problems
from service.api.routing import install
from service.api.services import SERVICES, Services
from service.errors import Unavailable
from service.settings import Settings
from service.store.store import Store

MAX_REQUEST_BYTES = 64 * 1024
"""Larger bodies are refused (contract: 413 `too_large`)."""

_log = structlog.get_logger()

_AGAIN_S = 0.2  # how soon a store that cannot be reached is tried again

_LOOK_S = 60.0  # how often a process looks for what it need not keep

ENDPOINTS = [
    *intake.endpoints,
    *reading.endpoints,
    *articles.endpoints,
    *queue.endpoints,
    *decisions.endpoints,
    *newsroom.endpoints,
    *authors.endpoints,
    *stream.endpoints,
    *statistics.endpoints,
    *administration.endpoints,
    *replay.endpoints,
    *webhooks.endpoints,
]


def create_app(settings: Settings, figures: Path | None = None) -> web.Application:
    """The service, to be run by a `Runner`; `settings.redis_url` names the store.

    Args:
        figures: where the processes beside this one keep theirs for Prometheus.
    """
    assert settings.redis_url is not None  # noqa: S101 - whoever embeds a server passes its address
    middlewares = [traced, measured, problems] if tracing.on() else [measured, problems]
    if settings.replicas:
        middlewares.append(copied)
    app = web.Application(middlewares=middlewares, client_max_size=MAX_REQUEST_BYTES)
    store = Store(settings.redis_url, settings.partitions, settings.replicas)
    app[SERVICES] = Services(store, settings, Answers(settings.redis_url))
    app[FIGURES] = Figures(app[SERVICES], figures)
    app[stream.STREAMS] = stream.Streams(store)
    app.on_shutdown.append(stream.end_streams)
    app.cleanup_ctx.extend([_store, _answers, _forgetting, watching_memory, sampling])
    install(app, ENDPOINTS)
    pages = [*front.routes, *docs_page.routes, *moderate_page.routes]
    app.add_routes([*operations.routes, *pages, openapi_route(ENDPOINTS)])
    return app


async def _store(app: web.Application) -> AsyncIterator[None]:
    store = app[SERVICES].store
    await _opened(store)
    yield
    await store.close()


async def _opened(store: Store) -> None:
    """Open the store, waiting for one that is being started, too: who connects meanwhile waits with us."""
    while True:
        try:
            return await store.open()
        except Unavailable as unavailable:
            _log.warning("store_unreachable", why=str(unavailable))
            await asyncio.sleep(_AGAIN_S)


async def _forgetting(app: web.Application) -> AsyncIterator[None]:
    """Look every minute what was rendered and is read no more."""

    async def forget() -> None:
        while True:
            await asyncio.sleep(_LOOK_S)
            app[SERVICES].forget_unread()

    forgetting = asyncio.create_task(forget())
    yield
    forgetting.cancel()
    await asyncio.wait([forgetting])


async def _answers(app: web.Application) -> AsyncIterator[None]:
    listening = asyncio.create_task(app[SERVICES].answers.listen())
    yield
    while not listening.done():  # the Redis client loses a cancellation that comes while it connects
        listening.cancel()
        await asyncio.wait([listening], timeout=0.1)
