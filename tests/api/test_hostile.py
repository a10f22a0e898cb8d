"""What no well-meaning client sends: refused as a problem, without a 500 or a traceback; nothing breaks."""

import asyncio
import gzip
import json
import unicodedata
import zlib
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from service.app import ENDPOINTS
from tests.api.calls import GOOD, JSON, as_sent, comment_of, dumped, post, raw, refused, wrong_fields
from tests.api.test_roles import address_of, query_of
from tests.running import ADMIN_KEY, Answer, Running

TYPED = {"Content-Type": "application/json"}


async def send(service: Running, body: bytes, path: str = "/v1/comments", **headers: str) -> Answer:
    return await service.website("POST", path, data=body, headers=TYPED | headers)


def survived(answer: Answer) -> None:
    """Assert that the service knew what to say."""
    assert answer.status < 500, answer.text
    assert "Traceback" not in answer.text
    if answer.status >= 400:
        assert answer.headers["Content-Type"].startswith("application/problem+json")


async def alive(service: Running) -> None:
    assert (await service.website("POST", "/v1/comments", json=comment_of())).status == 202


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


async def test_a_body_that_says_it_is_compressed_is_refused(idle_service: Running) -> None:
    for encoding, body in (
        ("gzip", b"this is no gzip"),
        ("gzip", gzip.compress(dumped(comment_of()))[:-12]),
        ("gzip", b""),
        ("deflate", b"\x00\x01\x02"),
        ("br", b"\xff\xff\xff"),
        ("zstd", b"nonsense"),
        ("identity, gzip", b"nonsense"),
        ("nonsense", dumped(comment_of())),
    ):
        status, _, answer = await raw(
            idle_service, post(idle_service.website, body, JSON, b"Content-Encoding: " + encoding.encode())
        )
        assert (status, json.loads(answer)["code"]) == (415, "unsupported_media_type"), encoding
        assert b"Traceback" not in answer
    await alive(idle_service)


async def test_a_small_body_that_unpacks_to_a_large_one_is_not_unpacked(idle_service: Running) -> None:
    bomb = zlib.compressobj(9, wbits=31)
    packed = bomb.compress(dumped(comment_of()) + b" " * 30_000_000) + bomb.flush()
    assert len(packed) < 64 * 1024
    request = post(idle_service.website, packed, JSON, b"Content-Encoding: gzip")
    status, _, answer = await raw(idle_service, request)
    assert (status, json.loads(answer)["code"]) == (415, "unsupported_media_type")
    await alive(idle_service)


async def test_wrong_charsets_change_nothing(idle_service: Running) -> None:
    for charset in ("latin-1", "utf-16", "no-such-charset", '"', "utf-8; charset=latin-1"):
        header = JSON + b"; charset=" + charset.encode()
        status, _, body = await raw(idle_service, post(idle_service.website, dumped(comment_of()), header))
        assert status in (202, 415), (charset, body)
        if status == 202:
            assert json.loads(body)["body"] == GOOD


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


CURSORS = [
    "",
    "x",
    "%",
    "=",
    "é",
    "\x00",
    "A" * 10_000,
    "bmFuIDA",  # nan 0
    "aW5mIDBzbmM1MjB3MDIzZWcwMDAwMDAwMDc",  # inf and a well-formed id
    "bmFuIDBzbmM1MjB3MDIzZWcwMDAwMDAwMDc",  # nan and a well-formed id
    "LWluZiAwc25jNTIwdzAyM2VnMDAwMDAwMDA3",  # -inf and a well-formed id
    "MWUzMDAgMHNuYzUyMHcwMjNlZzAwMDAwMDAwNwo",  # ends in a line feed
    "MTcwMDAwMDAwMDAwMC4wIA",  # no id
    "eyJhIjoxfQ",
]


async def test_what_is_no_cursor_is_refused(idle_service: Running) -> None:
    for cursor in CURSORS:
        for caller, path in (
            (idle_service.moderator, "/v1/queue"),
            (idle_service.moderator, "/v1/queue?order=risk"),
            (idle_service.moderator, "/v1/authors/u-1"),
            (idle_service.website, "/v1/threads/a/comments"),
        ):
            answer = await caller("GET", path, params={"cursor": cursor})
            assert wrong_fields(answer) == {"cursor"}, cursor[:50]


async def test_unknown_and_repeated_parameters_are_refused(service: Running) -> None:
    comment = await service.submit(GOOD)
    for caller, path, field in (
        (service.website, f"/v1/comments/{comment['id']}?verbose=1", "verbose"),
        (service.website, f"/v1/comments/{comment['id']}?site=bao&site=bao", "site"),
        (service.website, "/v1/threads/a/comments?limt=5", "limt"),
        (service.moderator, "/v1/queue?state=pending&state=rejected", "state"),
        (service.moderator, "/v1/queue?=x", ""),
        (service.admin, "/v1/sites?site=bao", "site"),
        (service.moderator, "/v1/queue?limit=5&limit=5", "limit"),
        (service.moderator, "/v1/queue?limit", "limit"),
        (service.moderator, "/v1/queue?limit=%EF%BC%95%00", "limit"),
    ):
        assert wrong_fields(await caller("GET", as_sent(path))) == {field}, path
    answer = await service.website("POST", "/v1/comments?dry_run=1", json=comment_of())
    assert wrong_fields(answer) == {"dry_run"}


PATHS = [
    "%00",
    "a%00b",
    "%FF",
    "%ED%A0%80",
    "%C0%AE%C0%AE",
    "%2F",
    "%252F",
    "%25",
    "%",
    "%zz",
    "%2",
    "a%0D%0AX-Evil:%201",
    "%E2%80%AE",
    "%7B%7D",
    "*",
    "a;b",
    "%5C..%5C",
    "..%2F..%2Fqueue",
    "%2e%2e%2fqueue",
    "a" * 7_000,
    "%F0%9F%98%80" * 500,
]


async def test_absurd_addresses_are_answered(service: Running) -> None:
    request = b"%s %s HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer %s\r\nContent-Length: 0\r\n\r\n"
    for part in PATHS:
        for method, pattern, caller in (
            ("GET", "/v1/comments/{}", service.website),
            ("DELETE", "/v1/comments/{}", service.website),
            ("GET", "/v1/comments/{}/history", service.moderator),
            ("GET", "/v1/threads/{}/comments", service.website),
            ("PUT", "/v1/threads/{}", service.website),
            ("GET", "/v1/sites/{}/policy", service.admin),
            ("DELETE", "/v1/sites/bao/keys/{}", service.admin),
            ("GET", "/v1/counts?thread={}", service.website),
            ("GET", "/v1/queue?cursor={}", service.moderator),
            ("GET", "/v1/queue?site={}", service.admin),
            ("GET", "/{}", service.nobody),
        ):
            key = str(caller.key).encode()
            line = (method.encode(), pattern.format(part).encode(), key)
            status, headers, body = await raw(service, request % line)
            assert status < 500, (line, body)
            assert "x-evil" not in headers
            assert b"Traceback" not in body
    await alive(service)


HEADERS = [
    b"Authorization: Bearer \xff\xfe",
    b"Authorization: Bearer \xc3\xa9",
    b"Authorization: Bearer " + b"x" * 7_000,
    b"Authorization: \xed\xa0\x80",
    b"Idempotency-Key: \xff",
    b"Idempotency-Key: " + "khóa".encode(),
    b"Prefer: wait=\xff",
    b"Prefer: " + b"wait=1," * 900,
    b"Accept-Language: \xff\xfe;q=\xff",
    b"Accept-Language: en;q=" + b"9" * 5_000,
    b"Accept-Language: " + b"en;q=0.1," * 700,
    b"Accept: application/xml",
    b"Content-Type: \xff/\xff",
    b"Content-Type: ;;;",
    b"Content-Type: application/json; charset=\xff",
    b"If-None-Match: \xff",
    b"X-Forwarded-For: \xff",
    b"Cookie: a=\xff; \x01",
    b"Expect: 200-maybe",
    b"Accept-Encoding: \xff",
    b"Range: bytes=0-0,-1",
    b"Host: \xff",
]


async def test_odd_headers_are_survived(idle_service: Running) -> None:
    good = dumped(comment_of())
    for header in HEADERS:
        name = header.partition(b":")[0]
        lines = [line for line in (JSON,) if not line.startswith(name)]
        request = post(idle_service.website, good, *lines, b"Connection: close", header)
        if name in (b"Authorization", b"Host"):
            request = b"\r\n".join(
                line for line in request.split(b"\r\n") if not line.startswith(name) or line == header
            )
        status, _, body = await raw(idle_service, request)
        assert status < 500, (header[:60], body)
        assert b"Traceback" not in body
    await alive(idle_service)


async def test_a_key_in_bytes_that_are_no_text_is_no_key(idle_service: Running) -> None:
    for key in (b"\xff\xfe", b"\xed\xa0\x80", "chìa".encode()):
        request = b"GET /v1/counts?thread=a HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer " + key + b"\r\n\r\n"
        status, headers, body = await raw(idle_service, request)
        assert (status, json.loads(body)["code"]) == (401, "unauthorized")
        assert headers["www-authenticate"].startswith("Bearer")


BROKEN = [
    b"GET\r\n\r\n",
    b"\x16\x03\x01\x02\x00\x01\x00\r\n\r\n",
    b"GET /v1/counts HTTP/9.9\r\n\r\n",
    b"GET /v1/counts HTTP/1.1\r\nHost: a\r\nbroken header\r\n\r\n",
    b"GET /v1/counts HTTP/1.1\r\nHost: a\r\nX: " + b"x" * 20_000 + b"\r\n\r\n",
    b"GET /" + b"x" * 700_000 + b" HTTP/1.1\r\nHost: a\r\n\r\n",
    b"POST /v1/check HTTP/1.1\r\nHost: a\r\nContent-Length: -1\r\n\r\n",
    b"POST /v1/check HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    b"POST /v1/check HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n\r\n",
    b"G\x00T / HTTP/1.1\r\nHost: a\r\n\r\n",
    "LẤY / HTTP/1.1\r\nHost: a\r\n\r\n".encode(),
]


async def test_what_is_no_http_is_refused(idle_service: Running) -> None:
    for request in BROKEN:
        status, _, body = await raw(idle_service, request)
        assert 400 <= status < 500, (request[:60], status, body)
        assert b"Traceback" not in body
    await alive(idle_service)


async def test_a_client_that_goes_away_in_the_middle_harms_nobody(idle_service: Running) -> None:
    request = post(idle_service.website, dumped(comment_of()), JSON)
    for cut in (10, 80, len(request) - 5):
        port = idle_service.website.http.server.port
        _, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(request[:cut])
        await writer.drain()
        writer.close()
        await writer.wait_closed()
    await alive(idle_service)
    assert await idle_service.queue.length() == 1


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters()),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)
FIELDS = st.fixed_dictionaries(
    {},
    optional={
        "thread": VALUES,
        "body": VALUES,
        "parent_id": VALUES,
        "thread_title": VALUES,
        "thread_url": VALUES,
        "author": VALUES
        | st.fixed_dictionaries(
            {"name": VALUES}, optional={"id": VALUES, "email": VALUES, "ip": VALUES, "user_agent": VALUES}
        ),
        "other": VALUES,
    },
)
MANY = settings(
    max_examples=150,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
    derandomize=True,
)


@MANY
@given(fields=FIELDS)
async def test_any_json_is_taken_or_refused(idle_service: Running, fields: dict[str, Any]) -> None:
    answer = await send(idle_service, json.dumps(comment_of() | fields).encode())
    survived(answer)
    assert answer.status in (202, 400, 422, 429)


TAKING = [endpoint for endpoint in ENDPOINTS if endpoint.body is not None]
PLAUSIBLE = st.sampled_from(
    ["", "a", GOOD, 1, 2, "bao", "spam", "website", "https://a.example/", [], {}, True]
)


@MANY
@given(data=st.data())
async def test_any_json_is_answered_by_every_call(idle_service: Running, data: st.DataObject) -> None:
    endpoint = data.draw(st.sampled_from(TAKING))
    assert endpoint.body is not None
    names = [*endpoint.body.model_fields, "length", "actions", "words", "other"]
    document = data.draw(st.dictionaries(st.sampled_from(names), PLAUSIBLE | VALUES, max_size=6))
    address = address_of(endpoint, "0" * 22)
    query = query_of(endpoint, **({} if address.startswith("/v1/sites") else {"site": "bao"}))
    body = json.dumps(document).encode()
    survived(await idle_service.admin(endpoint.method, address, params=query, data=body, headers=TYPED))


@MANY
@given(data=st.data())
async def test_any_query_is_answered_by_every_call(idle_service: Running, data: st.DataObject) -> None:
    endpoint = data.draw(st.sampled_from([each for each in ENDPOINTS if each.path != "/v1/events"]))
    names = [*endpoint.query.model_fields, "other"]
    values = st.sampled_from(["", "0", "1", "-1", "1e9", "oldest", "pending", "bao"]) | st.text(
        st.characters(exclude_categories=["Cs"]), max_size=20
    )
    query = data.draw(st.lists(st.tuples(st.sampled_from(names), values), max_size=4))
    address = address_of(endpoint, "0" * 22)
    given_site = [] if address.startswith("/v1/sites") else [("site", "bao")]
    survived(await idle_service.admin(endpoint.method, address, params=[*given_site, *query]))


@MANY
@given(text=st.text(st.characters(exclude_categories=["Cs"]), max_size=200))
async def test_any_text_is_kept_in_its_normal_form(idle_service: Running, text: str) -> None:
    answer = await send(idle_service, dumped(comment_of(text)))
    survived(answer)
    if answer.status == 202:
        body = answer.json["body"]
        assert body == body.strip() != ""
        assert unicodedata.is_normalized("NFC", body)
        assert not any(unicodedata.category(c) == "Cc" and c not in "\t\n" for c in body)
        again = await send(idle_service, dumped(comment_of(body)))
        assert again.json["body"] == body
    else:
        assert "\0" in text or wrong_fields(answer) == {"body"}


LETTERS = st.sampled_from(list("aăâeêioôơuưydđ bcdghklmnpqrstvxwfjz0123456789.,:/@-_()[]\n"))
MARKS = st.sampled_from(
    ["\u0300", "\u0301", "\u0303", "\u0309", "\u0323", "\u0302", "\u200d", "\u202e", "😀", "а"]
)
WORDS = st.sampled_from(
    ["toi", "khong", "tieesng", "www.", "https://", "zalo", "0912", "ạ", "&lt;", "aaaa", "@a"]
)


@MANY
@given(
    text=st.lists(LETTERS | MARKS | WORDS | st.characters(exclude_categories=["Cs"]), max_size=60).map(
        "".join
    )
)
async def test_any_text_is_checked(idle_service: Running, text: str) -> None:
    answer = await send(idle_service, dumped({"body": text}), path="/v1/check")
    survived(answer)
    if answer.status == 200:
        assert answer.json["state"] in ("pending", "rejected")
        assert "check_failed" not in answer.text
        submitted = unicodedata.normalize("NFC", text)
        spans = [span for finding in answer.json["findings"] for span in finding["spans"]]
        assert all(0 <= start < end <= len(submitted) for start, end in spans)


@MANY
@given(body=st.binary(max_size=100))
async def test_any_bytes_are_refused(idle_service: Running, body: bytes) -> None:
    answer = await send(idle_service, body)
    survived(answer)
    assert answer.code in ("invalid_json", "invalid_request")


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


async def test_the_admins_key_is_compared_as_a_whole(idle_service: Running) -> None:
    for key in (ADMIN_KEY[:-1], ADMIN_KEY + "x", ADMIN_KEY.upper()):
        answer = await idle_service.nobody("GET", "/v1/sites", headers={"Authorization": f"Bearer {key}"})
        refused(answer, 401, "unauthorized")
