"""Who may call what: every route, by everybody, on the own site, a foreign one, and nowhere.

The table is the contract's; a route that is not in it fails here until somebody says who may call it. What is
refused changes nothing, and another site's things look like none.
"""

import re
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

import pytest
import redis
from yarl import URL

from service.api import session
from service.api.endpoints import Endpoint
from service.app import ENDPOINTS, create_app
from service.settings import Settings
from service.store.directory import Role
from tests.api.matrix import NOWHERE, Names, Request, at_home, one_of_everything, request_of, routes, stored
from tests.running import ADMIN_KEY, Caller, Running

_WEBSITE = {"website", "admin"}
_READER = {"website", "moderator", "admin"}
_MODERATOR = {"moderator", "admin"}
_ADMIN = {"admin"}

WHO_MAY = {
    "POST /v1/comments": _WEBSITE,
    "POST /v1/comments/{id}/revise": _WEBSITE,
    "DELETE /v1/comments/{id}": _WEBSITE,
    "PUT /v1/threads/{thread}": _WEBSITE,
    "GET /v1/comments/{id}": _READER,
    "POST /v1/check": _READER,
    "GET /v1/threads/{thread}/comments": _READER,
    "GET /v1/counts": _READER,
    "GET /v1/queue": _MODERATOR,
    "POST /v1/queue/claim": _MODERATOR,
    "POST /v1/queue/release": _MODERATOR,
    "POST /v1/comments/{id}/approve": _MODERATOR,
    "POST /v1/comments/{id}/reject": _MODERATOR,
    "POST /v1/comments/{id}/edit": _MODERATOR,
    "POST /v1/comments/{id}/reopen": _MODERATOR,
    "POST /v1/comments/{id}/undo": _MODERATOR,
    "POST /v1/comments/{id}/reply": _MODERATOR,
    "GET /v1/comments/{id}/history": _MODERATOR,
    "POST /v1/decisions": _MODERATOR,
    "GET /v1/authors/{key}": _MODERATOR,
    "PUT /v1/authors/{key}/standing": _MODERATOR,
    "GET /v1/events": _MODERATOR,
    "GET /v1/stats": _MODERATOR,
    "DELETE /v1/authors/{key}": _ADMIN,
    "GET /v1/sites": _ADMIN,
    "GET /v1/sites/{site}": _ADMIN,
    "PUT /v1/sites/{site}": _ADMIN,
    "GET /v1/sites/{site}/policy": _ADMIN,
    "PUT /v1/sites/{site}/policy": _ADMIN,
    "PATCH /v1/sites/{site}/policy": _ADMIN,
    "POST /v1/sites/{site}/policy/replay": _ADMIN,
    "GET /v1/sites/{site}/keys": _ADMIN,
    "POST /v1/sites/{site}/keys": _ADMIN,
    "DELETE /v1/sites/{site}/keys/{key}": _ADMIN,
    "GET /v1/sites/{site}/webhooks": _ADMIN,
    "POST /v1/sites/{site}/webhooks": _ADMIN,
    "PATCH /v1/sites/{site}/webhooks/{hook}": _ADMIN,
    "DELETE /v1/sites/{site}/webhooks/{hook}": _ADMIN,
    "POST /v1/sites/{site}/webhooks/{hook}/rotate": _ADMIN,
    "POST /v1/sites/{site}/webhooks/{hook}/test": _ADMIN,
    "GET /v1/sites/{site}/webhooks/{hook}/deliveries": _ADMIN,
    "POST /v1/sites/{site}/webhooks/{hook}/deliveries/{delivery}/resend": _ADMIN,
}

OPEN_TO_ALL = {
    *("GET /", "GET /healthz", "GET /readyz", "GET /metrics", "GET /openapi.json"),
    *("GET /docs", "GET /docs/", "GET /docs/start.js", "GET /docs/{name}"),
    *("GET /moderate", "GET /moderate/", "GET /moderate/{name}", "GET /moderate/session"),
}
"""What needs no key, and holds nothing of anybody."""

FROM_OUR_PAGE = {"POST /moderate/session", "DELETE /moderate/session"}
"""What is asked without a key, but by our own page alone."""

MANY_SITES = "/v1/sites"
"""Below it the path names the site; elsewhere the key implies it, or an admin names it."""

_MISSING = re.compile(r"{(id|hook|delivery)}|/keys/{key}")
"""What must be there; a thread or an author of whom nobody knows is empty, not missing."""

_EACH_ITS_OWN = re.compile(r'"(id|key|secret|request_id|created_at|updated_at|at)":"[^"]*"')


def name_of(endpoint: Endpoint) -> str:
    return f"{endpoint.method} {endpoint.path}"


def address_of(endpoint: Endpoint, comment_id: str) -> str:
    values = {"id": comment_id, "thread": "a", "site": "bao"}
    return re.sub(r"{(\w+)}", lambda found: values.get(found[1], "khong-co"), endpoint.path)


def query_of(endpoint: Endpoint, **more: str) -> dict[str, str]:
    """What the call cannot do without, and more."""
    required = [name for name, field in endpoint.query.model_fields.items() if field.is_required()]
    return {name: {"thread": "a"}[name] for name in required} | more


@dataclass(frozen=True, slots=True)
class Who:
    """Somebody who calls.

    Attributes:
        role: what they are to the service; None where it does not know them.
        headers: what they send along.
        is_elsewhere: whether a browser sends it along from a page that is not ours.
    """

    role: str | None
    headers: Mapping[str, str]
    is_elsewhere: bool = False

    @classmethod
    def with_key(cls, role: str | None, key: str | None) -> "Who":
        return cls(role, {"Authorization": f"Bearer {key}"})


class Told(NamedTuple):
    """What somebody was answered; the body of a stream is not waited for."""

    status: int
    headers: Mapping[str, str]
    text: str

    def without(self, names: Names) -> tuple[int, list[str], str]:
        """What is to be the same for another site's things as for none: times and what is new aside."""
        text = _EACH_ITS_OWN.sub("", names.taken_out_of(self.text))
        return self.status, sorted(self.headers), text


async def told(service: Running, who: Who, request: Request) -> Told:
    query = dict(request.query)
    if who.role == "admin" and request.path.startswith("/v1/") and not request.path.startswith(MANY_SITES):
        query["site"] = "bao"
    url = URL(request.path, encoded=True).with_query(query)
    async with service.nobody.http.request(
        request.method, url, headers=who.headers, json=request.body, allow_redirects=False
    ) as response:
        is_stream = response.content_type == "text/event-stream"
        return Told(response.status, dict(response.headers), "" if is_stream else await response.text())


class Matrix(NamedTuple):
    """The service, what its two sites have, and who comes."""

    service: Running
    own: Names
    foreign: Names
    people: Mapping[str, Who]


@pytest.fixture
async def matrix(idle_service: Running) -> AsyncIterator[Matrix]:
    service = idle_service
    own, foreign = [await one_of_everything(service, site) for site in ("bao", "khac")]
    directory = service.store.directory
    revoked, key = await directory.create_key(role=Role.MODERATOR, name="cũ", site="bao", now_ms=1)
    await directory.revoke_key("bao", revoked.id)
    page = {"Origin": str(service.nobody.http.make_url("")).rstrip("/")}
    signed_in = await service.nobody(
        "POST", "/moderate/session", json={"key": service.moderator.key}, headers=page
    )
    service.nobody.http.session.cookie_jar.clear()
    cookie = {"Cookie": signed_in.headers["Set-Cookie"].partition(";")[0]}
    people = {
        "website": Who.with_key("website", service.website.key),
        "moderator": Who.with_key("moderator", service.moderator.key),
        "admin": Who.with_key("admin", service.admin.key),
        "nobody": Who(None, {}),
        "somebody with a made-up key": Who.with_key(None, "codau_admin_" + "x" * 43),
        "somebody with a revoked key": Who.with_key(None, key),
        "somebody with a made-up cookie": Who(None, {"Cookie": f"{session.COOKIE}=x"} | page),
        "the page": Who("moderator", cookie | page),
        "another page": Who("moderator", cookie | {"Origin": "https://evil.example"}, is_elsewhere=True),
        "no page": Who("moderator", cookie, is_elsewhere=True),
    }
    yield Matrix(service, own, foreign, people)


READING = {"GET", "HEAD"}


def refusal(who: Who, method: str, pattern: str) -> int | None:
    """With what somebody is refused whatever they name; None where they may."""
    name = f"{'GET' if method == 'HEAD' else method} {pattern}"
    if name in OPEN_TO_ALL:
        return None
    if name in FROM_OUR_PAGE:
        return None if "Origin" in who.headers and not who.is_elsewhere else 403
    if who.role is None:
        return 401
    if who.is_elsewhere and method not in READING:
        return 403
    return None if who.role in WHO_MAY[name] else 403


def test_the_table_has_every_route_and_no_other() -> None:
    app = create_app(Settings(redis_url="redis://127.0.0.1:1"))
    there = {f"{method} {pattern}" for method, pattern in routes(app) if method != "HEAD"}
    assert there == WHO_MAY.keys() | OPEN_TO_ALL | FROM_OUR_PAGE
    assert {name_of(endpoint) for endpoint in ENDPOINTS} == WHO_MAY.keys()


def test_every_call_is_declared_for_those_who_may() -> None:
    for endpoint in ENDPOINTS:
        assert {str(role) for role in endpoint.roles} == WHO_MAY[name_of(endpoint)], name_of(endpoint)


async def test_what_nobody_may_is_refused_and_changes_nothing(matrix: Matrix, valkey: redis.Redis) -> None:
    service, before = matrix.service, stored(valkey)
    every = list(routes(service.nobody.http.app))
    for name, who in matrix.people.items():
        for method, pattern in every:
            refused = refusal(who, method, pattern)
            if refused is not None:
                for names in (matrix.own, NOWHERE) if who.role else (matrix.own,):
                    answer = await told(service, who, request_of(method, pattern, names))
                    assert answer.status == refused, (name, method, pattern, answer)
                    challenge = answer.headers.get("WWW-Authenticate", "")
                    assert challenge.startswith("Bearer") == (refused == 401), (name, method, pattern)
        assert stored(valkey) == before, name


async def test_what_needs_no_key_shows_itself_to_all_and_changes_nothing(
    matrix: Matrix, valkey: redis.Redis
) -> None:
    before = stored(valkey)
    for name in OPEN_TO_ALL:
        request = request_of(*name.split(" "), matrix.own)
        for who in ("nobody", "website", "another page", "somebody with a revoked key"):
            answer = await told(matrix.service, matrix.people[who], request)
            assert answer.status < 400, (name, who, answer)
            for private in (matrix.own.id, matrix.own.thread, matrix.own.author, matrix.own.hook):
                assert private not in answer.text
    assert stored(valkey) == before


@pytest.mark.parametrize("name", ["website", "moderator", "admin", "the page"])
async def test_another_sites_things_look_like_none(matrix: Matrix, valkey: redis.Redis, name: str) -> None:
    service, who, foreign = matrix.service, matrix.people[name], at_home(matrix.foreign, "bao")
    nowhere, theirs = at_home(NOWHERE, "bao"), stored(valkey, b":khac")
    for method, pattern in routes(service.nobody.http.app):
        if refusal(who, method, pattern) is None and pattern.startswith("/v1/"):
            seen = await told(service, who, request_of(method, pattern, foreign))
            none = await told(service, who, request_of(method, pattern, nowhere))
            assert seen.without(foreign) == none.without(nowhere), (method, pattern)
            assert seen.status == 404 or not _MISSING.search(pattern), (method, pattern, seen)
            assert "khac" not in seen.text or who.role == "admin", (method, pattern, seen)
    assert stored(valkey, b":khac") == theirs


@pytest.mark.parametrize("name", ["website", "moderator", "admin", "the page"])
async def test_ones_own_things_are_there_and_reading_changes_none(
    matrix: Matrix, valkey: redis.Redis, name: str
) -> None:
    service, who = matrix.service, matrix.people[name]
    before: Mapping[bytes, bytes] | None = stored(valkey)
    may = [
        route
        for route in routes(service.nobody.http.app)
        if refusal(who, *route) is None and route[1].startswith("/v1/")
    ]
    for method, pattern in sorted(may, key=lambda route: route[0] not in READING):
        if method not in READING:
            assert before is None or stored(valkey) == before, "what is read changes nothing"
            before = None
        answer = await told(service, who, request_of(method, pattern, matrix.own))
        assert answer.status < 400 or answer.status == 409, (method, pattern, answer)


async def test_an_admin_must_name_the_site_that_a_key_would_imply(matrix: Matrix) -> None:
    service, admin = matrix.service, {"Authorization": f"Bearer {ADMIN_KEY}"}
    for endpoint in ENDPOINTS:
        if endpoint.path.startswith(MANY_SITES):
            continue
        request = request_of(endpoint.method, endpoint.path, matrix.own)
        asked: dict[str, Any] = {"headers": admin, "json": request.body}
        url = URL(request.path, encoded=True)
        answer = await service.nobody(request.method, url.with_query(request.query), **asked)
        assert [error["field"] for error in answer.json["errors"]] == ["site"], name_of(endpoint)
        nowhere = url.with_query({**request.query, "site": "khong-co"})
        answer = await service.nobody(request.method, nowhere, **asked)
        assert (answer.status, answer.code) == (404, "not_found"), name_of(endpoint)


async def test_a_key_of_one_site_names_no_other(matrix: Matrix) -> None:
    callers: Mapping[str, Caller] = {
        "website": matrix.service.website,
        "moderator": matrix.service.moderator,
    }
    for role, caller in callers.items():
        for endpoint in ENDPOINTS:
            if role in WHO_MAY[name_of(endpoint)]:
                request = request_of(endpoint.method, endpoint.path, matrix.foreign)
                url = URL(request.path, encoded=True).with_query({**request.query, "site": "khac"})
                answer = await caller(request.method, url, json=request.body)
                assert (answer.status, answer.code) == (403, "forbidden"), name_of(endpoint)
