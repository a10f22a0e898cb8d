"""Sites, keys and policies: what admins make, and that it is in force at once in every process."""

import asyncio
from typing import Any

import pytest

from service.comments.policy import CODES
from tests.api.calls import (
    GOOD,
    UNMARKED,
    another_process,
    as_sent,
    comment_of,
    refused,
    set_policy,
    with_key_of,
    wrong_fields,
)
from tests.running import Caller, Running
from tests.store.looking import connected


async def test_a_site_is_created_and_renamed(idle_service: Running) -> None:
    made = await idle_service.admin("PUT", "/v1/sites/bao-moi", json={"name": "Báo Mới"})
    assert (made.status, made.json["id"], made.json["name"]) == (201, "bao-moi", "Báo Mới")
    renamed = await idle_service.admin("PUT", "/v1/sites/bao-moi", json={"name": "Báo Rất Mới"})
    assert (renamed.status, renamed.json["name"]) == (200, "Báo Rất Mới")
    assert renamed.json["created_at"] == made.json["created_at"]
    listed = (await idle_service.admin("GET", "/v1/sites")).json["sites"]
    assert [site["id"] for site in listed] == ["bao", "bao-moi", "khac"]
    assert renamed.json in listed


async def test_renaming_keeps_policy_and_keys(idle_service: Running) -> None:
    await set_policy(idle_service, length={"max": 100})
    await idle_service.admin("PUT", "/v1/sites/bao", json={"name": "Tên khác"})
    assert (await idle_service.admin("GET", "/v1/sites/bao/policy")).json["length"]["max"] == 100
    assert (await idle_service.website("GET", "/v1/counts?thread=a")).status == 200


async def test_ids_of_sites_are_plain(idle_service: Running) -> None:
    for site in ("a", "0", "-", "x" * 40):
        assert (await idle_service.admin("PUT", f"/v1/sites/{site}", json={"name": "A"})).status == 201
    for site in ("A", "x" * 41, "a_b", "a.b", "%C3%A1", "a%2Fb", "a%00", "%F0%9F%98%80", "a%0A"):
        address = as_sent(f"/v1/sites/{site}")
        assert wrong_fields(await idle_service.admin("PUT", address, json={"name": "A"})) == {"site"}, site


async def test_a_site_needs_a_name(idle_service: Running) -> None:
    for document in ({}, {"name": ""}, {"name": " "}, {"name": None}, {"name": 5}, {"name": "a\0b"}):
        answer = await idle_service.admin("PUT", "/v1/sites/moi", json=document)
        assert wrong_fields(answer) == {"name"}, document
    wrong = await idle_service.admin("PUT", "/v1/sites/moi", json={"name": "A", "policy": {}})
    assert wrong_fields(wrong) == {"policy"}


@pytest.mark.parametrize(
    ("method", "rest", "document"),
    [
        ("GET", "/policy", None),
        ("PUT", "/policy", {}),
        ("PATCH", "/policy", {}),
        ("GET", "/keys", None),
        ("POST", "/keys", {"role": "website", "name": "a"}),
        ("DELETE", "/keys/x", None),
    ],
)
async def test_a_site_that_does_not_exist_has_nothing(
    idle_service: Running, method: str, rest: str, document: Any
) -> None:
    refused(await idle_service.admin(method, "/v1/sites/khong-co" + rest, json=document), 404, "not_found")


async def test_a_key_is_shown_once_and_kept_as_a_hash(idle_service: Running, redis_url: str) -> None:
    document = {"role": "moderator", "name": "Chị Hoa"}
    made = await idle_service.admin("POST", "/v1/sites/bao/keys", json=document)
    assert made.status == 201
    assert made.json.keys() == {"id", "key", "role", "name"}
    assert (made.json["role"], made.json["name"]) == ("moderator", "Chị Hoa")
    key = made.json["key"]
    assert len(key) >= 32
    listed = await idle_service.admin("GET", "/v1/sites/bao/keys")
    [shown] = [known for known in listed.json["keys"] if known["id"] == made.json["id"]]
    assert (shown["role"], shown["name"]) == ("moderator", "Chị Hoa")
    assert key not in listed.text
    assert str(idle_service.website.key) not in listed.text
    with connected(redis_url) as client:
        kept = b" ".join(part for name in client.scan_iter() for part in [name, *hashes(client, name)])
    assert key.encode() not in kept
    assert (await Caller(idle_service.admin.http, key)("GET", "/v1/queue")).status == 200


def hashes(client: Any, name: bytes) -> list[bytes]:
    if client.type(name) == b"hash":
        return [part for pair in client.hgetall(name).items() for part in pair]
    return [client.get(name)] if client.type(name) == b"string" else []


async def test_wrong_keys_are_not_made(idle_service: Running) -> None:
    for field, document in (
        ("role", {"name": "a"}),
        ("role", {"role": "admin", "name": "a"}),
        ("role", {"role": "Website", "name": "a"}),
        ("name", {"role": "website"}),
        ("name", {"role": "website", "name": ""}),
        ("name", {"role": "website", "name": "a\0b"}),
        ("site", {"role": "website", "name": "a", "site": "khac"}),
    ):
        answer = await idle_service.admin("POST", "/v1/sites/bao/keys", json=document)
        assert wrong_fields(answer) == {field}, document


async def test_a_revoked_key_is_refused_at_once_by_every_process(
    idle_service: Running, redis_url: str
) -> None:
    async with another_process(redis_url) as elsewhere:
        caller = await with_key_of(idle_service, "bao", "website", "sắp hết")
        there = Caller(elsewhere, caller.key)
        for known in (caller, there):
            assert (await known("GET", "/v1/counts?thread=a")).status == 200
        keys = (await idle_service.admin("GET", "/v1/sites/bao/keys")).json["keys"]
        [key] = [key for key in keys if key["name"] == "sắp hết"]
        foreign = await idle_service.admin("DELETE", f"/v1/sites/khac/keys/{key['id']}")
        refused(foreign, 404, "not_found")
        revoked = await idle_service.admin("DELETE", f"/v1/sites/bao/keys/{key['id']}")
        assert (revoked.status, revoked.text) == (204, "")
        for known in (there, caller):
            answer = await known("GET", "/v1/counts?thread=a")
            refused(answer, 401, "unauthorized")
            assert answer.headers["WWW-Authenticate"].startswith("Bearer")
        keys = (await idle_service.admin("GET", "/v1/sites/bao/keys")).json["keys"]
        assert key["id"] not in [known["id"] for known in keys]


async def test_every_field_of_a_policy_has_a_default(idle_service: Running) -> None:
    policy = (await idle_service.admin("GET", "/v1/sites/bao/policy")).json
    assert set(policy["actions"]) == set(CODES)
    rejects = {code for code, action in policy["actions"].items() if action == "reject"}
    assert rejects == {"banned_author", "missing_diacritics", "raw_keystrokes", "banned_word", "blocked_link"}
    del policy["actions"]
    assert policy == {
        "length": {"min": 1, "max": 5000},
        "replies": {"depth": 3},
        "links": {"allowed": 0, "blocked_domains": [], "trusted_domains": []},
        "words": {"banned": [], "suspect": []},
        "spam": {"flag_from": 0.5, "reject_from": 0.95},
        "toxic": {"flag_from": 0.5},
        "duplicate": {"window_hours": 72},
        "flood": {"author": "6/60s", "address": "20/60s"},
        "limits": {"site": None, "author": "30/60s", "address": "120/60s"},
        "trusted": {"publish_at_once": False},
        "retention": {"rejected_days": 90, "address_days": 365},
    }


async def test_patch_merges_objects_and_replaces_lists_and_put_replaces_all(idle_service: Running) -> None:
    async def change(method: str, document: Any) -> Any:
        answer = await idle_service.admin(method, "/v1/sites/bao/policy", json=document)
        assert answer.status == 200, answer.text
        assert answer.json == (await idle_service.admin("GET", "/v1/sites/bao/policy")).json
        return answer.json

    default = await change("PATCH", {})
    await change("PATCH", {"words": {"banned": ["một", "hai"]}, "length": {"max": 100}})
    policy = await change("PATCH", {"words": {"banned": ["ba"]}, "length": {"min": 2}})
    assert (policy["words"]["banned"], policy["length"]) == (["ba"], {"min": 2, "max": 100})
    policy = await change("PATCH", {"length": {"max": None}, "limits": {"author": None}})
    assert (policy["length"], policy["limits"]["author"]) == ({"min": 2, "max": 5000}, None)
    policy = await change("PUT", {"length": {"max": 200}})
    assert policy == default | {"length": {"min": 1, "max": 200}}
    assert await change("PUT", default) == default


WRONG: list[tuple[str, Any]] = [
    ("lenght", {"lenght": {}}),
    ("length.maximum", {"length": {"maximum": 5}}),
    ("actions.no_such_code", {"actions": {"no_such_code": "flag"}}),
    ("actions.spam", {"actions": {"spam": "delete"}}),
    ("length", {"length": {"min": 10, "max": 5}}),
    ("length.max", {"length": {"max": "100"}}),
    ("length.max", {"length": {"max": 0}}),
    ("length.max", {"length": {"max": 10**30}}),
    ("spam.flag_from", {"spam": {"flag_from": 1.5}}),
    ("spam", {"spam": {"flag_from": 0.9, "reject_from": 0.5}}),
    ("limits.author", {"limits": {"author": "many"}}),
    ("limits.author", {"limits": {"author": "0/60s"}}),
    ("links.blocked_domains.0", {"links": {"blocked_domains": ["not a domain"]}}),
    ("words.banned", {"words": {"banned": "từ"}}),
    ("words.banned.0", {"words": {"banned": [""]}}),
    ("trusted.publish_at_once", {"trusted": {"publish_at_once": "yes"}}),
    ("replies.depth", {"replies": {"depth": -1}}),
    ("length", {"length": 5}),
]


async def test_wrong_policies_are_refused_and_change_nothing(idle_service: Running) -> None:
    before = (await idle_service.admin("GET", "/v1/sites/bao/policy")).json
    for method in ("PATCH", "PUT"):
        for field, document in WRONG:
            answer = await idle_service.admin(method, "/v1/sites/bao/policy", json=document)
            assert field in wrong_fields(answer), (method, document, answer.text)
        for text in ("[]", '"x"', "5", "null"):
            headers = {"Content-Type": "application/json"}
            answer = await idle_service.admin(method, "/v1/sites/bao/policy", data=text, headers=headers)
            refused(answer, 422, "invalid_request")
    assert (await idle_service.admin("GET", "/v1/sites/bao/policy")).json == before


async def test_numbers_that_are_none_are_refused(idle_service: Running) -> None:
    headers = {"Content-Type": "application/json"}
    for number in (b"NaN", b"Infinity", b"-Infinity", b"1e999", b"9" * 5000):
        for field in (b'{"spam": {"flag_from": %s}}', b'{"length": {"max": %s}}'):
            patch = {"data": field % number, "headers": headers}
            answer = await idle_service.admin("PATCH", "/v1/sites/bao/policy", **patch)
            assert (answer.status, answer.code) in ((400, "invalid_json"), (422, "invalid_request")), number[
                :9
            ]


async def test_a_changed_policy_holds_for_the_next_comment(service: Running, redis_url: str) -> None:
    async with another_process(redis_url) as elsewhere:
        there = Caller(elsewhere, service.website.key)
        assert (await there("POST", "/v1/check", json={"body": UNMARKED})).json["state"] == "rejected"
        await set_policy(service, actions={"missing_diacritics": "flag"}, length={"max": 60})
        judged = await service.submit(UNMARKED)
        assert (judged["state"], judged["findings"][0]["action"]) == ("pending", "flag")
        assert (await there("POST", "/v1/check", json={"body": UNMARKED})).json["state"] == "pending"
        for caller in (service.website, there):
            assert wrong_fields(await caller("POST", "/v1/comments", json=comment_of("a" * 61))) == {"body"}


async def test_one_sites_policy_is_not_anothers(idle_service: Running) -> None:
    await set_policy(idle_service, length={"max": 10})
    assert wrong_fields(await idle_service.website("POST", "/v1/comments", json=comment_of())) == {"body"}
    elsewhere = await idle_service.admin("POST", "/v1/comments?site=khac", json=comment_of(GOOD))
    assert elsewhere.status == 202


async def test_two_admins_who_change_different_fields_both_succeed(idle_service: Running) -> None:
    changes = [{"actions": {code: "ignore"}} for code in ("link", "contact", "shouting", "toxic")]
    answers = await asyncio.gather(
        *(idle_service.admin("PATCH", "/v1/sites/bao/policy", json=change) for change in changes)
    )
    assert [answer.status for answer in answers] == [200] * 4
    policy = (await idle_service.admin("GET", "/v1/sites/bao/policy")).json
    assert [policy["actions"][code] for code in ("link", "contact", "shouting", "toxic")] == ["ignore"] * 4
