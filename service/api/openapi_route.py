"""`GET /openapi.json`. The document is made, and what it is made of is loaded, when it is first asked for."""

import asyncio
from collections.abc import Iterable

import orjson
from aiohttp import web

from service.api.endpoints import Endpoint


def openapi_route(endpoints: Iterable[Endpoint]) -> web.RouteDef:
    """The route that shows the document of these calls."""

    making: asyncio.Future[bytes] | None = None

    def made() -> bytes:
        from service.api.openapi import openapi  # noqa: PLC0415 - a start need not wait for so many models

        return orjson.dumps(openapi(endpoints))

    async def show(_: web.Request) -> web.Response:
        """This document."""
        nonlocal making
        if making is None:  # once, however many ask at the same moment
            making = asyncio.ensure_future(asyncio.to_thread(made))
        return web.Response(body=await asyncio.shield(making), content_type="application/json")

    return web.get("/openapi.json", show)
