"""Documents that no well-meaning client sends: refused as a problem, or taken as what they say."""

import json
import unicodedata
from typing import Any

import pytest

from tests.api.calls import GOOD, comment_of, dumped, refused, wrong_fields
from tests.api.surviving import TYPED, alive, send, survived
from tests.running import Running

NESTED = [b"[" * 20_000 + b"]" * 20_000, b"[" * 20_000, b'{"a":' * 10_000 + b"1" + b"}" * 10_000]


async def test_deep_nesting_is_refused(idle_service: Running) -> None:
    for nested in NESTED:
        for body in (nested, dumped(comment_of())[:-1] + b', "x": ' + nested[:40_000] + b"}"):
            answer = await send(idle_service, body)
            assert answer.code in ("invalid_json", "invalid_request")
        patch = await idle_service.admin("PATCH", "/v1/sites/bao/policy", data=nested, headers=TYPED)
        assert patch.code in ("invalid_json", "invalid_request")
        article = await idle_service.website(
            "PUT", "/v1/threads/a", data=b'{"policy": %s}' % nested, headers=TYPED
        )
        assert article.code in ("invalid_json", "invalid_request")
    await alive(idle_service)


async def test_surrogates_without_their_pair_are_refused(idle_service: Running) -> None:
    for escaped in (rb"\ud800", rb"\udfff", rb"\udc00\ud800", rb"a\ud83d", rb"\ude00z"):
        for field in ("body", "thread", "author", "thread_title", escaped.decode()):
            value: Any = {"name": "@"} if field == "author" else "@"
            body = json.dumps(comment_of(**{field: value})).encode().replace(b"@", escaped)
            body = body.replace(json.dumps(escaped.decode()).encode(), b'"' + escaped + b'"')
            answer = await send(idle_service, body)
            assert answer.code in ("invalid_json", "invalid_request"), (field, answer.text)
    for raw_surrogate in (b"\xed\xa0\x80", b"\xed\xbf\xbf"):
        refused(
            await send(idle_service, dumped(comment_of("@")).replace(b"@", raw_surrogate)),
            400,
            "invalid_json",
        )
    pair = await send(idle_service, json.dumps(comment_of("Hay \N{GRINNING FACE}")).encode())
    assert pair.json["body"] == "Hay 😀"


async def test_bytes_that_are_no_utf_8_are_refused(idle_service: Running) -> None:
    good = dumped(comment_of())
    for wrong in (b"\xff", b"\xc0\x80", b"\xe1\xba", b"\xf4\x90\x80\x80", "Bài".encode("cp1258", "replace")):
        if wrong.isascii():
            continue
        answer = await send(idle_service, good.replace("Bài".encode(), wrong))
        refused(answer, 400, "invalid_json")
    for encoding in ("utf-16", "utf-32", "utf-16-le", "utf-8-sig"):
        survived(await send(idle_service, json.dumps(comment_of()).encode(encoding)))


async def test_nul_is_refused_wherever_a_text_goes(service: Running) -> None:
    comment = await service.submit(GOOD)
    version = comment["version"]
    path = f"/v1/comments/{comment['id']}"
    for call, document in (
        (service.website, ("POST", f"{path}/revise", {"body": "a\0"})),
        (service.website, ("PUT", "/v1/threads/a", {"title": "a\0"})),
        (service.website, ("PUT", "/v1/threads/a", {"url": "https://a.example/\0"})),
        (service.website, ("PUT", "/v1/threads/a", {"policy": {"words": {"banned": ["a\0"]}}})),
        (service.website, ("POST", "/v1/check", {"body": "a\0"})),
        (service.website, ("POST", "/v1/check", {"body": "a", "thread": "\0"})),
        (service.website, ("POST", "/v1/comments", comment_of(author={"name": "A", "id": "a\0"}))),
        (service.website, ("POST", "/v1/comments", comment_of(author={"name": "A", "email": "a\0"}))),
        (service.website, ("POST", "/v1/comments", comment_of(author={"name": "A", "ip": "1.2.3.4\0"}))),
        (service.website, ("POST", "/v1/comments", comment_of(author={"name": "A", "user_agent": "a\0"}))),
        (service.website, ("POST", "/v1/comments", comment_of(parent_id="a\0"))),
        (service.website, ("POST", "/v1/comments", comment_of(thread_title="a\0"))),
        (service.moderator, ("POST", f"{path}/approve", {"version": version, "body": "a\0"})),
        (service.moderator, ("POST", f"{path}/approve", {"version": version, "note": "a\0"})),
        (service.moderator, ("POST", f"{path}/reject", {"version": version, "reason": "spam\0"})),
        (service.moderator, ("POST", f"{path}/edit", {"version": version, "body": "\0"})),
        (service.moderator, ("POST", f"{path}/reopen", {"version": version, "note": "\0"})),
        (service.admin, ("PUT", "/v1/sites/moi", {"name": "a\0"})),
        (service.admin, ("PATCH", "/v1/sites/bao/policy", {"words": {"suspect": ["a\0"]}})),
        (service.admin, ("PATCH", "/v1/sites/bao/policy", {"links": {"blocked_domains": ["a\0.example"]}})),
    ):
        method, address, body = document
        wrong_fields(await call(method, address, json=body))


async def test_nul_in_a_key_of_the_document_is_an_unknown_field(idle_service: Running) -> None:
    wrong_fields(await idle_service.website("POST", "/v1/comments", json=comment_of(**{"body\0": "x"})))


async def test_a_text_typed_apart_comes_out_composed_everywhere(service: Running) -> None:
    apart = unicodedata.normalize("NFD", "Sửa lại cho đúng")
    comment = await service.publish(GOOD)
    edited = await service.decide(comment, "edit", body=apart, note=apart)
    assert edited["body"] == "Sửa lại cho đúng"
    article = await service.website("PUT", "/v1/threads/a", json={"title": apart})
    assert article.json["title"] == "Sửa lại cho đúng"
    told = await service.moderator("GET", f"/v1/comments/{comment['id']}/history")
    assert unicodedata.is_normalized("NFC", told.text)


async def test_the_last_of_two_fields_of_one_name_counts(idle_service: Running) -> None:
    body = dumped(comment_of("Một"))[:-1] + b', "body": "Hai"}'
    answer = await send(idle_service, body)
    assert (answer.status, answer.json["body"]) == (202, "Hai")


NUMBERS = [b"NaN", b"Infinity", b"-Infinity", b"1e999", b"9" * 5000, b"-0", b"1E400", b"0x10", b"01", b"+1"]


async def test_absurd_numbers_are_refused(service: Running) -> None:
    comment = await service.submit(GOOD)
    for number in NUMBERS:
        answer = await service.moderator(
            "POST", f"/v1/comments/{comment['id']}/approve", data=b'{"version": %s}' % number, headers=TYPED
        )
        assert answer.code in ("invalid_json", "invalid_request", "version_conflict"), number[:9]
        survived(await send(service, dumped(comment_of())[:-1] + b', "parent_id": ' + number + b"}"))
    large = {"version": 2**63}
    survived(await service.moderator("POST", f"/v1/comments/{comment['id']}/approve", json=large))


@pytest.mark.parametrize("path", ["/v1/check", "/v1/comments"])
async def test_long_tangled_texts_are_answered_in_time(idle_service: Running, path: str) -> None:
    texts = [
        "a\u0301" * 2_400,
        "\u200b" * 4_000 + "a",
        "\u0300" * 4_999,
        "http://" * 700,
        "www." * 1_200,
        "0" * 5_000,
        "a.b" * 1_600,
        "(" * 5_000,
        "á " * 2_500,
        "\ufdfa" * 1_000,
        "😀\u200d" * 2_400,
    ]
    for text in texts:
        document = {"body": text} if path == "/v1/check" else comment_of(text)
        survived(await idle_service.website("POST", path, json=document))
