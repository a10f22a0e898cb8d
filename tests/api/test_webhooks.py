"""Webhooks as an admin sets them: who may, what is refused, what is shown, what waits and was sent."""

import socket
from typing import Any

import pytest

from service.outgoing.client import OutgoingClient
from service.store import keys
from service.store.webhooks import MOST, TYPES
from tests.api.calls import GOOD, refused, wrong_fields
from tests.running import Running
from tests.workers.receiving import Receiver
from workers.courier import Courier

HOOKS = "/v1/sites/bao/webhooks"
URL = "https://1.1.1.1/codau"


async def set_hook(service: Running, url: str = URL, **fields: Any) -> Any:
    made = await service.admin("POST", HOOKS, json={"url": url} | fields)
    assert made.status == 201, made.text
    return made.json


async def listed(service: Running) -> Any:
    return (await service.admin("GET", HOOKS)).json["webhooks"]


async def send(service: Running) -> None:
    await Courier(service.store, lambda: OutgoingClient(allow_private=True)).drain()


async def test_a_webhook_is_set_with_a_secret_that_is_shown_this_once(idle_service: Running) -> None:
    made = await set_hook(idle_service)
    assert made["secret"].startswith("whsec_")
    assert (made["url"], made["active"], made["types"]) == (URL, True, list(TYPES))
    answer = await idle_service.admin("GET", HOOKS)
    secret = made.pop("secret")
    assert answer.json == {"webhooks": [made]}
    assert secret not in answer.text


async def test_types_are_those_that_are_named(idle_service: Running) -> None:
    made = await set_hook(idle_service, types=["comment.erased", "comment.published", "comment.erased"])
    assert made["types"] == ["comment.published", "comment.erased"]


@pytest.mark.parametrize(
    ("field", "document"),
    [
        ("url", {}),
        ("url", {"url": ""}),
        ("url", {"url": 5}),
        ("url", {"url": "https://1.1.1.1/" + "a" * 2_000}),
        ("types", {"url": URL, "types": []}),
        ("types.0", {"url": URL, "types": ["comment.queued"]}),
        ("types.0", {"url": URL, "types": ["codau.test"]}),
        ("secret", {"url": URL, "secret": "whsec_abc"}),
    ],
)
async def test_what_is_wrong_is_named(idle_service: Running, field: str, document: Any) -> None:
    assert wrong_fields(await idle_service.admin("POST", HOOKS, json=document)) == {field}
    assert await listed(idle_service) == []


PRIVATE_URLS = [
    "http://127.0.0.1/",
    "http://localhost:6379/",
    "http://[::1]/",
    "http://169.254.169.254/latest/meta-data/",
    "http://[::ffff:10.0.0.1]/",
    "http://2130706433/",
    "http://0x7f.1/",
    "http://0177.0.0.1/",
    "http://redis/",
    "http://127.0.0.1./",
    "https://user:pass@1.1.1.1/",
    "https://1.1.1.1:0/",
    "ftp://1.1.1.1/",
]


@pytest.mark.parametrize("url", PRIVATE_URLS)
async def test_an_address_that_is_not_public_is_refused_when_set_and_when_changed(
    idle_service: Running, url: str
) -> None:
    assert wrong_fields(await idle_service.admin("POST", HOOKS, json={"url": url})) == {"url"}
    hook = await set_hook(idle_service)
    changed = await idle_service.admin("PATCH", f"{HOOKS}/{hook['id']}", json={"url": url})
    assert wrong_fields(changed) == {"url"}
    assert [one["url"] for one in await listed(idle_service)] == [URL]


async def test_a_name_that_leads_into_our_network_is_refused(
    idle_service: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    ask = socket.getaddrinfo

    def look_up(host: Any, *rest: Any, **options: Any) -> Any:
        found = [(address, 0) for address in ("1.1.1.1", "10.0.0.7")]
        stream = (socket.AF_INET, socket.SOCK_STREAM, 6, "")
        return [(*stream, one) for one in found] if host == "bao.example.vn" else ask(host, *rest, **options)

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    answer = await idle_service.admin("POST", HOOKS, json={"url": "https://bao.example.vn/"})
    assert wrong_fields(answer) == {"url"}
    assert (await idle_service.admin("POST", HOOKS, json={"url": URL})).status == 201


CALLS = [
    ("POST", "", {"url": URL}),
    ("GET", "", None),
    ("PATCH", "/{id}", {"active": False}),
    ("POST", "/{id}/rotate", None),
    ("POST", "/{id}/test", None),
    ("GET", "/{id}/deliveries", None),
    ("POST", "/{id}/deliveries/x/resend", None),
    ("DELETE", "/{id}", None),
]


@pytest.mark.parametrize(("method", "rest", "document"), CALLS)
async def test_admins_alone_may(idle_service: Running, method: str, rest: str, document: Any) -> None:
    hook = await set_hook(idle_service)
    path = HOOKS + rest.format(id=hook["id"])
    for caller in (idle_service.website, idle_service.moderator, idle_service.stranger):
        refused(await caller(method, path, json=document), 403, "forbidden")
    refused(await idle_service.nobody(method, path, json=document), 401, "unauthorized")
    assert (await listed(idle_service))[0]["active"]


@pytest.mark.parametrize(("method", "rest", "document"), CALLS[2:])
async def test_a_hook_of_another_site_is_not_found(
    idle_service: Running, method: str, rest: str, document: Any
) -> None:
    hook = await set_hook(idle_service)
    elsewhere = "/v1/sites/khac/webhooks" + rest.format(id=hook["id"])
    refused(await idle_service.admin(method, elsewhere, json=document), 404, "not_found")
    unknown = HOOKS + rest.format(id="wh_0000000000000000")
    refused(await idle_service.admin(method, unknown, json=document), 404, "not_found")
    nowhere = "/v1/sites/khong-co/webhooks" + rest.format(id=hook["id"])
    refused(await idle_service.admin(method, nowhere, json=document), 404, "not_found")
    assert len(await listed(idle_service)) == 1


async def test_a_change_leaves_what_it_does_not_name(idle_service: Running) -> None:
    hook = await set_hook(idle_service, types=["comment.published"])
    path = f"{HOOKS}/{hook['id']}"
    moved = await idle_service.admin("PATCH", path, json={"url": "https://8.8.8.8/"})
    assert moved.json == {name: hook[name] for name in hook if name != "secret"} | {"url": "https://8.8.8.8/"}
    off = await idle_service.admin("PATCH", path, json={"active": False})
    assert (off.json["active"], off.json["types"]) == (False, ["comment.published"])
    everything = await idle_service.admin("PATCH", path, json={"types": None})
    assert everything.json["types"] == list(TYPES)
    for wrong in ({"active": "no"}, {"types": []}, {"secret": "x"}):
        assert wrong_fields(await idle_service.admin("PATCH", path, json=wrong))


async def test_a_site_has_so_many_webhooks_and_no_more(idle_service: Running) -> None:
    for _ in range(MOST):
        last = await set_hook(idle_service)
    refused(await idle_service.admin("POST", HOOKS, json={"url": URL}), 422, "invalid_request")
    assert (await idle_service.admin("DELETE", f"{HOOKS}/{last['id']}")).status == 204
    await set_hook(idle_service)


async def test_a_webhook_that_is_removed_leaves_nothing(open_service: Running, receiver: Receiver) -> None:
    hook = await set_hook(open_service, receiver.url)
    receiver.answers(500)
    await open_service.publish(GOOD)
    await send(open_service)
    assert (await open_service.admin("DELETE", f"{HOOKS}/{hook['id']}")).status == 204
    await open_service.publish(GOOD, thread="khac")
    await send(open_service)
    left = await open_service.store.commands.run("KEYS", keys.hook("bao", hook["id"], "*"))
    assert left == []
    assert len(receiver.messages) == 1


async def test_both_secrets_sign_for_a_day_after_a_rotation(
    open_service: Running, receiver: Receiver
) -> None:
    hook = await set_hook(open_service, receiver.url)
    path = f"{HOOKS}/{hook['id']}"
    rotated = await open_service.admin("POST", f"{path}/rotate")
    assert rotated.status == 200
    old, new = hook["secret"], rotated.json["secret"]
    assert old != new
    await open_service.admin("POST", f"{path}/test")
    await send(open_service)
    [message] = receiver.messages
    assert message.signed_by(new)
    assert message.signed_by(old)
    stored = (await open_service.store.webhooks.all("bao"))[0]
    assert stored.live_secrets(stored.previous_until - 1) == (new, old)
    assert stored.live_secrets(stored.previous_until) == (new,)
    assert stored.previous_until - stored.created_at >= 24 * 3_600_000
    again = (await open_service.admin("POST", f"{path}/rotate")).json["secret"]
    assert (await open_service.store.webhooks.all("bao"))[0].live_secrets(0) == (again, new)


async def test_a_test_is_sent_whatever_types_are_asked_for(open_service: Running, receiver: Receiver) -> None:
    hook = await set_hook(open_service, receiver.url, types=["comment.erased"])
    told = await open_service.admin("POST", f"{HOOKS}/{hook['id']}/test")
    assert (told.status, told.json["type"], told.json["state"]) == (202, "codau.test", "waiting")
    await send(open_service)
    [message] = receiver.messages
    assert message.document["type"] == "codau.test"
    assert message.id == told.json["id"]
    assert message.signed_by(hook["secret"])
    done = await open_service.admin("GET", f"{HOOKS}/{hook['id']}/deliveries?state=done")
    assert [(one["id"], one["status"]) for one in done.json["deliveries"]] == [(message.id, 204)]


async def test_what_is_switched_off_sends_no_test(idle_service: Running) -> None:
    hook = await set_hook(idle_service)
    path = f"{HOOKS}/{hook['id']}"
    await idle_service.admin("PATCH", path, json={"active": False})
    refused(await idle_service.admin("POST", f"{path}/test"), 422, "invalid_request")


async def test_deliveries_are_listed_page_by_page_the_latest_first(
    open_service: Running, receiver: Receiver
) -> None:
    hook = await set_hook(open_service, receiver.url)
    sent = [(await open_service.admin("POST", f"{HOOKS}/{hook['id']}/test")).json["id"] for _ in range(7)]
    await send(open_service)
    seen: list[str] = []
    cursor = ""
    for expected in (3, 3, 1):
        path = f"{HOOKS}/{hook['id']}/deliveries?state=done&limit=3{cursor}"
        page = (await open_service.admin("GET", path)).json
        assert len(page["deliveries"]) == expected
        seen += [one["id"] for one in page["deliveries"]]
        cursor = f"&cursor={page['next_cursor']}"
    assert page["next_cursor"] is None
    assert sorted(seen) == sorted(sent)
    assert seen == sorted(seen, reverse=True)


@pytest.mark.parametrize(
    ("field", "query"),
    [
        ("state", "state=lost"),
        ("limit", "limit=0"),
        ("limit", "limit=201"),
        ("cursor", "cursor=abc"),
        ("cursor", "cursor="),
        ("site", "site=bao"),
    ],
)
async def test_wrong_queries_are_named(idle_service: Running, field: str, query: str) -> None:
    hook = await set_hook(idle_service)
    answer = await idle_service.admin("GET", f"{HOOKS}/{hook['id']}/deliveries?{query}")
    assert wrong_fields(answer) == {field}


async def test_what_was_delivered_can_be_sent_once_more_under_its_id(
    open_service: Running, receiver: Receiver
) -> None:
    hook = await set_hook(open_service, receiver.url)
    await open_service.submit(GOOD)
    await send(open_service)
    path = f"{HOOKS}/{hook['id']}/deliveries/{receiver.messages[0].id}/resend"
    for _ in range(2):  # repeated while it waits it is still one
        assert (await open_service.admin("POST", path)).json["state"] == "waiting"
    await send(open_service)
    assert [message.id for message in receiver.messages] == [receiver.messages[0].id] * 2
    unknown = f"{HOOKS}/{hook['id']}/deliveries/khong-co/resend"
    refused(await open_service.admin("POST", unknown), 404, "not_found")
