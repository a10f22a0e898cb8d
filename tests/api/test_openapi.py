"""The OpenAPI document: valid, complete, and true of what the service answers."""

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from openapi_spec_validator import validate

from service.api.documented import CALLS, OPERATIONS
from service.api.openapi import openapi
from service.app import ENDPOINTS, create_app
from service.settings import Settings
from tests.api.conforming import Conforming, closed, successes
from tests.running import WAIT, Caller, Running
from workers.statistician import Statistician

GOOD = "Bài viết rất hay, cảm ơn tòa soạn đã nói lên điều này!"
UNMARKED = "Bai viet rat hay, cam on toa soan da noi len dieu nay!"
BY = {"name": "Minh Anh", "id": "u-1", "ip": "203.0.113.9"}


@pytest.fixture(scope="module")
def document() -> Any:
    return json.loads(json.dumps(openapi(ENDPOINTS)))


@pytest.fixture
def conforming(document: Any) -> Conforming:
    return Conforming(closed(document))


def test_the_document_is_valid(document: Any) -> None:
    validate(document)
    assert document["openapi"] == "3.1.0"


def test_every_declared_call_is_documented_and_nothing_else() -> None:
    assert CALLS.keys() == {(endpoint.method, endpoint.path) for endpoint in ENDPOINTS}


def test_every_route_of_the_service_stands_in_the_document(document: Any) -> None:
    app = create_app(Settings(redis_url="redis://127.0.0.1:1"))
    routes = {
        (route.method, route.resource.canonical)
        for route in app.router.routes()
        if route.resource is not None and not route.resource.canonical.startswith(("/docs/", "/moderate/"))
    }  # what the two pages fetch for themselves is no part of the API
    documented = {(method.upper(), path) for path, calls in document["paths"].items() for method in calls}
    assert documented == {route for route in routes if route[0] != "HEAD"}


def test_every_field_and_parameter_is_described(document: Any) -> None:
    undescribed = [
        where
        for where, field in fields(document)
        if "description" not in field and "$ref" not in field and "const" not in field
    ]
    assert undescribed == []


def test_every_field_and_parameter_has_an_example_and_none_is_wrong(document: Any) -> None:
    for where, field in fields(document):
        schema = field.get("schema", field)
        examples = [*schema.get("examples", ()), *([field["example"]] if "example" in field else [])]
        whole = schema | {"components": document["components"]}
        for example in examples:
            assert Draft202012Validator(whole).is_valid(example), f"{where}: {example}"
        told = re.search(r'"(examples?|const|enum|\$ref)":|"type": "boolean"', json.dumps(field))
        assert told, f"{where} has no example"


def test_every_header_of_an_answer_is_described_with_an_example(document: Any) -> None:
    headers = document["components"]["headers"]
    assert all(header.keys() >= {"description", "schema"} for header in headers.values())
    assert all("example" in header or "const" in header["schema"] for header in headers.values())
    for calls in document["paths"].values():
        for call in calls.values():
            for response in call["responses"].values():
                name = response.get("$ref", "").rpartition("/")[2]
                answer = document["components"]["responses"][name] if name else response
                assert "X-Request-ID" in answer["headers"]
                assert {f"#/components/headers/{one}" for one in answer["headers"]} == {
                    header["$ref"] for header in answer["headers"].values()
                }


def fields(document: Any) -> Iterator[tuple[str, Any]]:
    for name, schema in document["components"]["schemas"].items():
        for member, field in schema.get("properties", {}).items():
            yield f"{name}.{member}", field
    for path, calls in document["paths"].items():
        for call in calls.values():
            for parameter in call.get("parameters", ()):
                yield f"{path} {parameter['name']}", parameter


def test_every_schema_is_used(document: Any) -> None:
    text = json.dumps(document)
    unused = [name for name in document["components"]["schemas"] if f'schemas/{name}"' not in text]
    assert unused == []


def test_what_needs_a_key_says_so_and_what_needs_none_too(document: Any) -> None:
    for path, calls in document["paths"].items():
        for call in calls.values():
            assert call["security"] == ([] if path in OPERATIONS else [{"key": []}])
            assert ("401" in call["responses"]) == (path not in OPERATIONS)


async def test_what_websites_are_answered_is_what_the_document_says(
    service: Running, conforming: Conforming
) -> None:
    website = service.website
    new = {"thread": "doi-song/1", "body": GOOD, "author": BY, "thread_title": "Mùa gặt"}

    queued = await conforming(website, "POST", "/v1/comments", json=new)
    assert queued.status == 202
    judged = await conforming(website, "POST", "/v1/comments", json=new | {"body": UNMARKED}, headers=WAIT)
    assert judged.json["findings"]
    revised = await conforming(
        website, "POST", f"/v1/comments/{judged.json['id']}/revise", json={"body": GOOD}, headers=WAIT
    )
    assert revised.status == 201
    again = await conforming(website, "POST", f"/v1/comments/{judged.json['id']}/revise", json={"body": GOOD})
    assert again.status == 202

    await conforming(website, "GET", f"/v1/comments/{queued.json['id']}")
    for text in (GOOD, UNMARKED):
        await conforming(website, "POST", "/v1/check", json={"body": text})
    policy = {"actions": {"link": "reject"}, "length": {"max": 300}, "words": {"banned": ["cá độ"]}}
    article = {"title": "Mùa gặt", "url": "https://bao.example.vn/1", "policy": policy}
    assert (await conforming(website, "PUT", "/v1/threads/chua-co", json=article)).status == 201
    assert (await conforming(website, "PUT", "/v1/threads/chua-co", json={"open": False})).status == 200

    published = await service.publish(GOOD, thread="doi-song/1")
    await service.publish("Tôi cũng nghĩ như vậy.", thread="doi-song/1", parent_id=published["id"])
    page = await conforming(website, "GET", "/v1/threads/doi-song%2F1/comments?sort=newest&limit=1")
    assert page.json["comments"][0]["replies"]
    known = {"If-None-Match": page.headers["ETag"]}
    same = await conforming(
        website, "GET", "/v1/threads/doi-song%2F1/comments?sort=newest&limit=1", headers=known
    )
    assert same.status == 304
    await service.decide(published, "reject", reason="off_topic")
    tombstone = await conforming(website, "GET", "/v1/threads/doi-song%2F1/comments")
    assert tombstone.json["comments"][0]["body"] is None
    await conforming(website, "GET", "/v1/counts?thread=doi-song%2F1&thread=chua-co")
    await conforming(website, "DELETE", f"/v1/comments/{queued.json['id']}")
    await conforming(website, "GET", f"/v1/comments/{queued.json['id']}")
    unseen = {call for call in successes(conforming.document) if "website" in roles(conforming, call)}
    assert unseen - conforming.seen == set()


async def test_what_moderators_are_answered_is_what_the_document_says(
    service: Running, conforming: Conforming
) -> None:
    moderator = service.moderator
    comment = await service.submit(GOOD + " Gọi tôi số 0912 345 678.", author=BY)
    path = f"/v1/comments/{comment['id']}"

    async def decide(action: str, version: int, **fields: Any) -> int:
        answer = await conforming(moderator, "POST", f"{path}/{action}", json={"version": version} | fields)
        return answer.status

    version = comment["version"]
    assert await decide("edit", version, body=GOOD, note="Bỏ số điện thoại.") == 200
    assert await decide("edit", version, body=GOOD) == 409
    assert await decide("approve", version + 1) == 200
    reply = await service.submit("Đúng vậy!", parent_id=comment["id"])
    for state in ("pending", "published", "rejected"):
        await conforming(moderator, "GET", f"/v1/queue?state={state}&limit=1")
    queue = await conforming(moderator, "GET", "/v1/queue?order=risk")
    assert queue.json["items"][0]["parent"]["id"] == comment["id"] == reply["parent_id"]
    assert await decide("reject", version + 2, reason="other", message="Xin cảm ơn.") == 200
    assert await decide("reject", version + 3, reason="other") == 409
    assert await decide("reopen", version + 3) == 200
    assert (await conforming(moderator, "POST", f"{path}/undo")).status == 200
    decisions = [{"id": comment["id"], "action": "reopen", "version": version + 5}, {"id": "khong-co"}]
    await conforming(moderator, "POST", "/v1/decisions", json={"decisions": decisions})
    assert (await conforming(moderator, "POST", "/v1/queue/claim")).json["items"]
    await conforming(moderator, "GET", "/v1/queue")
    assert (await conforming(moderator, "GET", "/v1/queue?q=bai%20viet")).json["searched"]
    assert (await conforming(moderator, "POST", "/v1/queue/release")).json["released"]
    author = BY["id"]
    assert (await conforming(moderator, "GET", f"/v1/authors/{author}?limit=1")).json["comments"]
    opinion = {"standing": "trusted", "note": "Bạn đọc lâu năm", "until": "2099-01-01T00:00:00Z"}
    await conforming(moderator, "PUT", f"/v1/authors/{author}/standing", json=opinion)
    assert await decide("approve", version + 6) == 200
    answer = {"body": "Cảm ơn bạn đã góp ý."}
    assert (await conforming(moderator, "POST", f"{path}/reply", json=answer)).status == 201
    await Statistician(service.store).drain()
    stats = await conforming(moderator, "GET", "/v1/stats")
    assert stats.json["days"][-1]["by_moderator"]
    await conforming(moderator, "GET", path)
    await conforming(moderator, "GET", f"{path}/history")
    await service.website("DELETE", path)
    await conforming(moderator, "GET", path)
    await conforming(moderator, "GET", f"{path}/history")
    unseen = {call for call in successes(conforming.document) if roles(conforming, call) == MODERATORS}
    assert unseen - conforming.seen == {STREAM}


async def test_what_admins_are_answered_is_what_the_document_says(
    service: Running, conforming: Conforming
) -> None:
    admin = service.admin
    for _ in range(2):
        await conforming(admin, "PUT", "/v1/sites/moi", json={"name": "Báo Mới"})
    await conforming(admin, "GET", "/v1/sites")
    await conforming(admin, "GET", "/v1/sites/moi")
    changed = {"flood": {"author": "9/1h"}, "limits": {"site": "100/1m", "author": None}}
    for method in ("PUT", "PATCH"):
        await conforming(admin, method, "/v1/sites/moi/policy", json=changed)
    policy = await conforming(admin, "GET", "/v1/sites/moi/policy")
    assert policy.json["flood"]["author"] == "9/3600s"
    key = await conforming(admin, "POST", "/v1/sites/moi/keys", json={"role": "moderator", "name": "Lan"})
    await conforming(admin, "GET", "/v1/sites/moi/keys")
    await conforming(admin, "DELETE", f"/v1/sites/moi/keys/{key.json['id']}")
    await service.submit("Xem thêm ở https://quang-cao.example nhé mọi người!")
    trial = {"policy": {"actions": {"link": "reject"}}}
    await conforming(admin, "POST", "/v1/sites/bao/policy/replay", json=trial)
    await conforming(admin, "DELETE", "/v1/authors/u-1?site=bao")
    hooks = "/v1/sites/bao/webhooks"
    hook = await conforming(admin, "POST", hooks, json={"url": "https://1.1.1.1/codau"})
    one = f"{hooks}/{hook.json['id']}"
    test = await conforming(admin, "POST", f"{one}/test")
    await conforming(admin, "GET", hooks)
    await conforming(admin, "POST", f"{one}/rotate")
    await conforming(admin, "GET", f"{one}/deliveries")
    await conforming(admin, "POST", f"{one}/deliveries/{test.json['id']}/resend")
    await conforming(admin, "PATCH", one, json={"types": ["comment.published"]})
    await conforming(admin, "DELETE", one)
    unseen = {call for call in successes(conforming.document) if roles(conforming, call) == ["admin"]}
    assert unseen - conforming.seen == set()


async def test_what_operators_are_answered_is_what_the_document_says(
    service: Running, conforming: Conforming
) -> None:
    for path in OPERATIONS:
        assert (await conforming(service.nobody, "GET", path)).status == 200


async def test_refusals_are_what_the_document_says(service: Running, conforming: Conforming) -> None:
    website, new = service.website, {"thread": "t", "body": GOOD, "author": BY}
    key = {"Idempotency-Key": "k1"}
    assert (await conforming(website, "POST", "/v1/comments", json=new, headers=key)).status == 202
    await website("PUT", "/v1/threads/dong", json={"open": False})
    too_large = {"data": "x" * 70_000, "headers": {"Content-Type": "application/json"}}
    not_json = {"data": "{", "headers": {"Content-Type": "application/json"}}
    expected: list[tuple[Caller, dict[str, Any], str]] = [
        (service.nobody, {"json": new}, "unauthorized"),
        (service.moderator, {"json": new}, "forbidden"),
        (website, not_json, "invalid_json"),
        (website, too_large, "too_large"),
        (website, {"data": "x"}, "unsupported_media_type"),
        (website, {"json": {}}, "invalid_request"),
        (website, {"json": new | {"parent_id": "0sapnxdg0dmmk000000007"}}, "invalid_parent"),
        (website, {"json": new | {"thread": "dong"}}, "thread_closed"),
        (website, {"json": new | {"body": "Khác."}, "headers": key}, "idempotency_conflict"),
    ]
    for caller, request, code in expected:
        assert (await conforming(caller, "POST", "/v1/comments", **request)).code == code
    unknown = "/v1/comments/0sapnxdg0dmmk000000007"
    assert (await conforming(website, "GET", unknown)).code == "not_found"
    policy = {"limits": {"author": "1/60s"}}
    await service.admin("PATCH", "/v1/sites/bao/policy", json=policy)
    refused = [await conforming(website, "POST", "/v1/comments", json=new) for _ in range(3)]
    assert {"rate_limited"} <= {answer.code for answer in refused}
    loosened = await conforming(website, "PUT", "/v1/threads/t", json={"policy": {"replies": {"depth": 9}}})
    assert [error["field"] for error in loosened.json["errors"]] == ["policy.replies.depth"]


MODERATORS = ["admin", "moderator"]
STREAM = ("GET", "/v1/events", 200)
"""It never ends by itself; test_stream listens to it."""


def roles(conforming: Conforming, call: tuple[str, str, int]) -> Any:
    method, path, _ = call
    return conforming.document["paths"][path][method.lower()].get("x-roles", [])
