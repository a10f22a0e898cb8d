"""What bears on comments is looked up for many at once, and is for each as if it were looked up alone."""

import re
from typing import Any

import pytest

from service.comments.authors import Standing
from service.store import keys
from service.store.authors import Opinion
from service.store.store import Store
from tests.running import Running

TEXT = "Tôi thấy quy định mới này rất hợp lý và nên áp dụng sớm hơn cho mọi người."
OTHER = "Cầu vượt ở ngã tư đã làm hai năm chưa xong, bà con đi lại rất khổ sở."
FAR_MS = 4_000_000_000_000
CALLS = re.compile(r"cmdstat_(?:evalsha|evalsha_ro|mget):calls=(\d+)")


async def queued(service: Running, body: str, thread: str = "a", author: str = "x") -> Any:
    document = {"thread": thread, "body": body, "author": {"name": author, "id": author}}
    answer = await service.website("POST", "/v1/comments", json=document)
    assert answer.status == 202
    return answer.json


async def codes(service: Running, comment: Any) -> list[str]:
    """What one and the same worker finds of a comment."""
    await service.validator.drain()
    found = (await service.moderator("GET", f"/v1/comments/{comment['id']}")).json
    return [finding["code"] for finding in found["findings"]]


async def calls(store: Store) -> int:
    """How often the store was asked so far, what scripts ask aside."""
    told = (await store.commands.run("INFO", "commandstats")).decode()
    return sum(map(int, CALLS.findall(told)))


@pytest.mark.one_server
async def test_sixteen_comments_cost_as_many_calls_as_one(
    idle_service: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("workers.validator.TURN_S", 60.0)
    costs = []
    for numbers in (range(1), range(1, 2), range(2, 18)):
        for number in numbers:
            await queued(idle_service, f"{TEXT} Số{number}", thread=str(number % 7), author=f"x{number}")
        before = await calls(idle_service.store)
        await idle_service.validator.drain()
        costs.append(await calls(idle_service.store) - before)
    assert costs[2] == costs[1] == 6, "the first may have had to send scripts"


async def test_a_thread_that_cannot_be_read_keeps_no_other_from_its_verdict(idle_service: Running) -> None:
    await queued(idle_service, TEXT, thread="hỏng")
    good = [
        await queued(idle_service, f"Ý kiến số {number} của tôi", author=f"y{number}") for number in range(5)
    ]
    p = idle_service.store.partitions.of_thread("hỏng")
    await idle_service.store.commands.run("HSET", keys.thread(p, "bao", "hỏng"), "policy", "{")
    await idle_service.validator.drain()
    states = [
        (await idle_service.moderator("GET", f"/v1/comments/{one['id']}")).json["state"] for one in good
    ]
    assert states == ["pending"] * 5
    assert await idle_service.queue.length() == 1, "it is tried again"


async def test_what_was_compared_before_is_compared_as_it_stands_now(idle_service: Running) -> None:
    first = await queued(idle_service, TEXT)
    assert await codes(idle_service, first) == []
    assert await codes(idle_service, await queued(idle_service, TEXT, author="y")) == ["duplicate"]
    path = f"/v1/comments/{first['id']}/revise"
    assert (await idle_service.website("POST", path, json={"body": OTHER})).status == 202
    await idle_service.validator.drain()
    assert await codes(idle_service, await queued(idle_service, OTHER, author="z")) == ["duplicate"]


async def test_a_text_that_was_taken_back_is_no_original(idle_service: Running) -> None:
    first = await queued(idle_service, TEXT)
    await idle_service.validator.drain()
    path = f"/v1/comments/{first['id']}/revise"
    assert (await idle_service.website("POST", path, json={"body": OTHER})).status == 202
    await idle_service.validator.drain()
    assert await codes(idle_service, await queued(idle_service, TEXT, author="y")) == []


async def test_what_was_rejected_is_no_original(idle_service: Running) -> None:
    first = await queued(idle_service, TEXT)
    await idle_service.validator.drain()
    path = f"/v1/comments/{first['id']}/reject"
    assert (await idle_service.moderator("POST", path, json={"version": 2, "reason": "spam"})).status == 200
    assert await codes(idle_service, await queued(idle_service, TEXT, author="y")) == []


async def test_a_ban_holds_until_its_time(idle_service: Running) -> None:
    made = []
    for author, until_ms in (("for-good", None), ("over", 1), ("not-yet", FAR_MS)):
        opinion = Opinion(Standing.BANNED, until_ms, by="Lan")
        await idle_service.store.authors.set_opinion("bao", author, opinion)
        made.append(await queued(idle_service, f"Cứ thế mà làm {until_ms}", author=author))
    found = [await codes(idle_service, one) for one in made]
    assert found == [["banned_author"], [], ["banned_author"]]
