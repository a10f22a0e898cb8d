"""What admins do: sites, their policies, and keys."""

import re
from typing import Any

from aiohttp import web
from pydantic import RootModel

from service.api.endpoints import ADMIN, Call, Endpoints, reply
from service.api.fields import Request
from service.api.requests import NewKey, Nothing, SiteName
from service.api.views import View, rfc3339
from service.comments.policy import Policy
from service.errors import InvalidRequest
from service.store.directory import KeyRecord, Role, Site

endpoints = Endpoints("admins")

_SITE_ID = re.compile(r"[a-z0-9-]{1,40}", re.ASCII)


class Document(RootModel[dict[str, Any]]):
    """A JSON object whose members are checked by the policy itself."""


@endpoints.add("PUT", "/v1/sites/{site}", ADMIN, body=SiteName, concerns_site=False)
async def put_site(call: Call[SiteName, Request]) -> web.Response:
    """Create a site, or rename it"""
    site_id = call.path("site")
    if not _SITE_ID.fullmatch(site_id):
        raise InvalidRequest([("site", "must be 1 to 40 of a-z, 0-9 and -")])
    directory, now_ms = call.services.store.directory, call.services.now_ms()
    site, created = await directory.put_site(site_id, call.body.name, now_ms=now_ms)
    return reply(201 if created else 200, _site_view(site))


@endpoints.add("GET", "/v1/sites", ADMIN, concerns_site=False)
async def list_sites(call: Call[Nothing, Request]) -> web.Response:
    """List all sites"""
    sites = await call.services.store.directory.list_sites()
    return reply(200, {"sites": [_site_view(site) for site in sites]})


@endpoints.add("GET", "/v1/sites/{site}", ADMIN, concerns_site=False)
async def get_site(call: Call[Nothing, Request]) -> web.Response:
    """Show one site"""
    return reply(200, _site_view(call.snapshot.site(call.path("site"))))


@endpoints.add("GET", "/v1/sites/{site}/policy", ADMIN, concerns_site=False)
async def get_policy(call: Call[Nothing, Request]) -> web.Response:
    """Show a site's policy, every field of it"""
    return reply(200, _policy_view(call.snapshot.site(call.path("site")).policy))


@endpoints.add("PUT", "/v1/sites/{site}/policy", ADMIN, body=Document, concerns_site=False)
async def put_policy(call: Call[Document, Request]) -> web.Response:
    """Replace a site's policy; what is left out has its default"""
    policy = Policy.parsed(call.body.root)
    directory = call.services.store.directory
    return reply(200, _policy_view(await directory.put_policy(call.path("site"), lambda _: policy)))


@endpoints.add("PATCH", "/v1/sites/{site}/policy", ADMIN, body=Document, concerns_site=False)
async def patch_policy(call: Call[Document, Request]) -> web.Response:
    """Change some fields of a site's policy: objects are merged, lists replaced"""
    directory, patch = call.services.store.directory, call.body.root
    policy = await directory.put_policy(call.path("site"), lambda policy: policy.patched(patch))
    return reply(200, _policy_view(policy))


@endpoints.add("POST", "/v1/sites/{site}/keys", ADMIN, body=NewKey, concerns_site=False)
async def create_key(call: Call[NewKey, Request]) -> web.Response:
    """Make a key; it is shown this once and kept only as a hash"""
    record, key = await call.services.store.directory.create_key(
        role=Role(call.body.role),
        name=call.body.name,
        site=call.path("site"),
        now_ms=call.services.now_ms(),
    )
    return reply(201, {"id": record.id, "key": key, "role": record.role, "name": record.name})


@endpoints.add("GET", "/v1/sites/{site}/keys", ADMIN, concerns_site=False)
async def list_keys(call: Call[Nothing, Request]) -> web.Response:
    """List a site's keys, not the keys themselves"""
    site = call.snapshot.site(call.path("site"))
    found = await call.services.store.directory.list_keys(site.id)
    return reply(200, {"keys": [_key_view(key) for key in found]})


@endpoints.add("DELETE", "/v1/sites/{site}/keys/{key}", ADMIN, concerns_site=False)
async def revoke_key(call: Call[Nothing, Request]) -> web.Response:
    """Revoke a key, in force at once"""
    site = call.snapshot.site(call.path("site"))
    await call.services.store.directory.revoke_key(site.id, call.path("key"))
    return web.Response(status=204)


def _site_view(site: Site) -> View:
    return {"id": site.id, "name": site.name, "created_at": rfc3339(site.created_at)}


def _policy_view(policy: Policy) -> View:
    return policy.model_dump(mode="json")


def _key_view(key: KeyRecord) -> View:
    return {"id": key.id, "role": key.role, "name": key.name, "created_at": rfc3339(key.created_at)}
