"""The clients that the documents give away do what they say, each in its language, with the real service."""

import json
import secrets
import time
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from standardwebhooks import Webhook

from service.outgoing.signature import new_secret
from tests.clients.calling import LANGUAGES, Client, client, network, url_of
from tests.running import Running

THREAD = "đời sống/47 11"
UNMARKED = "Bai viet rat hay, cam on toa soan!"
GOOD = "Bài viết rất hay, cảm ơn tòa soạn!"
SECRET, NEXT_SECRET = new_secret(), new_secret()

pytestmark = pytest.mark.parametrize("command", LANGUAGES)


def comment(body: str = GOOD, name: str = "Minh Anh") -> dict[str, Any]:
    return {"thread": THREAD, "body": body, "author": {"name": name}}


async def judged(codau: Client, comment: dict[str, Any]) -> Any:
    """A comment with its verdict, which a busy machine may take more than two seconds for."""
    while comment["state"] == "queued":
        comment = await codau("comment", comment["id"])
    return comment


async def test_a_comment_goes_its_way(service: Running, command: list[str]) -> None:
    assert service.website.key
    async with client(command, url_of(service), service.website.key) as codau:
        rejected = await judged(codau, await codau("submit", comment(UNMARKED), "form-1"))
        assert (rejected["state"], rejected["reason"]) == ("rejected", "missing_diacritics")
        assert rejected["message"] == "Vui lòng gõ tiếng Việt có dấu."
        pending = await judged(codau, await codau("revise", rejected["id"], rejected["suggestion"]))
        assert (pending["state"], pending["body"], pending["id"]) == ("pending", GOOD, rejected["id"])
        empty = await codau("thread", THREAD)
        assert (empty["document"]["count"], empty["document"]["thread"]) == (0, THREAD)

        await service.decide(pending, "approve")
        assert (await codau("comment", pending["id"]))["state"] == "published"
        page = await codau("thread", THREAD, empty)
        assert [one["body"] for one in page["document"]["comments"]] == [GOOD]
        many = [THREAD, "4711", *(f"đời sống/{number}" for number in range(150))]
        assert await codau("counts", many) == {name: int(name == THREAD) for name in many}

        assert await codau("erase", pending["id"]) is None
        assert await codau("erase", pending["id"]) is None
        assert (await codau("comment", pending["id"]))["body"] is None
        assert (await codau("thread", THREAD, page))["document"]["count"] == 0


async def test_an_unchanged_thread_is_not_sent_again(service: Running, command: list[str]) -> None:
    await service.publish(GOOD, thread=THREAD)
    assert service.website.key
    async with network(service) as between, client(command, between.url, service.website.key) as codau:
        page = await codau("thread", THREAD)
        changed = page | {"document": "what the client kept"}
        assert await codau("thread", THREAD, changed) == changed
    assert {path for _, path in between.calls} == {
        "/v1/threads/%C4%91%E1%BB%9Di%20s%E1%BB%91ng%2F47%2011/comments?sort=oldest&limit=50"
    }


async def test_what_is_refused_is_told(service: Running, command: list[str]) -> None:
    author = {"author": {"name": "An", "id": "u-1"}}
    assert service.website.key
    async with client(command, url_of(service), service.website.key) as codau:
        invalid = await codau.problem("submit", comment(name=""), "form-1")
        assert (invalid["status"], invalid["code"]) == (422, "invalid_request")
        assert [error["field"] for error in invalid["errors"]] == ["author.name"]

        first = await codau("submit", comment() | author, "form-2")
        assert (await codau("submit", comment() | author, "form-2"))["id"] == first["id"]
        conflict = await codau.problem("submit", comment("Một ý khác.") | author, "form-2")
        assert (conflict["status"], conflict["code"]) == (409, "idempotency_conflict")

        limits = {"limits": {"author": "1/60s"}}
        assert (await service.admin("PATCH", "/v1/sites/bao/policy", json=limits)).status == 200
        hasty = await codau.problem("submit", comment("Thêm một ý nữa.") | author, "form-3")
        assert (hasty["status"], hasty["code"]) == (429, "rate_limited")
        assert 0 < hasty["retry_after_s"] <= 60

        lifted = {"limits": {"author": None}}
        assert (await service.admin("PATCH", "/v1/sites/bao/policy", json=lifted)).status == 200
        claimed = {"limit": 10, "lease_seconds": 60}
        await service.moderator("POST", "/v1/queue/claim", json=claimed)
        assert (await codau.problem("revise", first["id"], "Bản sửa."))["code"] == "claimed"
        assert (await codau.problem("comment", "../no such"))["status"] == 404
    async with client(command, url_of(service), "codau_website_wrong") as codau:
        assert (await codau.problem("counts", ["a"]))["code"] == "unauthorized"


async def test_a_bad_moment_makes_no_second_comment(service: Running, command: list[str]) -> None:
    """The answer is lost, then the service is away: the third call has the same key, and is recognised."""
    assert service.website.key
    async with network(service) as between, client(command, between.url, service.website.key) as codau:
        between.faults = ["lost", "busy"]
        sent = await codau("submit", comment(), "form-1")
        assert between.calls == [("POST", "/v1/comments")] * 3
    waiting = (await service.moderator("GET", "/v1/queue")).json["items"]
    assert [item["id"] for item in waiting] == [sent["id"]]


async def test_a_page_is_read_at_the_second_try(service: Running, command: list[str]) -> None:
    assert service.website.key
    async with network(service) as between, client(command, between.url, service.website.key) as codau:
        between.faults = ["busy"]
        assert await codau("counts", ["a"]) == {"a": 0}
        assert len(between.calls) == 2


async def test_a_service_that_stays_away_is_told_soon(service: Running, command: list[str]) -> None:
    assert service.website.key
    async with network(service) as between, client(command, between.url, service.website.key) as codau:
        between.faults = ["proxy", "proxy", "proxy"]
        away = await codau.problem("submit", comment(), "form-1")
        assert (away["status"], away["code"], len(between.calls)) == (502, "unavailable", 3)

        between.faults, between.retry_after = ["busy"], "30"
        away = await codau.problem("comment", "c")
        assert (away["status"], away["code"], away["retry_after_s"]) == (503, "unavailable", 30)
        assert len(between.calls) == 4, "half a minute is for the reader's next click"


async def test_a_service_that_hangs_keeps_no_page_waiting_for_long(
    service: Running, command: list[str]
) -> None:
    """A page waits for 3 seconds at most, that is for one try here."""
    assert service.website.key
    async with network(service) as between, client(command, between.url, service.website.key) as codau:
        between.faults = ["silence"] * 3
        away = await codau.problem("counts", ["a"])
        assert (away["status"], away["code"], len(between.calls)) == (503, "unavailable", 1)
        between.silent.set()


async def test_a_key_from_a_forged_form_reaches_nobody(service: Running, command: list[str]) -> None:
    assert service.website.key
    async with network(service) as between, client(command, between.url, service.website.key) as codau:
        for key in ("", "a\r\nAuthorization: Bearer x", "a\n", "ố", "a" * 256):
            assert (await codau.problem("submit", comment(), key))["code"] == "invalid_request"
    assert between.calls == []


def message(*secrets_: str, age_s: int = 0, body: str | None = None) -> tuple[str, dict[str, str]]:
    """A webhook's message, signed by the specification's own library."""
    body = body or json.dumps({"type": "comment.published", "data": {"body": GOOD}}, ensure_ascii=False)
    at, name = datetime.now(UTC) - timedelta(seconds=age_s), secrets.token_hex(8)
    signatures = [Webhook(secret).sign(name, at, body) for secret in secrets_]
    return body, {
        "webhook-id": name,
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": " ".join(signatures),
    }


async def test_a_message_is_read_if_it_is_signed(command: list[str]) -> None:
    async with client(command, "http://127.0.0.1:9", "unused") as codau:
        for signing, known in [
            ([SECRET], [SECRET]),
            ([NEXT_SECRET, SECRET], [SECRET]),
            ([SECRET], [NEXT_SECRET, SECRET]),
        ]:
            body, headers = message(*signing)
            assert (await codau("verify", body, headers, known))["data"]["body"] == GOOD
        body, headers = message(SECRET)
        headers["webhook-signature"] = f"v1a,AAAA v2,x v1 v1, {headers['webhook-signature']}"
        assert (await codau("verify", body, headers, [SECRET]))["type"] == "comment.published"
        assert await codau("verify", *message(SECRET, age_s=290), [SECRET])


async def test_any_other_message_is_refused(command: list[str]) -> None:
    body, headers = message(SECRET)
    stamp = headers["webhook-timestamp"]
    async with client(command, "http://127.0.0.1:9", "unused") as codau:
        for sent, given, known in [
            (body, headers, [NEXT_SECRET]),
            (body, headers, []),
            (body + " ", headers, [SECRET]),
            (body, headers | {"webhook-id": "another"}, [SECRET]),
            (body, headers | {"webhook-timestamp": str(int(time.time()) + 1)}, [SECRET]),
            (*message(SECRET, age_s=310), [SECRET]),
            (*message(SECRET, age_s=-310), [SECRET]),
            (body, headers | {"webhook-timestamp": f"{stamp}.0"}, [SECRET]),
            (body, headers | {"webhook-timestamp": ""}, [SECRET]),
            (body, headers | {"webhook-signature": ""}, [SECRET]),
            (body, headers | {"webhook-signature": "v1,"}, [SECRET]),
            (body, headers | {"webhook-signature": "v1,ố"}, [SECRET]),
            (
                body,
                headers | {"webhook-signature": headers["webhook-signature"].replace("v1", "v2")},
                [SECRET],
            ),
            (body, {}, [SECRET]),
        ]:
            assert await codau.say("verify", sent, given, known) == {"not_signed": True}, given
