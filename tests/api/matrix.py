"""Two sites with one of everything each, and for each route a request that would be carried out.

What is named may be one's own, another site's, or nowhere; test_roles.py goes through all three.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

import redis
from aiohttp import web

from tests.api.calls import GOOD, comment_of, segment
from tests.running import Running

RECEIVER = "https://1.1.1.1/codau"
"""Of webhooks: a public address, as it must be. No courier runs here."""


@dataclass(frozen=True, slots=True)
class Names:
    """What a request names: a published comment and what is around it, an author, a key, a webhook."""

    site: str
    id: str
    thread: str
    author: str
    key: str
    hook: str
    delivery: str

    def taken_out_of(self, text: str) -> str:
        """A text without these names, to be compared."""
        for name in sorted((self.id, self.thread, self.author, self.key, self.hook, self.delivery), key=len):
            text = text.replace(name, "…").replace(segment(name), "…")
        return text


NOWHERE = Names("khong-co", "0" * 22, "chua-ai-viet", "chua-ai-thay", "0" * 12, "wh_" + "0" * 16, "0" * 25)


THINGS: Mapping[str, tuple[str, str]] = {"bao": ("duong-sach", "ban-doc-1"), "khac": ("cho-noi", "ban-doc-2")}
"""A thread and an author of each site."""


class Request(NamedTuple):
    """One request, but for who makes it."""

    method: str
    path: str
    query: Mapping[str, str]
    body: Any


_VERSIONED = {"version": 2}
BODIES: Mapping[str, Callable[[Names], Any]] = {
    "POST /v1/comments": lambda it: comment_of(thread=it.thread, parent_id=it.id),
    "POST /v1/comments/{id}/revise": lambda it: {"body": GOOD},
    "PUT /v1/threads/{thread}": lambda it: {"title": "Đường sách"},
    "POST /v1/check": lambda it: {"body": GOOD, "thread": it.thread},
    "POST /v1/queue/claim": lambda it: {"limit": 1},
    "POST /v1/queue/release": lambda it: {"ids": [it.id]},
    "POST /v1/comments/{id}/approve": lambda it: _VERSIONED,
    "POST /v1/comments/{id}/reject": lambda it: _VERSIONED | {"reason": "spam"},
    "POST /v1/comments/{id}/edit": lambda it: _VERSIONED | {"body": GOOD},
    "POST /v1/comments/{id}/reopen": lambda it: _VERSIONED,
    "POST /v1/comments/{id}/undo": lambda it: {},
    "POST /v1/comments/{id}/reply": lambda it: {"body": GOOD},
    "POST /v1/decisions": lambda it: {"decisions": [_VERSIONED | {"id": it.id, "action": "approve"}]},
    "PUT /v1/authors/{key}/standing": lambda it: {"standing": "trusted"},
    "PUT /v1/sites/{site}": lambda it: {"name": "Báo Ví Dụ"},
    "PUT /v1/sites/{site}/policy": lambda it: {},
    "PATCH /v1/sites/{site}/policy": lambda it: {"length": {"min": 1}},
    "POST /v1/sites/{site}/keys": lambda it: {"role": "website", "name": "mới"},
    "POST /v1/sites/{site}/policy/replay": lambda it: {"policy": {}, "limit": 5},
    "POST /v1/sites/{site}/webhooks": lambda it: {"url": RECEIVER},
    "PATCH /v1/sites/{site}/webhooks/{hook}": lambda it: {"active": True},
    "POST /v1/sites/{site}/webhooks/{hook}/rotate": lambda it: {},
    "POST /v1/sites/{site}/webhooks/{hook}/test": lambda it: {},
    "POST /v1/sites/{site}/webhooks/{hook}/deliveries/{delivery}/resend": lambda it: {},
    "POST /moderate/session": lambda it: {"key": "x"},
}
QUERIES: Mapping[str, Callable[[Names], Mapping[str, str]]] = {
    "GET /v1/counts": lambda it: {"thread": it.thread},
    "GET /v1/queue": lambda it: {"thread": it.thread, "state": "published"},
}
FILES: Mapping[str, str] = {
    "/docs/{name}": "/docs/swagger-ui.css",
    "/moderate/{name}": "/moderate/js/main.js",
}
"""Of a route that serves files, one of them."""


def routes(app: web.Application) -> Iterator[tuple[str, str]]:
    """Method and pattern of every route of the application; what takes something away comes last."""
    found = ((route.method, route.resource) for route in app.router.routes())
    every = {(method, resource.canonical) for method, resource in found if resource is not None}
    yield from sorted(every, key=lambda route: (route[0] == "DELETE", "session" in route[1], route))


def request_of(method: str, pattern: str, names: Names) -> Request:
    """The request to a route that names these things."""
    name = f"{'GET' if method == 'HEAD' else method} {pattern}"
    named = {
        field: segment(getattr(names, field)) for field in ("site", "id", "thread", "key", "hook", "delivery")
    }
    if pattern.startswith("/v1/authors/"):
        named["key"] = segment(names.author)
    path = FILES.get(pattern) or pattern.format_map(named)
    return Request(
        method,
        path,
        QUERIES.get(name, lambda it: {})(names),
        BODIES[name](names) if method in ("POST", "PUT", "PATCH") else None,
    )


async def one_of_everything(service: Running, site: str) -> Names:
    """What a site may have, one of each."""
    admin, about = service.admin, {"site": site}
    await admin("PATCH", f"/v1/sites/{site}/policy", json={"limits": {"author": None, "address": None}})
    thread, author = THINGS[site]
    written = comment_of(thread=thread, author={"name": "Minh Anh", "id": author})
    comment = (await admin("POST", "/v1/comments", params=about, json=written)).json
    await service.validator.drain()
    path = f"/v1/comments/{comment['id']}"
    assert (await admin("POST", f"{path}/approve", params=about, json={"version": 2})).status == 200
    base = f"/v1/sites/{site}"
    key = (await admin("POST", f"{base}/keys", json={"role": "website", "name": "khác"})).json["id"]
    hook = (await admin("POST", f"{base}/webhooks", json={"url": RECEIVER})).json["id"]
    delivery = (await admin("POST", f"{base}/webhooks/{hook}/test", json={})).json["id"]
    return Names(site, comment["id"], thread, author, key, hook, delivery)


def at_home(names: Names, site: str) -> Names:
    """The same things, asked for as a site's own."""
    return replace(names, site=site)


def stored(valkey: redis.Redis, part: bytes = b"") -> Mapping[bytes, bytes]:
    """All whose key has this part, but for the probe of the store and for who tried to sign in."""
    passing = (b"codau:{config}:probe", b"codau:{limit:}:", b"codau:{limit::")
    names = [name for name in valkey.scan_iter(count=1_000) if part in name and not name.startswith(passing)]
    pipeline = valkey.pipeline(transaction=False)
    for name in names:
        pipeline.dump(name)
    return dict(zip(names, pipeline.execute(), strict=True))
