"""Who may call what: every route with every role, on the own site and on a foreign one.

The table is the contract's; a route that is not in it fails here until somebody says who may call it.
"""

import re
from collections.abc import Sequence
from typing import Any, NamedTuple

import pytest

from service.api.endpoints import Endpoint
from service.app import ENDPOINTS
from tests.api.calls import GOOD, comment_of
from tests.running import Caller, Running

_WEBSITE = {"website", "admin"}
_READER = {"website", "moderator", "admin"}
_MODERATOR = {"moderator", "admin"}
_ADMIN = {"admin"}

WHO_MAY = {
    "POST /v1/comments": _WEBSITE,
    "POST /v1/comments/{}/revise": _WEBSITE,
    "DELETE /v1/comments/{}": _WEBSITE,
    "PUT /v1/threads/{}": _WEBSITE,
    "GET /v1/comments/{}": _READER,
    "POST /v1/check": _READER,
    "GET /v1/threads/{}/comments": _READER,
    "GET /v1/counts": _READER,
    "GET /v1/queue": _MODERATOR,
    "POST /v1/queue/claim": _MODERATOR,
    "POST /v1/queue/release": _MODERATOR,
    "POST /v1/comments/{}/approve": _MODERATOR,
    "POST /v1/comments/{}/reject": _MODERATOR,
    "POST /v1/comments/{}/edit": _MODERATOR,
    "POST /v1/comments/{}/reopen": _MODERATOR,
    "POST /v1/comments/{}/undo": _MODERATOR,
    "POST /v1/comments/{}/reply": _MODERATOR,
    "GET /v1/comments/{}/history": _MODERATOR,
    "POST /v1/decisions": _MODERATOR,
    "GET /v1/authors/{}": _MODERATOR,
    "PUT /v1/authors/{}/standing": _MODERATOR,
    "GET /v1/events": _MODERATOR,
    "GET /v1/stats": _MODERATOR,
    "DELETE /v1/authors/{}": _ADMIN,
    "GET /v1/sites": _ADMIN,
    "GET /v1/sites/{}": _ADMIN,
    "PUT /v1/sites/{}": _ADMIN,
    "GET /v1/sites/{}/policy": _ADMIN,
    "PUT /v1/sites/{}/policy": _ADMIN,
    "PATCH /v1/sites/{}/policy": _ADMIN,
    "POST /v1/sites/{}/policy/replay": _ADMIN,
    "GET /v1/sites/{}/keys": _ADMIN,
    "POST /v1/sites/{}/keys": _ADMIN,
    "DELETE /v1/sites/{}/keys/{}": _ADMIN,
    "GET /v1/sites/{}/webhooks": _ADMIN,
    "POST /v1/sites/{}/webhooks": _ADMIN,
    "GET /v1/sites/{}/webhooks/{}": _ADMIN,
    "PATCH /v1/sites/{}/webhooks/{}": _ADMIN,
    "DELETE /v1/sites/{}/webhooks/{}": _ADMIN,
    "POST /v1/sites/{}/webhooks/{}/rotate": _ADMIN,
    "POST /v1/sites/{}/webhooks/{}/test": _ADMIN,
    "GET /v1/sites/{}/webhooks/{}/deliveries": _ADMIN,
    "POST /v1/sites/{}/webhooks/{}/deliveries/{}/resend": _ADMIN,
}


def name_of(endpoint: Endpoint) -> str:
    return f"{endpoint.method} {re.sub(r'{[^}]*}', '{}', endpoint.path)}"


def address_of(endpoint: Endpoint, comment_id: str) -> str:
    values = {"id": comment_id, "thread": "a", "site": "bao"}
    return re.sub(r"{(\w+)}", lambda found: values.get(found[1], "khong-co"), endpoint.path)


def is_about_a_site_of_the_key(endpoint: Endpoint) -> bool:
    return not endpoint.path.startswith("/v1/sites")


class Outcome(NamedTuple):
    """What became of a request, without the body: a stream of events has no end."""

    status: int
    code: str | None
    fields: Sequence[str]
    challenge: str


async def outcome(caller: Caller, method: str, path: str, **query: str) -> Outcome:
    headers = {"Authorization": f"Bearer {caller.key}"} if caller.key else {}
    body: Any = {} if method in ("POST", "PUT", "PATCH") else None
    async with caller.http.request(method, path, params=query, headers=headers, json=body) as response:
        is_problem = response.content_type == "application/problem+json" and method != "HEAD"
        problem = await response.json(content_type=None) if is_problem else {}
        fields = [error["field"] for error in problem.get("errors", [])]
        challenge = response.headers.get("WWW-Authenticate", "")
        return Outcome(response.status, problem.get("code"), fields, challenge)


def query_of(endpoint: Endpoint, **more: str) -> dict[str, str]:
    """What the call cannot do without, and more."""
    required = [name for name, field in endpoint.query.model_fields.items() if field.is_required()]
    return {name: {"thread": "a"}[name] for name in required} | more


def test_the_table_has_every_route() -> None:
    assert {name_of(endpoint) for endpoint in ENDPOINTS} <= WHO_MAY.keys()


@pytest.mark.parametrize("role", ["website", "moderator", "admin"])
async def test_a_key_may_do_what_its_role_may_and_no_more(service: Running, role: str) -> None:
    comment = await service.submit(GOOD)
    caller: Caller = getattr(service, role)
    for endpoint in ENDPOINTS:
        names_site = role == "admin" and is_about_a_site_of_the_key(endpoint)
        query = query_of(endpoint, **({"site": "bao"} if names_site else {}))
        seen = await outcome(caller, endpoint.method, address_of(endpoint, comment["id"]), **query)
        may = role in WHO_MAY[name_of(endpoint)]
        assert seen.status != 401, name_of(endpoint)
        assert seen.status < 500, name_of(endpoint)
        assert may == (seen[:2] != (403, "forbidden")), (name_of(endpoint), seen)


async def test_without_a_valid_key_nobody_may_do_anything(idle_service: Running) -> None:
    unknown = Caller(idle_service.nobody.http, "codau_moderator_" + "x" * 43)
    for endpoint in ENDPOINTS:
        path = address_of(endpoint, "0" * 22)
        for caller in (idle_service.nobody, unknown):
            seen = await outcome(caller, endpoint.method, path)
            assert seen[:2] == (401, "unauthorized"), name_of(endpoint)
            assert seen.challenge.startswith("Bearer")
        if endpoint.method == "GET":
            assert (await outcome(unknown, "HEAD", path)).status == 401, name_of(endpoint)


async def test_an_admin_must_name_the_site_that_a_key_would_imply(idle_service: Running) -> None:
    for endpoint in filter(is_about_a_site_of_the_key, ENDPOINTS):
        path = address_of(endpoint, "0" * 22)
        seen = await outcome(idle_service.admin, endpoint.method, path, **query_of(endpoint))
        assert (seen.status, seen.fields) == (422, ["site"]), name_of(endpoint)
        nowhere = query_of(endpoint, site="khong-co")
        seen = await outcome(idle_service.admin, endpoint.method, path, **nowhere)
        assert seen[:2] == (404, "not_found"), name_of(endpoint)


async def test_a_key_of_one_site_names_no_other(service: Running) -> None:
    comment = await service.submit(GOOD)
    for role in ("website", "moderator"):
        for endpoint in ENDPOINTS:
            if role in WHO_MAY[name_of(endpoint)]:
                path = address_of(endpoint, comment["id"])
                query = query_of(endpoint, site="khac")
                seen = await outcome(getattr(service, role), endpoint.method, path, **query)
                assert seen[:2] == (403, "forbidden"), name_of(endpoint)


BODIES: dict[str, Any] = {
    "approve": {"version": 2},
    "reject": {"version": 2, "reason": "spam"},
    "edit": {"version": 2, "body": GOOD},
    "reopen": {"version": 2},
    "reply": {"body": GOOD},
    "revise": {"body": GOOD},
}


async def test_another_sites_comment_is_not_found_by_any_route(service: Running) -> None:
    theirs = (await service.admin("POST", "/v1/comments?site=khac", json=comment_of())).json
    before = await service.admin("GET", f"/v1/comments/{theirs['id']}?site=khac")
    for endpoint in ENDPOINTS:
        if "{id}" not in endpoint.path:
            continue
        path = address_of(endpoint, theirs["id"])
        role = "moderator" if "moderator" in WHO_MAY[name_of(endpoint)] else "website"
        body = BODIES.get(endpoint.path.rpartition("/")[2], {})
        document = None if endpoint.method in ("GET", "DELETE") else body
        answer = await getattr(service, role)(endpoint.method, path, json=document)
        assert (answer.status, answer.code) == (404, "not_found"), name_of(endpoint)
        assert "khac" not in answer.text
    after = await service.admin("GET", f"/v1/comments/{theirs['id']}?site=khac")
    assert after.json["id"] == before.json["id"]
    assert after.json["state"] != "erased"
