"""`POST /v1/check`: what would become of a text; nothing is kept."""

import json
from typing import Any

from tests.api.calls import GOOD, UNMARKED, describe, set_policy, wrong_fields
from tests.running import Answer, Running
from tests.store.looking import connected


async def check(service: Running, body: str, **fields: Any) -> Answer:
    return await service.website("POST", "/v1/check", json={"body": body} | fields)


async def test_a_good_text_would_wait(idle_service: Running) -> None:
    answer = await check(idle_service, GOOD)
    assert (answer.status, answer.json) == (
        200,
        {"state": "pending", "findings": [], "suggestion": None, "message": None, "reason": None},
    )


async def test_a_text_without_marks_would_be_rejected_with_a_suggestion(idle_service: Running) -> None:
    verdict = (await check(idle_service, UNMARKED)).json
    assert (verdict["state"], verdict["reason"]) == ("rejected", "missing_diacritics")
    assert verdict["message"] == "Vui lòng gõ tiếng Việt có dấu."
    assert verdict["suggestion"] == GOOD
    [finding] = verdict["findings"]
    assert finding.keys() == {"check", "code", "action", "score", "spans", "message"}
    assert (finding["code"], finding["action"]) == ("missing_diacritics", "reject")
    assert 0 <= finding["score"] <= 1
    assert all(0 <= start < end <= len(UNMARKED) for start, end in finding["spans"])


async def test_check_and_intake_agree(service: Running) -> None:
    for body in ("Tin vui ghê!", UNMARKED, "Xem ở https://vidu.example/a nhé các bạn."):
        would, did = (await check(service, body)).json, await service.submit(body)
        for name in ("state", "findings", "suggestion", "reason", "message"):
            assert would[name] == did[name], (body, name)


async def test_messages_are_english_for_those_who_prefer_it(idle_service: Running) -> None:
    async def message(accept: str) -> Any:
        headers = {"Accept-Language": accept}
        document = {"body": UNMARKED}
        return (await idle_service.website("POST", "/v1/check", json=document, headers=headers)).json[
            "message"
        ]

    vietnamese = "Vui lòng gõ tiếng Việt có dấu."
    for accept in ("vi", "vi-VN,vi;q=0.9,en;q=0.8", "fr", "*", "", ";;q=", "en;q=0.1, vi"):
        assert await message(accept) == vietnamese, accept
    for accept in ("en", "en-US,en;q=0.9,vi;q=0.1", "fr, en;q=0.5"):
        assert await message(accept) != vietnamese, accept


async def test_a_threads_rules_apply_where_it_is_named(idle_service: Running) -> None:
    body = "Xem thêm ở https://vidu.example/a nhé các bạn."
    await describe(idle_service, "a/b", policy={"actions": {"link": "reject"}})
    assert (await check(idle_service, body, thread="a/b")).json["reason"] == "link"
    assert (await check(idle_service, body)).json["state"] == "pending"
    assert (await check(idle_service, body, thread=None)).json["state"] == "pending"


async def test_ignored_findings_are_not_shown(idle_service: Running) -> None:
    await set_policy(idle_service, actions={"missing_diacritics": "ignore"})
    verdict = (await check(idle_service, UNMARKED)).json
    assert "missing_diacritics" not in {finding["code"] for finding in verdict["findings"]}
    assert verdict["reason"] is None


async def test_the_reason_is_the_first_that_rejects_in_the_order_of_the_table(idle_service: Running) -> None:
    await set_policy(
        idle_service, words={"banned": ["chuyện nhảm"]}, actions={"link": "reject", "contact": "reject"}
    )
    body = "Gọi 0912 345 678, xem https://vidu.example/a, toàn chuyện nhảm thôi các bạn ơi."
    verdict = (await check(idle_service, body)).json
    codes = [finding["code"] for finding in verdict["findings"] if finding["action"] == "reject"]
    assert verdict["reason"] == codes[0] == "banned_word"
    assert codes.index("link") < codes.index("contact")


async def test_spans_count_code_points(idle_service: Running) -> None:
    body = "😀😀 Đọc ở https://vidu.example/a nhé"
    [finding] = [f for f in (await check(idle_service, body)).json["findings"] if f["code"] == "link"]
    [[start, end]] = finding["spans"]
    assert body[start:end] == "https://vidu.example/a"


async def test_wrong_texts_are_refused(idle_service: Running) -> None:
    for body in ("", "  \n", "\u200b", "a\0b", "a" * 5001):
        assert wrong_fields(await check(idle_service, body)) == {"body"}, body[:9]
    assert wrong_fields(await check(idle_service, GOOD, thread="..")) == {"thread"}
    assert wrong_fields(await check(idle_service, GOOD, author={"name": "A"})) == {"author"}


async def test_nothing_is_kept(idle_service: Running, redis_url: str) -> None:
    with connected(redis_url) as client:
        before = sorted(client.scan_iter())
        await check(idle_service, UNMARKED, thread="chua-co")
        assert sorted(client.scan_iter()) == before


async def test_every_role_may_check(idle_service: Running) -> None:
    document = json.dumps({"body": GOOD})
    headers = {"Content-Type": "application/json"}
    for caller, path in ((idle_service.moderator, "/v1/check"), (idle_service.admin, "/v1/check?site=bao")):
        assert (await caller("POST", path, data=document, headers=headers)).status == 200
