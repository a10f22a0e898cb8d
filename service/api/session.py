"""Signed in on the moderators' page: a cookie in place of a key.

The cookie holds a random token that stands for the key's record, looked up with every request: signing out
and revoking the key are in force at once, in every process. A browser sends it along by itself, so whatever
changes something must come from our own page (`Origin`).
"""

import secrets
from typing import Final
from urllib.parse import urlsplit

from aiohttp import hdrs, web

from service.api.services import Services
from service.errors import Forbidden, Unauthorized
from service.store.directory import KeyRecord, Role, Snapshot

COOKIE: Final = "codau_session"
LASTS_S: Final = 12 * 3600
"""A long shift; after it the page asks for the key again."""

_READING = frozenset({hdrs.METH_GET, hdrs.METH_HEAD})


async def signed_in(request: web.Request, services: Services, snapshot: Snapshot) -> KeyRecord | None:
    """The key behind the request's cookie; None without a cookie.

    Raises:
        Unauthorized: the session has ended, or its key was revoked.
        Forbidden: a change that does not come from our own page.
    """
    token = request.cookies.get(COOKIE)
    if not token:
        return None
    digest = await services.store.sessions.key_digest(token)
    known = snapshot.keys.get(digest or "")
    if known is None or known.role is not Role.MODERATOR:
        raise Unauthorized("This session has ended; sign in again.")
    if request.method not in _READING:
        require_own_page(request)
    return known


def require_own_page(request: web.Request) -> None:
    """Raises: Forbidden: the request does not come from a page of this very address."""
    try:
        origin = urlsplit(request.headers.get(hdrs.ORIGIN, "")).netloc
    except ValueError:  # it is no address
        origin = ""
    if not origin or origin != request.host:
        raise Forbidden("This request came from another website.")


async def begin(request: web.Request, response: web.Response, services: Services, key: KeyRecord) -> None:
    """Sign a moderator in, under a new token."""
    token = secrets.token_urlsafe(32)
    await services.store.sessions.begin(token, key.digest, lasts_ms=LASTS_S * 1000)
    response.set_cookie(
        COOKIE,
        token,
        max_age=LASTS_S,
        path="/",
        httponly=True,
        samesite="Strict",
        secure=_behind_tls(request),
    )


async def end(request: web.Request, response: web.Response, services: Services) -> None:
    """Sign out, here and for whoever else has the cookie."""
    token = request.cookies.get(COOKIE)
    if token:
        await services.store.sessions.end(token)
    response.del_cookie(COOKIE, path="/", httponly=True, samesite="Strict", secure=_behind_tls(request))


def _behind_tls(request: web.Request) -> bool:
    """Whether the browser came by HTTPS, as the proxy in front says; a wrong word harms only its sender."""
    told = request.headers.get("X-Forwarded-Proto", "").partition(",")[0]
    return request.secure or told.strip().lower() == "https"
