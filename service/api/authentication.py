"""Who calls, and for which site: by a key, or signed in on the moderators' page (`session`)."""

from aiohttp import hdrs, web

from service.api.services import Services
from service.api.session import signed_in
from service.errors import Forbidden, InvalidRequest, Unauthorized
from service.store.directory import KeyRecord, Site, Snapshot


async def authenticated(request: web.Request, services: Services, snapshot: Snapshot) -> KeyRecord:
    """Who calls: by a key, or signed in on the moderators' page.

    Raises:
        Unauthorized: no key, an unknown one, or a revoked one.
        Forbidden: another website uses a moderator's session.
    """
    if hdrs.AUTHORIZATION not in request.headers:
        moderator = await signed_in(request, services, snapshot)
        if moderator is not None:
            return moderator
    scheme, _, key = request.headers.get(hdrs.AUTHORIZATION, "").partition(" ")
    if scheme.lower() != "bearer" or not key:
        raise Unauthorized
    return known_key(key, services, snapshot)


def known_key(key: str, services: Services, snapshot: Snapshot) -> KeyRecord:
    """What is known of a key that was sent.

    Raises:
        Unauthorized: nothing, or no longer.
    """
    known = services.key_of(key.strip(), snapshot)
    if known is None:
        raise Unauthorized("This key is unknown or revoked.")
    return known


def site_of(caller: KeyRecord, named: str | None, snapshot: Snapshot) -> Site:
    """The site that a call concerns: the key's own, or the one that an admin names.

    Raises:
        Forbidden: another one than the key's is named.
        InvalidRequest: an admin names none.
        NotFound: there is none of that id.
    """
    if caller.site is not None:
        if named not in (None, caller.site):
            raise Forbidden("This key is for another site.")
        return snapshot.site(caller.site)
    if named is None:
        raise InvalidRequest([("site", "an admin names the site: ?site=<id>")])
    return snapshot.site(named)
