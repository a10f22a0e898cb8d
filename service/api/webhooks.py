"""Webhooks of a site: where it is told what happens, what was told, and what could not be."""

from dataclasses import replace
from typing import Any

from aiohttp import web

from service.api.endpoints import ADMIN, Call, Endpoints, reply
from service.api.fields import Request
from service.api.requests import Nothing
from service.api.requests_webhooks import DeliveriesQuery, NewWebhook, WebhookChange
from service.api.views import View, rfc3339
from service.errors import InvalidRequest
from service.outgoing.client import OutgoingClient
from service.outgoing.signature import new_secret
from service.outgoing.urls import Refused
from service.store.deliveries import Delivery, DeliveryState, again, trial
from service.store.store import Store
from service.store.webhooks import TYPES, Hook, new_id

endpoints = Endpoints("admins")

_HOOKS = "/v1/sites/{site}/webhooks"
_HOOK = _HOOKS + "/{hook}"


@endpoints.add("POST", _HOOKS, ADMIN, body=NewWebhook, concerns_site=False)
async def create_webhook(call: Call[NewWebhook, Request]) -> web.Response:
    """Set a webhook; its secret is shown here and at a rotation"""
    services = call.services
    allow_private = services.settings.webhook_allow_private
    hook = await set_webhook(
        services.store, _site(call), call.body, allow_private=allow_private, now_ms=services.now_ms()
    )
    return reply(201, new_hook_view(hook))


@endpoints.add("GET", _HOOKS, ADMIN, concerns_site=False)
async def list_webhooks(call: Call[Nothing, Request]) -> web.Response:
    """List a site's webhooks, without their secrets"""
    hooks = await call.services.store.webhooks.all(_site(call))
    return reply(200, {"webhooks": [hook_view(hook) for hook in hooks]})


@endpoints.add("PATCH", _HOOK, ADMIN, body=WebhookChange, concerns_site=False)
async def change_webhook(call: Call[WebhookChange, Request]) -> web.Response:
    """Change where a webhook leads and what it is told; switch it off, or on again"""
    site, body = _site(call), call.body
    if body.url is not None:
        await _check(body.url, allow_private=call.services.settings.webhook_allow_private)

    def changed(hook: Hook) -> Hook:
        url, active = body.url or hook.url, hook.active if body.active is None else body.active
        types = _ordered(body.types) if "types" in body.model_fields_set else hook.types
        return replace(hook, url=url, types=types, active=active, gone=hook.gone and not active)

    hook = await call.services.store.webhooks.change(site, call.path("hook"), changed)
    await call.services.store.webhooks.wake(site)
    return reply(200, hook_view(hook))


@endpoints.add("DELETE", _HOOK, ADMIN, concerns_site=False)
async def delete_webhook(call: Call[Nothing, Request]) -> web.Response:
    """Remove a webhook, and what waits for it"""
    await call.services.store.webhooks.remove(_site(call), call.path("hook"))
    return web.Response(status=204)


@endpoints.add("POST", _HOOK + "/rotate", ADMIN, body=Nothing, concerns_site=False)
async def rotate_secret(call: Call[Nothing, Request]) -> web.Response:
    """Make a new secret; for 24 hours the one before signs, too"""
    secret, now_ms = new_secret(), call.services.now_ms()
    hook = await call.services.store.webhooks.change(
        _site(call), call.path("hook"), lambda hook: hook.rotated(secret, now_ms)
    )
    return reply(200, new_hook_view(hook))


@endpoints.add("POST", _HOOK + "/test", ADMIN, body=Nothing, concerns_site=False)
async def test_webhook(call: Call[Nothing, Request]) -> web.Response:
    """Send a `codau.test`; its delivery tells what came of it"""
    test = trial(call.services.now_ms(), call.services.chance(48))
    return await _send(call, await _hook(call), test)


@endpoints.add("GET", _HOOK + "/deliveries", ADMIN, query=DeliveriesQuery, concerns_site=False)
async def list_deliveries(call: Call[Nothing, DeliveriesQuery]) -> web.Response:
    """List what waits, what was delivered, or what could not be, the latest first"""
    hook, query, state = await _hook(call), call.query, DeliveryState(call.query.state)
    deliveries = call.services.store.deliveries
    page = await deliveries.page(_site(call), hook.id, state, query.limit, query.cursor)
    shown = [delivery_view(delivery, due) for delivery, due in page.deliveries]
    return reply(200, {"deliveries": shown, "next_cursor": page.next})


@endpoints.add("POST", _HOOK + "/deliveries/{delivery}/resend", ADMIN, body=Nothing, concerns_site=False)
async def resend_delivery(call: Call[Nothing, Request]) -> web.Response:
    """Send a delivery once more under the same id, or at once if it waits"""
    hook, deliveries = await _hook(call), call.services.store.deliveries
    delivery = await deliveries.get(_site(call), hook.id, call.path("delivery"))
    return await _send(call, hook, again(delivery, call.services.now_ms()))


async def _send(call: Call[Any, Any], hook: Hook, delivery: Delivery) -> web.Response:
    """Queue a delivery and tell the courier."""
    site, store, now_ms = _site(call), call.services.store, call.services.now_ms()
    if not hook.active:
        raise InvalidRequest([("", "the webhook is switched off; switch it on first")])
    await store.deliveries.add(site, hook.id, delivery, now_ms=now_ms)
    await store.webhooks.wake(site)
    return reply(202, delivery_view(delivery, now_ms))


def _site(call: Call[Any, Any]) -> str:
    """The site that the path names.

    Raises:
        NotFound.
    """
    return call.snapshot.site(call.path("site")).id


async def _hook(call: Call[Any, Any]) -> Hook:
    """The webhook that the path names.

    Raises:
        NotFound.
    """
    return await call.services.store.webhooks.get(_site(call), call.path("hook"))


async def set_webhook(
    store: Store, site: str, asked: NewWebhook, *, allow_private: bool, now_ms: int
) -> Hook:
    """Keep a new webhook of a site that there is; it is told of what happens from now on.

    Raises:
        InvalidRequest: its URL leads where a webhook must not, or the site has as many as it may.
    """
    await _check(asked.url, allow_private=allow_private)
    hook = Hook(new_id(), asked.url, _ordered(asked.types), now_ms, new_secret())
    await store.webhooks.add(site, hook, await store.events.ends())
    return hook


async def _check(url: str, *, allow_private: bool) -> None:
    """Raises: InvalidRequest: the URL leads where a webhook must not."""
    client = OutgoingClient(allow_private=allow_private)
    try:
        await client.check(url)
    except Refused as refused:
        raise InvalidRequest([("url", f"must {refused}")]) from None
    finally:
        await client.close()


def _ordered(types: list[Any] | None) -> tuple[str, ...]:
    return TYPES if types is None else tuple(one for one in TYPES if one in types)


def hook_view(hook: Hook) -> View:
    return {
        "id": hook.id,
        "url": hook.url,
        "types": hook.types,
        "active": hook.active,
        "gone": hook.gone,
        "created_at": rfc3339(hook.created_at),
    }


def new_hook_view(hook: Hook) -> View:
    """With its secret, for this once."""
    return hook_view(hook) | {"secret": hook.secret}


def delivery_view(delivery: Delivery, due: int | None) -> View:
    return {
        "id": delivery.id,
        "type": delivery.type,
        "comment_id": delivery.comment_id,
        "version": delivery.version or None,
        "state": delivery.state,
        "created_at": rfc3339(delivery.created_at),
        "attempts": delivery.attempts,
        "last_attempt_at": rfc3339(delivery.at),
        "next_attempt_at": rfc3339(due),
        "status": delivery.status,
        "error": delivery.error,
    }
