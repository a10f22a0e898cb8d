"""`GET /moderate`: the moderators' page, its files, and signing in on it.

The page is the same for everybody and holds no data: its script reads the API with the session's cookie. All
addresses in it are relative, so that it also works below a path of a proxy.
"""

import contextlib
from pathlib import Path
from typing import Annotated, Final

from aiohttp import web
from pydantic import Field

from service.api import session
from service.api.authentication import known_key
from service.api.endpoints import reply
from service.api.fields import Request, Text
from service.api.parsing import parsed, sent
from service.api.peers import peer_of
from service.api.services import SERVICES
from service.comments.rates import Rate
from service.errors import Forbidden, NotFound, RateLimited, Unauthorized
from service.store.directory import KeyRecord, Role, Snapshot
from service.store.limits import Limit

ATTEMPTS: Final = Rate(10, 60)
"""Attempts to sign in from one address or IPv6 network. Keys are too long to guess; this spares the store."""

FOLDER: Final = Path(__file__).parents[1] / "pages"
_TYPES: Final = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}
_HEADERS: Final = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
    "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; "
    "require-trusted-types-for 'script'; trusted-types 'none'",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Cache-Control": "no-cache",
}

routes = web.RouteTableDef()


class SignIn(Request):
    """What is typed on the page."""

    key: Annotated[Text, Field(min_length=1, max_length=512)]


class TooManyAttempts(RateLimited):
    """The sign-in of the page, from one address."""

    title = "Too many attempts to sign in; try again later"


@routes.get("/moderate")
async def page(_: web.Request) -> web.StreamResponse:
    """The page itself."""
    return web.FileResponse(
        FOLDER / "moderate.html", headers=_HEADERS | {"Content-Type": "text/html; charset=utf-8"}
    )


@routes.get("/moderate/session")
async def who(request: web.Request) -> web.Response:
    """Who is signed in; `204` when nobody is."""
    services = request.app[SERVICES]
    snapshot = await services.store.directory.current()
    with contextlib.suppress(Unauthorized):
        moderator = await session.signed_in(request, services, snapshot)
        if moderator is not None:
            return _told(moderator, snapshot)
    return web.Response(status=204, headers={"Cache-Control": "no-store"})


@routes.post("/moderate/session")
async def sign_in(request: web.Request) -> web.Response:
    """Begin a session with a moderator's key."""
    session.require_own_page(request)
    services = request.app[SERVICES]
    await _limit(request)
    typed = parsed(SignIn, await sent(request))
    snapshot = await services.store.directory.current()
    known = known_key(typed.key, services, snapshot)
    if known.role is not Role.MODERATOR:
        raise Forbidden("Sign in with a moderator's key.")
    response = _told(known, snapshot)
    await session.begin(request, response, services, known)
    return response


@routes.delete("/moderate/session")
async def sign_out(request: web.Request) -> web.Response:
    """End the session."""
    session.require_own_page(request)
    response = web.Response(status=204)
    await session.end(request, response, request.app[SERVICES])
    return response


@routes.get("/moderate/{name:(?:[a-z0-9-]+/)*[a-z0-9-]+[.](?:css|js|svg)}")
async def asset(request: web.Request) -> web.StreamResponse:
    """One of the page's files."""
    path = FOLDER / request.match_info["name"]
    if not path.is_file():
        raise NotFound
    return web.FileResponse(
        path, headers=_HEADERS | {"Content-Type": f"{_TYPES[path.suffix]}; charset=utf-8"}
    )


async def _limit(request: web.Request) -> None:
    services = request.app[SERVICES]
    peer = peer_of(request, services.settings.trusted_proxies)
    try:
        await services.store.limits.check("", [Limit("sign-in", f"sign-in {peer}", ATTEMPTS)])
    except RateLimited as limited:
        seconds = limited.retry_after_s
        raise TooManyAttempts(
            f"Too many attempts; try again in {seconds} s.", retry_after_s=seconds, headers=limited.headers
        ) from None


def _told(moderator: KeyRecord, snapshot: Snapshot) -> web.Response:
    site = snapshot.site(moderator.site or "")
    told = {"name": moderator.name, "site": {"id": site.id, "name": site.name}}
    return reply(200, told, Cache_Control="no-store")
