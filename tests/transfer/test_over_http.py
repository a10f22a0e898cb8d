"""What the API answers is the same before and after a site has moved to another installation."""

from typing import Any

import pytest

from tests.running import Running, running
from tests.transfer.sites import COPY_PARTITIONS, another, exported, imported, queued

GOOD = "Bài viết rất hay, cảm ơn tòa soạn đã nói lên điều này!"
ANSWER = "Tôi cũng nghĩ như bạn, mong thành phố sớm sửa đoạn đường ấy."
UNMARKED = "Bai viet rat hay, cam on toa soan da noi len dieu nay!"
THREAD = "doi-song/4711"
BY_EMAIL = {"name": "Bác Ba", "email": "ba@example.vn", "ip": "203.0.113.7", "user_agent": "trình duyệt"}


async def lived(service: Running) -> list[str]:
    """A newspaper's morning: every state, an edit, a taken-down comment with a reply, an erased one."""
    top = await service.publish(
        GOOD, thread=THREAD, thread_title="Kẹt xe", author={"name": "Lan", "id": "u-1"}
    )
    reply = await service.submit(ANSWER, thread=THREAD, parent_id=top["id"], author=BY_EMAIL)
    reply = await service.decide(reply, "approve", body=ANSWER.replace("sớm sửa", "sửa"), note="gọn hơn")
    below = await service.publish("Đúng là như vậy đó!", thread=THREAD, parent_id=reply["id"])
    said = await service.moderator("POST", f"/v1/comments/{below['id']}/reply", json={"body": "Cảm ơn bạn!"})
    banned = {"standing": "banned", "note": "nhắc nhiều lần"}
    assert (await service.moderator("PUT", "/v1/authors/u-1/standing", json=banned)).status == 200
    taken_down = await service.decide(top, "reject", reason="off_topic", message="Bạn viết lạc đề rồi.")
    unmarked = await service.submit(UNMARKED, thread=THREAD)
    pending = await service.submit("Xem thêm tại https://quangcao.example nhé các bạn!", thread="xe/1")
    gone = await service.publish("Xóa giúp tôi bình luận này với ạ!", thread=THREAD)
    assert (await service.website("DELETE", f"/v1/comments/{gone['id']}")).status == 204
    article = {"open": False, "policy": {"actions": {"link": "reject"}}, "url": "https://bao.vn/1"}
    assert (await service.website("PUT", "/v1/threads/doi-song%2F4711", json=article)).status == 201
    return [comment["id"] for comment in (taken_down, reply, below, said.json, unmarked, pending, gone)]


async def answers(service: Running, ids: list[str]) -> dict[str, Any]:
    """Everything that a website and its moderators can ask."""
    asked = ["/v1/counts?thread=doi-song%2F4711&thread=xe%2F1"]
    asked += [f"/v1/threads/doi-song%2F4711/comments?sort={sort}" for sort in ("oldest", "newest")]
    asked += [f"/v1/queue?state={state}" for state in ("pending", "rejected", "published")]
    asked += [
        "/v1/queue?order=risk",
        "/v1/queue?thread=xe%2F1",
        "/v1/queue?state=published&author=u-1",
        "/v1/authors/u-1",
    ]
    asked += [f"/v1/comments/{comment_id}{rest}" for comment_id in ids for rest in ("", "/history")]
    return {path: await _read(service, path) for path in asked}


async def _read(service: Running, path: str) -> Any:
    answer = await service.moderator("GET", path)
    assert answer.status == 200, answer.text
    return answer.json


async def test_the_api_answers_the_same_after_a_move(
    service: Running, redis_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    ids = await lived(service)
    before = await answers(service, ids)
    lines = await exported(service.store)
    monkeypatch.setenv("CODAU_PARTITIONS", str(COPY_PARTITIONS))
    async with running(another(redis_url)) as moved:
        await imported(moved.store, lines)
        assert await answers(moved, ids) == before
        comment = {"thread": THREAD, "body": GOOD, "author": {"name": "Minh"}}
        refused = await moved.website("POST", "/v1/comments", json=comment)
        assert refused.code == "thread_closed"


async def test_a_page_that_was_read_too_early_shows_the_tombstone_that_came_later(
    service: Running, redis_url: str
) -> None:
    """Lines come in no order; a page that was rendered in between must not stay."""
    ids = await lived(service)
    lines = await exported(service.store)
    path = "/v1/threads/doi-song%2F4711/comments"
    whole = await _read(service, path)
    root = next(line for line in lines if f'"id":"{ids[0]}"'.encode() in line)
    async with running(another(redis_url)) as moved:
        await imported(moved.store, [line for line in lines if line != root])
        assert (await _read(moved, path))["comments"] == []
        await imported(moved.store, [*lines[:2], root, lines[-1]])
        assert await _read(moved, path) == whole


async def test_what_waited_for_a_verdict_is_judged_after_the_move(
    idle_service: Running, redis_url: str
) -> None:
    comment = {"thread": THREAD, "body": UNMARKED, "author": {"name": "Minh"}}
    made = await idle_service.website("POST", "/v1/comments", json=comment)
    lines = await exported(idle_service.store)
    url = another(redis_url)
    async with running(url, validating=False) as moved:
        await imported(moved.store, lines)
        assert queued(url, "bao") == [f"{made.json['id']} 1"]
        assert await moved.validator.drain() == 1
        assert queued(url, "bao") == []
        judged = await _read(moved, f"/v1/comments/{made.json['id']}")
        assert (judged["state"], judged["reason"]) == ("rejected", "missing_diacritics")


async def test_a_comment_of_an_imported_site_goes_on_living(service: Running, redis_url: str) -> None:
    """Approve, take down, reply: the counts and the tree follow, as if the comment had come here."""
    await lived(service)
    lines = await exported(service.store)
    async with running(another(redis_url)) as moved:
        await imported(moved.store, lines)
        [waiting] = (await _read(moved, "/v1/queue"))["items"]
        published = await moved.decide(waiting, "approve")
        assert (await _read(moved, "/v1/counts?thread=xe%2F1"))["counts"] == {"xe/1": 1}
        await moved.decide(published, "reject", reason="spam")
        assert (await _read(moved, "/v1/counts?thread=xe%2F1"))["counts"] == {"xe/1": 0}
        assert (await _read(moved, "/v1/queue"))["total"] == 0
