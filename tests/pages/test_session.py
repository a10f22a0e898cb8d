"""Signing in on the moderators' page, over real HTTP: what the cookie is good for, and for how long."""

import asyncio
from http.cookies import SimpleCookie
from typing import Any

import pytest
import redis
from yarl import URL

from service.api import session
from service.api.moderate_page import ATTEMPTS
from service.store.directory import digest_of
from service.store.sessions import SessionStore
from tests.api.matrix import stored
from tests.running import Answer, Running, running


def own(service: Running) -> dict[str, str]:
    return {"Origin": str(service.nobody.http.make_url("")).rstrip("/")}


async def sign_in(service: Running, key: str | None, **headers: str) -> Answer:
    return await service.nobody(
        "POST", "/moderate/session", json={"key": key}, headers=own(service) | headers
    )


def cookie_of(answer: Answer) -> Any:
    return SimpleCookie(answer.headers["Set-Cookie"])[session.COOKIE]


async def as_signed_in(service: Running, key: str | None = None) -> dict[str, str]:
    answer = await sign_in(service, key or service.moderator.key)
    assert answer.status == 200, answer.text
    service.nobody.http.session.cookie_jar.clear()
    return {"Cookie": f"{session.COOKIE}={cookie_of(answer).value}"}


async def test_a_moderator_signs_in_and_is_known_by_the_cookie(service: Running) -> None:
    cookie = await as_signed_in(service)
    who = await service.nobody("GET", "/moderate/session", headers=cookie)
    assert who.json == {"name": "moderator", "site": {"id": "bao", "name": "Báo Ví Dụ"}}
    assert (await service.nobody("GET", "/v1/queue", headers=cookie)).status == 200


async def test_the_cookie_is_not_the_key_and_not_for_scripts(service: Running) -> None:
    answer = await sign_in(service, service.moderator.key)
    cookie = cookie_of(answer)
    assert cookie["httponly"] and cookie["samesite"] == "Strict" and cookie["path"] == "/"
    assert not cookie["secure"]
    assert service.moderator.key not in answer.headers["Set-Cookie"]
    assert digest_of(service.moderator.key or "") not in answer.headers["Set-Cookie"]


async def test_a_session_is_kept_as_a_hash(service: Running, valkey: redis.Redis) -> None:
    token = cookie_of(await sign_in(service, service.moderator.key)).value
    kept = repr(stored(valkey))
    assert digest_of(token) in kept
    assert token not in kept and (service.moderator.key or "") not in kept


async def test_behind_tls_the_cookie_never_travels_in_the_clear(service: Running) -> None:
    answer = await sign_in(service, service.moderator.key, **{"X-Forwarded-Proto": "https"})
    assert cookie_of(answer)["secure"]


async def test_nobody_is_nobody(service: Running) -> None:
    assert (await service.nobody("GET", "/moderate/session")).status == 204
    made_up = {"Cookie": f"{session.COOKIE}=made-up"}
    assert (await service.nobody("GET", "/moderate/session", headers=made_up)).status == 204
    assert (await service.nobody("GET", "/v1/queue", headers=made_up)).status == 401


async def test_only_a_moderators_key_signs_in(service: Running) -> None:
    assert (await sign_in(service, service.website.key)).status == 403
    assert (await sign_in(service, service.admin.key)).status == 403
    assert (await sign_in(service, "made-up")).status == 401


async def test_a_change_must_come_from_our_own_page(service: Running) -> None:
    comment = await service.submit("Bài viết rất hay, cảm ơn tòa soạn!")
    cookie, path = await as_signed_in(service), f"/v1/comments/{comment['id']}/approve"
    decision = {"version": comment["version"]}
    for headers in ({}, {"Origin": "https://evil.example"}, {"Origin": "null"}):
        answer = await service.nobody("POST", path, json=decision, headers=cookie | headers)
        assert answer.status == 403
    answer = await service.nobody("POST", path, json=decision, headers=cookie | own(service))
    assert answer.json["state"] == "published"
    evil = {"Origin": "https://evil.example"}
    sign_in_from_elsewhere = await service.nobody(
        "POST", "/moderate/session", json={"key": service.moderator.key}, headers=evil
    )
    assert sign_in_from_elsewhere.status == 403


async def test_the_cookie_sees_its_own_site_alone(service: Running) -> None:
    comment = await service.submit("Bài viết rất hay, cảm ơn tòa soạn!")
    stranger = await as_signed_in(service, service.stranger.key)
    answer = await service.nobody("GET", f"/v1/comments/{comment['id']}", headers=stranger)
    assert answer.status == 404


async def test_signing_out_ends_the_session_for_whoever_has_the_cookie(service: Running) -> None:
    cookie = await as_signed_in(service)
    assert (await service.nobody("DELETE", "/moderate/session", headers=cookie | own(service))).status == 204
    assert (await service.nobody("GET", "/v1/queue", headers=cookie)).status == 401


async def test_revoking_the_key_ends_the_session_at_once_in_every_process(service: Running) -> None:
    cookie = await as_signed_in(service)
    async with running(service.store.url, validating=False) as other:
        assert (await other.nobody("GET", "/v1/queue", headers=cookie)).status == 200
        [key_id] = [
            key.id
            for key in await service.store.directory.list_keys("bao")
            if key.name == "moderator" and key.digest == digest_of(service.moderator.key or "")
        ]
        await service.admin("DELETE", f"/v1/sites/bao/keys/{key_id}")
        for process in (service, other):
            assert (await process.nobody("GET", "/v1/queue", headers=cookie)).status == 401


async def test_a_session_ends_by_itself(service: Running) -> None:
    sessions = SessionStore(service.store.commands)
    await sessions.begin("a-token", digest_of(service.moderator.key or ""), lasts_ms=1)
    await asyncio.sleep(0.01)
    ended = {"Cookie": f"{session.COOKIE}=a-token"}
    assert (await service.nobody("GET", "/v1/queue", headers=ended)).status == 401


async def test_attempts_to_sign_in_are_limited(service: Running) -> None:
    for _ in range(ATTEMPTS.count):
        assert (await sign_in(service, "made-up")).status == 401
    refused = await sign_in(service, service.moderator.key)
    assert (refused.status, refused.code) == (429, "rate_limited")
    assert int(refused.headers["Retry-After"]) >= 1
    assert refused.headers["RateLimit-Policy"] == '"sign-in";q=10;w=60'


async def test_the_page_holds_no_data_and_allows_no_script_in_it(service: Running) -> None:
    page = await service.nobody("GET", "/moderate")
    assert page.status == 200 and "Báo Ví Dụ" not in page.text
    policy = page.headers["Content-Security-Policy"]
    assert policy.startswith("default-src 'none'") and "unsafe" not in policy
    assert "require-trusted-types-for 'script'" in policy


@pytest.mark.parametrize("path", ["moderate.html", "js/../moderate.html", "__init__.py", "js/none.js", "js"])
async def test_only_the_pages_files_are_served(service: Running, path: str) -> None:
    assert (await service.nobody("GET", URL(f"/moderate/{path}", encoded=True))).status == 404
