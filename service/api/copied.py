"""Requests that change something, where replicas are to have what is acknowledged (`CODAU_REPLICAS`)."""

from aiohttp import hdrs, web

from service.api.problems import Handler
from service.store.copies import changing

_CHANGES = frozenset([hdrs.METH_POST, hdrs.METH_PUT, hdrs.METH_PATCH, hdrs.METH_DELETE])


@web.middleware
async def copied(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Let such a request see only what replicas have, since what it sees may be what it acknowledges."""
    if request.method not in _CHANGES:
        return await handler(request)
    with changing():
        return await handler(request)
