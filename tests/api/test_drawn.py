"""Documents, queries, texts and bytes that chance draws: whatever comes, the service knows what to say."""

import json
import unicodedata
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from service.app import ENDPOINTS
from tests.api.calls import GOOD, comment_of, dumped, wrong_fields
from tests.api.surviving import TYPED, send, survived
from tests.api.test_roles import address_of, query_of
from tests.running import Running

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
