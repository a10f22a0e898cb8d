"""`POST /v1/comments`: what is taken in, how it is brought to its form, and what is refused."""

import re
import unicodedata
from typing import Any

import pytest

from tests.api.calls import GOOD, WHO, another_process, comment_of, refused, set_policy, wrong_fields
from tests.running import Answer, Caller, Running

TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", re.ASCII)


async def send(service: Running, document: Any, **headers: str) -> Answer:
    return await service.website("POST", "/v1/comments", json=document, headers=headers)


async def body_of(service: Running, body: str) -> str:
    answer = await send(service, comment_of(body))
    assert answer.status == 202, answer.text
    return str(answer.json["body"])


async def test_a_comment_is_answered_as_the_contract_shows_it(idle_service: Running) -> None:
    answer = await send(idle_service, comment_of(thread="doi-song/4711", author=WHO))
    assert answer.status == 202
    assert answer.headers["Content-Type"].startswith("application/json")
    assert answer.headers["Location"] == f"/v1/comments/{answer.json['id']}"
    shown = answer.json
    assert TIME.fullmatch(shown["created_at"])
    assert TIME.fullmatch(shown["updated_at"])
    assert shown == {
        "id": shown["id"],
        "site": "bao",
        "thread": "doi-song/4711",
        "parent_id": None,
        "state": "queued",
        "version": 1,
        "author": {"name": "Minh Anh", "id": "ban-doc-7"},
        "body": GOOD,
        "original_body": None,
        "edited": False,
        "findings": [],
        "suggestion": None,
        "reason": None,
        "message": None,
        "created_at": shown["created_at"],
        "updated_at": shown["updated_at"],
        "published_at": None,
    }


async def test_what_was_answered_202_is_found_again(idle_service: Running) -> None:
    sent = await send(idle_service, comment_of())
    found = await idle_service.website("GET", sent.headers["Location"])
    assert (found.status, found.json) == (200, sent.json)


async def test_a_judged_comment_without_findings_waits(service: Running) -> None:
    comment = await service.submit(GOOD)
    assert (comment["state"], comment["findings"], comment["reason"]) == ("pending", [], None)
    assert comment["version"] == 2
    assert comment["published_at"] is None


@pytest.mark.parametrize("missing", ["thread", "body", "author"])
async def test_thread_body_and_author_are_required(idle_service: Running, missing: str) -> None:
    document = comment_of()
    del document[missing]
    assert wrong_fields(await send(idle_service, document)) == {missing}


async def test_the_authors_name_is_required(idle_service: Running) -> None:
    assert wrong_fields(await send(idle_service, comment_of(author={}))) == {"author.name"}


async def test_every_wrong_field_is_named(idle_service: Running) -> None:
    wrong = comment_of(body="", thread="", author={"name": "", "ip": "1.2.3"}, thread_url="javascript:1")
    assert wrong_fields(await send(idle_service, wrong)) == {
        "body",
        "thread",
        "author.name",
        "author.ip",
        "thread_url",
    }


TAKEN: list[dict[str, Any]] = [
    {"thread": "x"},
    {"thread": "é" * 256},
    {"thread": "a b/c?d#e%f"},
    {"thread": "..."},
    {"author": {"name": "A"}},
    {"author": {"name": "Đ" * 80}},
    {"author": {"name": "A", "id": "x" * 254}},
    {"author": {"name": "A", "id": None, "email": None, "ip": None, "user_agent": None}},
    {"author": {"name": "A", "email": "x" * 248 + "@a.vn"}},
    {"author": {"name": "A", "ip": "2001:db8::1"}},
    {"author": {"name": "A", "ip": "203.0.113.255"}},
    {"author": {"name": "A", "user_agent": "u" * 512}},
    {"thread_title": "t" * 300},
    {"thread_url": "https://bao.example/" + "a" * 1980},
    {"thread_url": "http://bao.example"},
    {"parent_id": None, "thread_title": None, "thread_url": None},
    {"body": "ạ" * 5000},
    {"body": "Ừ"},
]


async def test_what_the_contract_allows_is_taken(idle_service: Running) -> None:
    for fields in TAKEN:
        answer = await send(idle_service, comment_of(**fields))
        assert answer.status == 202, (fields, answer.text)


REFUSED: list[tuple[str, dict[str, Any]]] = [
    ("thread", {"thread": ""}),
    ("thread", {"thread": "x" * 257}),
    ("thread", {"thread": "."}),
    ("thread", {"thread": ".."}),
    ("thread", {"thread": 7}),
    ("thread", {"thread": None}),
    ("thread", {"thread": "a\0b"}),
    ("body", {"body": ""}),
    ("body", {"body": " \n\t "}),
    ("body", {"body": "\u200b\u200b"}),
    ("body", {"body": "\x01\x02"}),
    ("body", {"body": "a" * 5001}),
    ("body", {"body": "a\0b"}),
    ("body", {"body": ["a"]}),
    ("body", {"body": None}),
    ("author", {"author": None}),
    ("author", {"author": "Minh Anh"}),
    ("author.name", {"author": {"name": ""}}),
    ("author.name", {"author": {"name": "  "}}),
    ("author.name", {"author": {"name": "\u200b"}}),
    ("author.name", {"author": {"name": "x" * 81}}),
    ("author.name", {"author": {"name": "a\0b"}}),
    ("author.name", {"author": {"name": 5}}),
    ("author.id", {"author": {"name": "A", "id": "x" * 255}}),
    ("author.id", {"author": {"name": "A", "id": "email:abc"}}),
    ("author.id", {"author": {"name": "A", "id": "address:abc"}}),
    ("author.id", {"author": {"name": "A", "id": 5}}),
    ("author.email", {"author": {"name": "A", "email": "x" * 255}}),
    ("author.ip", {"author": {"name": "A", "ip": "203.0.113.256"}}),
    ("author.ip", {"author": {"name": "A", "ip": "fe80::1%eth0"}}),
    ("author.ip", {"author": {"name": "A", "ip": "ai đó"}}),
    ("author.user_agent", {"author": {"name": "A", "user_agent": "u" * 513}}),
    ("author.nick", {"author": {"name": "A", "nick": "B"}}),
    ("thread_title", {"thread_title": "t" * 301}),
    ("thread_url", {"thread_url": "https://bao.example/" + "a" * 1981}),
    ("thread_url", {"thread_url": "ftp://bao.example/"}),
    ("thread_url", {"thread_url": "//bao.example/"}),
    ("thread_url", {"thread_url": "https://"}),
    ("parent", {"parent": "x"}),
    ("parent_id", {"parent_id": 5}),
    ("state", {"state": "published"}),
    ("newsroom", {"newsroom": True}),
]


async def test_what_the_contract_forbids_is_refused(idle_service: Running) -> None:
    for field, fields in REFUSED:
        answer = await send(idle_service, comment_of(**fields))
        assert wrong_fields(answer) == {field}, fields
    assert await idle_service.queue.length() == 0


async def test_a_text_typed_with_combining_marks_comes_out_in_nfc(idle_service: Running) -> None:
    document = comment_of(
        unicodedata.normalize("NFD", GOOD), author={"name": unicodedata.normalize("NFD", "Đặng Thị Ngọc")}
    )
    answer = await send(idle_service, document)
    assert answer.json["body"] == GOOD
    assert answer.json["author"]["name"] == "Đặng Thị Ngọc"


async def test_lengths_are_counted_in_nfc_code_points(idle_service: Running) -> None:
    longest = "\N{LATIN SMALL LETTER A WITH CIRCUMFLEX AND DOT BELOW}" * 5000
    assert await body_of(idle_service, unicodedata.normalize("NFD", longest)) == longest
    assert await body_of(idle_service, "  " + "a" * 4999 + "\N{GRINNING FACE}\n\n") == "a" * 4999 + "😀"


async def test_line_ends_and_control_characters_are_cleaned(idle_service: Running) -> None:
    assert await body_of(idle_service, " Một\r\nhai\rba\x07\tbốn\x1b[31m \n") == "Một\nhai\nba\tbốn[31m"


async def test_emoji_keep_their_joiners_and_selectors(idle_service: Running) -> None:
    family = "Hay quá 👨\u200d👩\u200d👧 ❤\ufe0f 🏳\ufe0f\u200d🌈"
    assert await body_of(idle_service, family) == family


async def test_what_hides_is_taken_out_of_the_body_and_shown_to_moderators(service: Running) -> None:
    typed = "Bài viết rất h\u200bay, cảm ơn \u202etòa soạn\u202c!"
    comment = await service.submit(typed)
    shown = "Bài viết rất hay, cảm ơn tòa soạn!"
    assert comment["body"] == shown
    assert "hidden_characters" in {finding["code"] for finding in comment["findings"]}
    seen = await service.moderator("GET", f"/v1/comments/{comment['id']}")
    assert (seen.json["body"], seen.json["submitted_body"]) == (shown, typed)


async def test_the_policy_sets_the_bounds_of_a_body(idle_service: Running) -> None:
    await set_policy(idle_service, length={"min": 5, "max": 10})
    assert await body_of(idle_service, "Hay đó") == "Hay đó"
    assert wrong_fields(await send(idle_service, comment_of("Hay"))) == {"body"}
    assert wrong_fields(await send(idle_service, comment_of("Hay quá là hay"))) == {"body"}


async def test_an_admin_submits_for_the_site_he_names(idle_service: Running) -> None:
    sent = await idle_service.admin("POST", "/v1/comments?site=khac", json=comment_of())
    assert (sent.status, sent.json["site"]) == (202, "khac")
    assert wrong_fields(await idle_service.admin("POST", "/v1/comments", json=comment_of())) == {"site"}
    nowhere = await idle_service.admin("POST", "/v1/comments?site=khong-co", json=comment_of())
    refused(nowhere, 404, "not_found")


async def test_the_articles_title_and_address_come_with_the_comment(service: Running) -> None:
    await service.submit(GOOD, thread_title="Một  ngày\nmới", thread_url="https://bao.example/1")
    [item] = (await service.moderator("GET", "/v1/queue")).json["items"]
    assert (item["thread_title"], item["thread_url"]) == ("Một ngày mới", "https://bao.example/1")


async def test_too_many_comments_of_one_author_are_refused_at_the_door(idle_service: Running) -> None:
    await set_policy(idle_service, limits={"author": "2/60s"})
    eager = comment_of(author={"name": "Nhanh", "id": "nhanh"})
    assert [(await send(idle_service, eager)).status for _ in range(2)] == [202, 202]
    answer = await send(idle_service, eager)
    refused(answer, 429, "rate_limited")
    assert 1 <= int(answer.headers["Retry-After"]) <= 60
    calm = await send(idle_service, comment_of(author={"name": "Khác", "id": "khac"}))
    assert calm.status == 202
    assert await idle_service.queue.length() == 3


async def test_limits_of_address_and_site_hold_for_all_who_share_them(idle_service: Running) -> None:
    await set_policy(idle_service, limits={"address": "1/60s"})
    assert (await send(idle_service, comment_of(author=WHO))).status == 202
    neighbour = WHO | {"id": "nguoi-khac"}
    refused(await send(idle_service, comment_of(author=neighbour)), 429, "rate_limited")
    await set_policy(idle_service, limits={"address": None, "site": "1/1h"})
    assert (await send(idle_service, comment_of())).status == 202
    refused(await send(idle_service, comment_of()), 429, "rate_limited")


async def test_an_answer_tells_what_the_limits_still_let_pass(idle_service: Running) -> None:
    await set_policy(idle_service, limits={"author": "30/60s", "address": "120/1h", "site": "5/1s"})
    answer = await send(idle_service, comment_of(author=WHO))
    assert answer.headers["RateLimit-Policy"] == (
        '"author";q=30;w=60, "address";q=120;w=3600, "site";q=5;w=1'
    )
    assert answer.headers["RateLimit"] == '"author";r=29;t=2, "address";r=119;t=30, "site";r=4;t=1'
    await set_policy(idle_service, limits={"author": None, "address": None, "site": None})
    assert "RateLimit" not in (await send(idle_service, comment_of(author=WHO))).headers


@pytest.mark.one_server  # a cluster counts under each limit up to the one that refuses
async def test_a_refusal_tells_which_limit_and_costs_the_others_nothing(idle_service: Running) -> None:
    await set_policy(idle_service, limits={"author": "30/1h", "address": "1/1d"})
    assert (await send(idle_service, comment_of(author=WHO))).status == 202
    answer = await send(idle_service, comment_of(author=WHO))
    refused(answer, 429, "rate_limited")
    assert answer.headers["RateLimit-Policy"] == '"address";q=1;w=86400'
    assert answer.headers["RateLimit"] == f'"address";r=0;t={answer.headers["Retry-After"]}'
    assert 86_300 < int(answer.headers["Retry-After"]) <= 86_400
    await set_policy(idle_service, limits={"address": None})
    again = await send(idle_service, comment_of(author=WHO))
    assert again.headers["RateLimit"].startswith('"author";r=28;')


async def test_neighbours_of_one_ipv6_network_share_the_limit_of_an_address(idle_service: Running) -> None:
    await set_policy(idle_service, limits={"address": "2/1h"})

    async def from_address(ip: str) -> int:
        return (await send(idle_service, comment_of(author={"name": "An", "ip": ip}))).status

    inside = ("2001:db8:0:7::1", "2001:db8:0:7:ffff::2", "2001:db8:0:7:1:2:3:4")
    assert [await from_address(ip) for ip in inside] == [202, 202, 429]
    assert await from_address("2001:db8:0:8::1") == 202
    assert await from_address("203.0.113.1") == 202


async def test_a_limit_of_one_site_is_not_that_of_another(idle_service: Running) -> None:
    await set_policy(idle_service, limits={"author": "1/1h", "site": "1/1h"})
    assert [(await send(idle_service, comment_of(author=WHO))).status for _ in range(2)] == [202, 429]
    there = await idle_service.admin("POST", "/v1/comments?site=khac", json=comment_of(author=WHO))
    assert there.status == 202


async def test_a_key_that_was_revoked_a_moment_ago_is_refused_whatever_it_sends(
    idle_service: Running, redis_url: str
) -> None:
    parent_id = (await send(idle_service, comment_of(), **{"Idempotency-Key": "k"})).json["id"]
    async with another_process(redis_url) as http:
        for document, headers in (
            (comment_of(), {}),
            (comment_of(), {"Idempotency-Key": "k"}),
            (comment_of(), {"Idempotency-Key": "hai khóa"}),
            (comment_of(parent_id=parent_id), {}),
            (comment_of(parent_id=parent_id), {"Idempotency-Key": "k"}),
            (comment_of(body=""), {}),
        ):
            named = {"role": "website", "name": "cũ"}
            made = (await idle_service.admin("POST", "/v1/sites/bao/keys", json=named)).json
            old = Caller(http, made["key"])
            known = await old("POST", "/v1/comments", json=comment_of(), headers={"Idempotency-Key": "k"})
            assert known.json["id"] == parent_id
            await idle_service.admin("DELETE", f"/v1/sites/bao/keys/{made['id']}")
            refused(await old("POST", "/v1/comments", json=document, headers=headers), 401, "unauthorized")
    assert await idle_service.queue.length() == 1


async def test_who_is_known_by_an_address_alone_is_limited_as_an_address(idle_service: Running) -> None:
    await set_policy(idle_service, limits={"author": "1/60s", "address": "3/60s"})
    for name in ("An", "Bình", "Chi"):
        sent = await send(idle_service, comment_of(author={"name": name, "ip": "203.0.113.9"}))
        assert sent.status == 202, "many readers share an address"
    fourth = await send(idle_service, comment_of(author={"name": "Dung", "ip": "203.0.113.9"}))
    refused(fourth, 429, "rate_limited")


async def test_one_abuser_does_not_use_up_the_limit_of_the_whole_site(idle_service: Running) -> None:
    await set_policy(idle_service, limits={"author": "2/60s", "site": "5/60s"})
    eager = comment_of(author={"name": "Nhanh", "id": "nhanh"})
    assert [(await send(idle_service, eager)).status for _ in range(8)] == [202] * 2 + [429] * 6
    calm = await send(idle_service, comment_of(author={"name": "Khác", "id": "khac"}))
    assert calm.status == 202
