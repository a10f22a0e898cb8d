"""The application: what it is made of, its routes, and what every request and answer goes through."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from pathlib import Path

from aiohttp import ClientSession, web
from aiohttp.typedefs import Handler
from pydantic import SecretStr
from standardwebhooks import Webhook

from examples.newspaper import pages, views, webhook
from examples.newspaper.client import CodauClient
from examples.newspaper.desk import Desk
from examples.newspaper.seed import fill
from examples.newspaper.session import Signer
from examples.newspaper.settings import Settings

HERE = Path(__file__).parent

SECURITY_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; connect-src 'self'; "
        "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "Referrer-Policy": "same-origin",  # with no-referrer, a browser's form would say «Origin: null»
    "X-Content-Type-Options": "nosniff",
}


@web.middleware
async def show_missing_pages(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Answer for an address that nothing stands at with a page of the newspaper's."""
    try:
        return await handler(request)
    except web.HTTPNotFound:
        return views.not_found(request)


async def add_security_headers(request: web.Request, response: web.StreamResponse) -> None:
    """Put the headers on every answer that has none of its own."""
    for name, value in SECURITY_HEADERS.items():
        response.headers.setdefault(name, value)


async def open_client(app: web.Application) -> AsyncIterator[None]:
    """Hold the connections to the comment service while the website runs."""
    settings = app[pages.SETTINGS]
    async with ClientSession() as session:

        def client(key: SecretStr) -> CodauClient:
            return CodauClient(session, str(settings.codau_url), key.get_secret_value())

        app[views.CODAU] = client(settings.codau_key)
        template = app[views.TEMPLATES].get_template("thread.html")
        app[views.DESK] = Desk(app[views.CODAU], template, told=settings.webhook_secret is not None)
        desk = client(settings.moderator_key) if settings.seed and settings.moderator_key else None
        filling = asyncio.create_task(fill(settings, app[views.CODAU], desk))
        yield
        filling.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await filling


def create_app(settings: Settings) -> web.Application:
    """Make the website; the comment service may come up later than it."""
    app = web.Application(middlewares=[show_missing_pages], client_max_size=webhook.LARGEST_MESSAGE)
    app[pages.SETTINGS] = settings
    app[views.SIGNER] = Signer(settings.codau_key.get_secret_value())
    app[views.TEMPLATES] = views.load_templates(HERE / "templates")
    app.cleanup_ctx.append(open_client)
    app.on_response_prepare.append(add_security_headers)
    app.add_routes(pages.routes)
    if settings.webhook_secret:
        app[webhook.WEBHOOK] = Webhook(settings.webhook_secret.get_secret_value())
        app.add_routes(webhook.routes)
    app.router.add_static("/static", HERE / "static")
    return app
