"""`GET /v1/queue`: what waits and what was decided, with everything needed to decide."""

from typing import Any

import pytest

from tests.api.calls import GOOD, UNMARKED, WHO, refused, set_policy, wrong_fields
from tests.running import Answer, Running


async def queue(service: Running, **query: Any) -> Answer:
    return await service.moderator("GET", "/v1/queue", params={k: str(v) for k, v in query.items()})


async def listed(service: Running, **query: Any) -> list[str]:
    """The ids on one page."""
    answer = await queue(service, **query)
    assert answer.status == 200, answer.text
    return [item["id"] for item in answer.json["items"]]


async def every_page(service: Running, limit: int, **query: Any) -> list[str]:
    found: list[str] = []
    cursor: dict[str, Any] = {}
    while True:
        page = (await queue(service, limit=limit, **query, **cursor)).json
        found += [item["id"] for item in page["items"]]
        if page["next_cursor"] is None:
            return found
        cursor = {"cursor": page["next_cursor"]}


async def submitted(service: Running, count: int) -> list[str]:
    """Comments in as many threads, so that several partitions have a part."""
    return [
        (await service.submit(f"{GOOD} ({number})", thread=f"bai/{number}"))["id"] for number in range(count)
    ]


async def test_an_empty_queue_is_an_empty_list(idle_service: Running) -> None:
    answer = await queue(idle_service)
    assert (answer.status, answer.json) == (200, {"items": [], "total": 0, "next_cursor": None})


async def test_an_item_has_everything_needed_to_decide(service: Running) -> None:
    parent = await service.publish(GOOD, author=WHO)
    body = "Xem ở https://vidu.example/a nhé các bạn."
    made = await service.submit(
        body, author=WHO, parent_id=parent["id"], thread_title="Tựa", thread_url="https://bao.example/1"
    )
    answer = await queue(service)
    [item] = answer.json["items"]
    own = await service.moderator("GET", f"/v1/comments/{made['id']}")
    for name in own.json.keys() - {"author"}:
        assert item[name] == own.json[name], name
    assert item["submitted_body"] == body
    assert item["author"] == WHO | {
        "key": "ban-doc-7",
        "record": {"published": 1, "rejected": 0, "standing": "normal"},
    }
    assert item["parent"]["id"] == parent["id"]
    assert item["parent"]["body"] == GOOD
    assert (item["thread_title"], item["thread_url"]) == ("Tựa", "https://bao.example/1")
    assert [finding["code"] for finding in item["findings"]] == ["link"]
    assert 0 <= item["risk"] <= 1
    assert isinstance(item["cluster"], str)
    assert item["claim"] is None
    assert item["state"] == "pending"


async def test_a_top_level_comment_has_no_parent(service: Running) -> None:
    await service.submit(GOOD)
    [item] = (await queue(service)).json["items"]
    assert (item["parent"], item["parent_id"], item["thread_title"], item["thread_url"]) == (None,) * 4


async def test_an_authors_record_follows_the_decisions(service: Running) -> None:
    async def record() -> tuple[int, int]:
        [item] = [i for i in (await queue(service)).json["items"] if i["id"] == waits["id"]]
        return item["author"]["record"]["published"], item["author"]["record"]["rejected"]

    waits = await service.submit("Tôi còn chờ đây.", author=WHO)
    comment = await service.submit(GOOD, author=WHO)
    assert await record() == (0, 0)
    comment = await service.decide(comment, "approve")
    assert await record() == (1, 0)
    comment = await service.decide(comment, "reject", reason="other")
    assert await record() == (0, 1)
    comment = await service.decide(comment, "reopen")
    assert await record() == (0, 0)
    await service.submit(UNMARKED, author=WHO)
    assert await record() == (0, 1)


async def test_without_id_the_key_hides_email_and_address(service: Running) -> None:
    for author, kind in (
        ({"name": "A", "email": "A@Thu.Example"}, "email:"),
        ({"name": "A", "ip": "203.0.113.9"}, "address:"),
        ({"name": "A"}, None),
    ):
        made = await service.submit(f"{GOOD} {kind}", author=author)
        shown = (await service.moderator("GET", f"/v1/comments/{made['id']}")).json["author"]
        if kind is None:
            assert shown["key"] is None
            continue
        assert shown["key"].startswith(kind)
        assert not any(value in shown["key"] for value in author.values() if len(value) > 1)


async def test_the_oldest_come_first_by_default(service: Running) -> None:
    made = await submitted(service, 4)
    assert await listed(service) == made
    assert await listed(service, order="oldest") == made
    assert await listed(service, order="newest") == made[::-1]


async def test_pages_show_everything_once_in_every_order(service: Running) -> None:
    made = await submitted(service, 7)
    assert (await queue(service, limit=3)).json["total"] == 7
    assert await every_page(service, 3) == made
    assert await every_page(service, 3, order="newest") == made[::-1]
    assert sorted(await every_page(service, 3, order="risk")) == made


async def test_a_page_stays_right_while_others_decide(service: Running) -> None:
    made = await submitted(service, 5)
    page = (await queue(service, limit=2)).json
    for comment_id in made[:2]:
        await service.decide({"id": comment_id, "version": 2}, "approve")
    assert await listed(service, cursor=page["next_cursor"]) == made[2:]


async def test_flagged_comments_are_the_riskiest(service: Running) -> None:
    [plain] = await submitted(service, 1)
    flagged = await service.submit("Xem ở https://vidu.example/a nhé các bạn.")
    again = await submitted(service, 1)
    order = await listed(service, order="risk")
    assert order[0] == flagged["id"]
    assert sorted(order[1:]) == sorted([plain, *again])
    risks = [item["risk"] for item in (await queue(service, order="risk")).json["items"]]
    assert risks == sorted(risks, reverse=True)


async def test_decided_comments_are_listed_newest_first(service: Running) -> None:
    made = await submitted(service, 4)
    for comment_id in (made[2], made[0]):
        await service.decide({"id": comment_id, "version": 2}, "reject", reason="other")
    for comment_id in (made[3], made[1]):
        await service.decide({"id": comment_id, "version": 2}, "approve")
    assert await listed(service, state="rejected") == [made[0], made[2]]
    assert await listed(service, state="published") == [made[1], made[3]]
    assert await listed(service, state="published", order="oldest") == [made[3], made[1]]
    assert await listed(service) == []
    assert (await queue(service, state="rejected")).json["total"] == 2


async def test_what_a_check_rejected_can_be_found_and_reopened(service: Running) -> None:
    rejected = await service.submit(UNMARKED)
    [item] = (await queue(service, state="rejected")).json["items"]
    assert (item["id"], item["reason"]) == (rejected["id"], "missing_diacritics")
    await service.decide(item, "reopen")
    assert await listed(service) == [rejected["id"]]
    assert await listed(service, state="rejected") == []


async def test_what_is_queued_or_erased_is_in_no_list(idle_service: Running) -> None:
    document = {"thread": "a", "body": GOOD, "author": {"name": "A"}}
    made = await idle_service.website("POST", "/v1/comments", json=document)
    assert (await queue(idle_service)).json["total"] == 0
    await idle_service.validator.drain()
    assert (await queue(idle_service)).json["total"] == 1
    await idle_service.website("DELETE", f"/v1/comments/{made.json['id']}")
    for state in ("pending", "rejected", "published"):
        assert (await queue(idle_service, state=state)).json["total"] == 0


async def test_the_policy_decides_what_shows_as_a_finding(service: Running) -> None:
    await set_policy(service, actions={"link": "ignore"})
    await service.submit("Xem ở https://vidu.example/a nhé các bạn.")
    [item] = (await queue(service)).json["items"]
    assert item["findings"] == []


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({"state": "queued"}, "state"),
        ({"state": "erased"}, "state"),
        ({"state": ""}, "state"),
        ({"order": "best"}, "order"),
        ({"limit": 0}, "limit"),
        ({"limit": 101}, "limit"),
        ({"limit": "1e1"}, "limit"),
        ({"cursor": "x"}, "cursor"),
        ({"cursor": "bmFuIDA"}, "cursor"),
        ({"colour": "red"}, "colour"),
    ],
)
async def test_wrong_queries_are_refused(idle_service: Running, query: dict[str, Any], field: str) -> None:
    assert wrong_fields(await queue(idle_service, **query)) == {field}


async def test_a_cursor_of_one_list_does_no_harm_in_another(service: Running) -> None:
    await submitted(service, 3)
    cursor = (await queue(service, limit=1)).json["next_cursor"]
    for query in ({"order": "newest"}, {"order": "risk"}, {"state": "rejected"}):
        assert (await queue(service, cursor=cursor, **query)).status == 200, query


async def test_a_site_sees_its_own_queue_alone(service: Running) -> None:
    await service.submit(GOOD)
    theirs = await service.stranger("GET", "/v1/queue")
    assert (theirs.json["items"], theirs.json["total"]) == ([], 0)
    ours = await service.admin("GET", "/v1/queue", params={"site": "bao"})
    assert ours.json["total"] == 1
    refused(await service.stranger("GET", "/v1/queue", params={"site": "bao"}), 403, "forbidden")
    refused(await service.website("GET", "/v1/queue"), 403, "forbidden")
