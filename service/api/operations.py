"""For whoever runs the service: does this process live, and can it do its work? No key is needed."""

import asyncio
from typing import Any

from aiohttp import hdrs, web

from service.api.endpoints import reply
from service.api.metrics import FIGURES
from service.api.services import SERVICES, Services
from service.errors import Unavailable
from service.metering.exposition import CONTENT_TYPE
from service.store.health import Backlog

_TIMEOUT_S = 2.0
routes = web.RouteTableDef()


@routes.get("/healthz")
async def healthz(_: web.Request) -> web.Response:
    """The process answers."""
    return reply(200, {"status": "ok"})


@routes.get("/readyz")
async def readyz(request: web.Request) -> web.Response:
    """The store answers and writes, and the scripts are loaded; with how far the workers are behind."""
    services = request.app[SERVICES]
    try:
        async with asyncio.timeout(_TIMEOUT_S):
            await services.store.health.probe()
            backlog = await _backlog(services)
    except TimeoutError:
        raise Unavailable("The store does not answer in time.") from None
    return reply(200, {"status": "ready", "queue": _queue(backlog)})


@routes.get("/metrics")
async def metrics(request: web.Request) -> web.Response:
    """Figures for Prometheus; those of the processes also where the store is gone."""
    shown = await request.app[FIGURES].shown()
    return web.Response(body=shown, headers={hdrs.CONTENT_TYPE: CONTENT_TYPE})


async def _backlog(services: Services) -> Backlog:
    return await services.store.health.backlog(now_ms=services.now_ms())


def _queue(backlog: Backlog) -> dict[str, Any]:
    return {"length": backlog.length, "oldest_ms": backlog.oldest_ms}
