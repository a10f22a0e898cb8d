"""For whoever runs the service: does this process live, and can it do its work? No key is needed."""

import asyncio
from typing import Any

from aiohttp import web

from service.api.routing import reply
from service.api.services import SERVICES
from service.errors import Unavailable
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
    health = services.store.health
    try:
        async with asyncio.timeout(_TIMEOUT_S):
            await health.probe()
            backlog = await health.backlog(now_ms=services.now_ms())
    except TimeoutError:
        raise Unavailable("The store does not answer in time.") from None
    return reply(200, {"status": "ready", "queue": _queue(backlog)})


def _queue(backlog: Backlog) -> dict[str, Any]:
    return {"length": backlog.length, "oldest_ms": backlog.oldest_ms}
