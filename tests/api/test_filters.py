"""The queue narrowed by one filter, in any order, with pages that stay right; search, and authors' pages."""

from typing import Any

import pytest

from tests.running import Running
from tests.store.looking import connected

PHONE = "Bác nào thấy con mèo thì nhắn giúp tôi qua số 0912 345 678 nhé."
LONG = "Đề nghị thành phố sớm lắp đèn tín hiệu ở ngã tư này cho bà con yên tâm."


async def listed(service: Running, **asked: Any) -> list[str]:
    """All ids of a list, read page by page."""
    ids: list[str] = []
    cursor: dict[str, str] = {}
    while True:
        answer = await service.moderator("GET", "/v1/queue", params={"limit": 2, **asked, **cursor})
        assert answer.status == 200, answer.text
        ids += [item["id"] for item in answer.json["items"]]
        if answer.json["next_cursor"] is None:
            assert answer.json["total"] == len(ids)
            return ids
        cursor = {"cursor": answer.json["next_cursor"]}


@pytest.fixture
async def made(service: Running) -> dict[str, str]:
    """Comments of two authors in two threads, by a name of ours."""
    texts = {
        "phone": ("a", "lan", PHONE),
        "good": ("a", "minh", "Bài viết hay quá!"),
        "other": ("b", "lan", "Tôi đồng ý với bác Nguyễn!"),
        "long": ("b", "minh", LONG),
        "copy": ("a", "lan", LONG + " Cảm ơn!"),
    }
    ids = {}
    for name, (thread, author, body) in texts.items():
        comment = await service.submit(body, thread=thread, author={"name": author.title(), "id": author})
        assert comment["state"] == "pending", comment
        ids[name] = comment["id"]
    return ids


async def test_each_filter_narrows_the_queue(service: Running, made: dict[str, str]) -> None:
    async def names(**asked: Any) -> list[str]:
        by_id = {comment_id: name for name, comment_id in made.items()}
        return [by_id[comment_id] for comment_id in await listed(service, **asked)]

    assert await names() == ["phone", "good", "other", "long", "copy"]
    assert await names(thread="a") == ["phone", "good", "copy"]
    assert await names(author="minh") == ["good", "long"]
    assert await names(code="contact") == ["phone"]
    assert await names(cluster=made["long"]) == ["long", "copy"]
    assert await names(author="lan", order="newest") == ["copy", "other", "phone"]
    assert await names(thread="khong-co") == []
    assert (await names(thread="a", order="risk"))[-1] == "good"


async def test_lists_follow_every_decision(service: Running, made: dict[str, str]) -> None:
    await service.decide({"id": made["phone"], "version": 2}, "approve")
    await service.decide({"id": made["good"], "version": 2}, "reject", reason="other")
    assert await listed(service, thread="a") == [made["copy"]]
    assert await listed(service, state="published", code="contact") == [made["phone"]]
    assert await listed(service, state="rejected", author="minh") == [made["good"]]
    assert await listed(service, state="published", thread="a") == [made["phone"]]


async def test_one_filter_at_a_time(service: Running) -> None:
    answer = await service.moderator("GET", "/v1/queue?thread=a&author=lan")
    assert (answer.status, answer.code) == (422, "invalid_request")
    assert "thread and author" in answer.json["errors"][0]["message"]
    assert (await service.moderator("GET", "/v1/queue?code=unknown")).status == 422
    assert (await service.moderator("GET", "/v1/queue?claimed=colleague")).status == 422


async def test_claimed_me_lists_what_this_moderator_holds(service: Running, made: dict[str, str]) -> None:
    await service.moderator("POST", "/v1/queue/claim", json={"limit": 2})
    await service.colleague("POST", "/v1/queue/claim", json={"limit": 1})
    assert await listed(service, claimed="me") == [made["phone"], made["good"]]
    await service.decide({"id": made["phone"], "version": 2}, "approve")
    assert await listed(service, claimed="me") == [made["good"]]


async def test_search_ignores_marks_and_case_and_says_how_far_it_looked(
    service: Running, made: dict[str, str]
) -> None:
    assert await listed(service, q="nguyen") == [made["other"]]
    assert await listed(service, q="NGÃ TƯ") == [made["long"], made["copy"]]
    assert await listed(service, q="minh") == [made["good"], made["long"]], "names are searched too"
    assert await listed(service, q="ng") == [], "whole words"
    answer = await service.moderator("GET", "/v1/queue?q=khongco")
    assert (answer.json["searched"], answer.json["total"]) == (5, 0)


async def test_an_authors_page_shows_record_and_comments(service: Running, made: dict[str, str]) -> None:
    await service.decide({"id": made["phone"], "version": 2}, "approve")
    await service.decide({"id": made["other"], "version": 2}, "reject", reason="other")
    page = (await service.moderator("GET", "/v1/authors/lan?limit=2")).json
    assert page["record"] == {"published": 1, "rejected": 1, "standing": "normal"}
    assert [comment["id"] for comment in page["comments"]] == [made["other"], made["phone"]]
    rest = await service.moderator("GET", "/v1/authors/lan", params={"cursor": page["next_cursor"]})
    assert [comment["id"] for comment in rest.json["comments"]] == [made["copy"]]
    assert (await service.stranger("GET", "/v1/authors/lan")).json["comments"] == []


async def test_a_ban_rejects_the_authors_next_comment(service: Running) -> None:
    answer = await service.moderator(
        "PUT", "/v1/authors/quay-roi/standing", json={"standing": "banned", "note": "Quảng cáo"}
    )
    assert (answer.status, answer.json["standing"], answer.json["by"]) == (200, "banned", "moderator")
    author = {"name": "X", "id": "quay-roi"}
    assert (await service.submit("Bài viết hay!", author=author))["reason"] == "banned_author"
    await service.moderator("PUT", "/v1/authors/quay-roi/standing", json={"standing": "normal"})
    assert (await service.submit("Bài viết hay!", author=author))["state"] == "pending"


async def test_a_ban_of_an_address_needs_an_end_within_a_week(service: Running) -> None:
    comment = await service.submit("Bài viết hay!", author={"name": "X", "ip": "203.0.113.9"})
    [item] = (await service.moderator("GET", "/v1/queue")).json["items"]
    key = item["author"]["key"]
    assert key.startswith("address:")
    assert comment["author"] == {"name": "X", "id": None}
    path = f"/v1/authors/{key}/standing"
    for wrong in ({}, {"until": "2999-01-01T00:00:00Z"}, {"until": "2020-01-01T00:00:00Z"}):
        answer = await service.moderator("PUT", path, json={"standing": "banned"} | wrong)
        assert (answer.status, answer.json["errors"][0]["field"]) == (422, "until")


async def test_an_erased_author_leaves_nothing_but_tombstones(idle_service: Running) -> None:
    service = idle_service
    author = {"name": "Trần Thị Bưởi", "id": "buoi", "email": "buoi@example.vn", "ip": "203.0.113.77"}
    ids = []
    for number in range(3):
        document = {"thread": str(number), "body": f"Chuyện riêng số {number} của tôi.", "author": author}
        ids.append((await service.website("POST", "/v1/comments", json=document)).json["id"])
        if number < 2:
            await service.validator.drain()  # the last one stays in the queue
    await service.moderator("PUT", "/v1/authors/buoi/standing", json={"standing": "trusted"})
    refused = await service.moderator("DELETE", "/v1/authors/buoi")
    assert refused.status == 403
    assert (await service.admin("DELETE", "/v1/authors/buoi?site=bao")).status == 204
    for comment_id in ids:
        comment = (await service.website("GET", f"/v1/comments/{comment_id}")).json
        assert (comment["state"], comment["body"], comment["author"]) == (
            "erased",
            None,
            {"name": None, "id": None},
        )
    page = (await service.moderator("GET", "/v1/authors/buoi")).json
    assert (page["comments"], page["standing"]) == ([], "normal")
    with connected(service.store.url) as client:
        client.config_set("rdbcompression", "no")  # a dump shall show what is in it
        for key in client.scan_iter():
            kept = client.dump(key) + key
            for secret in ("Bưởi", "buoi", "riêng", "203.0.113.77"):
                assert secret.encode() not in kept, key
