"""Statistics as moderators read them: every day of a span, by what happened on it."""

import json
from typing import Any

import pytest

from service.api.openapi import openapi
from service.app import ENDPOINTS
from service.clock import unix_ms
from service.store.statistics import day_of
from tests.api.calls import BETTER, GOOD, UNMARKED, refused, wrong_fields
from tests.api.conforming import Conforming, closed
from tests.running import Caller, Running
from workers.statistician import Statistician

PHONE = " Gọi tôi số 0912 345 678."
ASKS = "Đoạn đường này bao giờ mới sửa xong vậy?"


async def stats(caller: Caller, query: str = "") -> Any:
    answer = await caller("GET", f"/v1/stats{query}")
    assert answer.status == 200, answer.text
    return answer.json


async def today(service: Running, caller: Caller | None = None) -> Any:
    """All that has happened, counted; the tests' day may have ended meanwhile."""
    await Statistician(service.store).drain()
    days = (await stats(caller or service.moderator))["days"]
    return max(days, key=lambda day: day["received"])


async def test_a_day_tells_what_came_and_what_became_of_it(service: Running) -> None:
    await service.submit(UNMARKED)
    await service.publish(GOOD)
    await service.decide(await service.submit(ASKS + PHONE, thread="b"), "reject", reason="spam")
    waiting = await service.submit("Chào buổi sáng cả nhà mình nhé!", thread="c")
    await service.decide(waiting, "edit", body="Chào buổi sáng cả nhà!")
    day = await today(service)
    assert day["received"] == sum(day["by_hour"]["received"]) == 4
    assert day["by_state"] == {"pending": 3, "published": 1, "rejected": 2}
    assert day["by_code"] == {"missing_diacritics": 1, "contact": 1}
    assert day["decisions"] == {"approved": 1, "rejected": 1, "edited": 1, "reopened": 0, "undone": 0}
    assert day["by_moderator"] == {"moderator": day["decisions"]}
    assert sum(day["by_hour"]["decided"]) == 2
    assert day["agreement"] == {"contact": {"upheld": 1, "overruled": 0}}
    hours = zip(day["by_hour"]["decided"], day["by_hour"]["median_ms"], strict=True)
    assert all((decided > 0) == (median is not None) for decided, median in hours)
    assert 0 < day["decision_time"]["median_ms"] <= day["decision_time"]["p95_ms"] < 60_000


async def test_each_moderator_is_named(service: Running) -> None:
    await service.publish(GOOD)
    comment = await service.submit(BETTER)
    document = {"version": comment["version"], "reason": "off_topic"}
    await service.colleague("POST", f"/v1/comments/{comment['id']}/reject", json=document)
    by_moderator = (await today(service))["by_moderator"]
    assert by_moderator["moderator"]["approved"] == by_moderator["colleague"]["rejected"] == 1


async def test_an_opinion_that_was_taken_back_is_none(service: Running) -> None:
    comment = await service.submit(GOOD + PHONE)
    await service.decide(comment, "approve")
    assert (await today(service))["agreement"] == {"contact": {"upheld": 0, "overruled": 1}}
    undone = await service.moderator("POST", f"/v1/comments/{comment['id']}/undo", json={})
    assert undone.status == 200
    day = await today(service)
    assert day["agreement"] == {}
    assert (day["decisions"]["approved"], day["decisions"]["undone"]) == (1, 1)


async def test_a_site_sees_nothing_of_another(service: Running) -> None:
    await service.publish(GOOD)
    assert (await today(service, service.stranger))["received"] == 0
    assert sum(day["received"] for day in (await stats(service.admin, "?site=bao"))["days"]) == 1


async def test_seven_days_up_to_today_are_told_unless_others_are_asked_for(service: Running) -> None:
    before, found, after = day_of(unix_ms()), await stats(service.moderator), day_of(unix_ms())
    assert before.isoformat() <= found["to"] <= after.isoformat()
    dates = [day["date"] for day in found["days"]]
    assert len(dates) == 7
    assert (dates[0], dates[-1]) == (found["from"], found["to"])
    assert dates == sorted(set(dates))


async def test_a_day_on_which_nothing_happened_is_told_too(service: Running) -> None:
    found = await stats(service.moderator, "?from=2026-02-28&to=2026-03-01")
    assert [day["date"] for day in found["days"]] == ["2026-02-28", "2026-03-01"]
    for day in found["days"]:
        assert day["received"] == 0
        assert day["decision_time"] is None
        assert day["by_hour"] == {
            "received": [0] * 24,
            "decided": [0] * 24,
            "median_ms": [None] * 24,
        }
        assert day["by_code"] == day["by_moderator"] == day["agreement"] == {}


async def test_a_leap_year_fits_into_one_answer_and_no_more(service: Running) -> None:
    assert len((await stats(service.moderator, "?from=2024-01-01&to=2024-12-31"))["days"]) == 366
    too_long = await service.moderator("GET", "/v1/stats?from=2024-01-01&to=2025-01-01")
    assert wrong_fields(too_long) == {"from"}


async def test_the_last_day_alone_brings_the_six_before_it(service: Running) -> None:
    found = await stats(service.moderator, "?to=2026-03-03")
    assert (found["from"], found["to"]) == ("2026-02-25", "2026-03-03")


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("from=2026-02-30", "from"),
        ("from=22-11-2026", "from"),
        ("from=0", "from"),
        ("from=2026-11-22T00:00:00", "from"),
        ("from=%D9%A2026-11-22", "from"),
        ("from=2026-01-02&to=2026-01-01", "from"),
        ("from=2999-01-01", "from"),
        ("to=", "to"),
        ("to=0001-01-01", "to"),
        ("to=1799999999", "to"),
        ("until=2026-01-01", "until"),
        ("from_=2026-01-01", "from_"),
    ],
)
async def test_what_is_no_day_is_refused(service: Running, query: str, field: str) -> None:
    assert wrong_fields(await service.moderator("GET", f"/v1/stats?{query}")) == {field}


async def test_statistics_are_for_moderators(service: Running) -> None:
    refused(await service.nobody("GET", "/v1/stats"), 401, "unauthorized")
    refused(await service.website("GET", "/v1/stats"), 403, "forbidden")
    refused(await service.admin("GET", "/v1/stats"), 422, "invalid_request")


async def test_a_full_day_is_what_the_document_says(service: Running) -> None:
    await service.publish(GOOD + PHONE)
    await Statistician(service.store).drain()
    conforming = Conforming(closed(json.loads(json.dumps(openapi(ENDPOINTS)))))
    answer = await conforming(service.moderator, "GET", "/v1/stats")
    assert answer.json["days"][-1]["agreement"]
