"""`GET /v1/counts`: published comments of many threads in one call."""

from tests.api.calls import GOOD, wrong_fields
from tests.running import Answer, Caller, Running


async def counts(caller: Caller, *threads: str, **query: str) -> Answer:
    named = [("thread", thread) for thread in threads]
    return await caller("GET", "/v1/counts", params=[*named, *query.items()])


async def test_published_comments_are_counted_replies_included(service: Running) -> None:
    top = await service.publish(GOOD, thread="a")
    await service.publish("Tôi đồng ý.", thread="a", parent_id=top["id"])
    await service.submit("Còn chờ duyệt.", thread="a")
    answer = await counts(service.website, "a", "b/c?d")
    assert (answer.status, answer.json) == (200, {"counts": {"a": 2, "b/c?d": 0}})


async def test_the_count_follows_every_decision(service: Running) -> None:
    async def count() -> int:
        return int((await counts(service.website, "doi-song/1")).json["counts"]["doi-song/1"])

    comment = await service.publish(GOOD)
    assert await count() == 1
    comment = await service.decide(comment, "edit", body="Hay!")
    assert await count() == 1
    comment = await service.decide(comment, "reject", reason="other")
    assert await count() == 0
    comment = await service.decide(comment, "reopen")
    comment = await service.decide(comment, "approve")
    assert await count() == 1
    for _ in range(2):
        await service.website("DELETE", f"/v1/comments/{comment['id']}")
    assert await count() == 0


async def test_up_to_two_hundred_threads_are_counted(idle_service: Running) -> None:
    names = [f"bai/{number}" for number in range(200)]
    answer = await counts(idle_service.website, *names)
    assert answer.json == {"counts": dict.fromkeys(names, 0)}
    assert wrong_fields(await counts(idle_service.website, *names, "bai/200")) == {"thread"}


async def test_the_longest_names_fit_into_one_call(idle_service: Running) -> None:
    names = [f"{number:03}" + "ệ" * 253 for number in range(200)]
    assert (await counts(idle_service.website, *names)).json == {"counts": dict.fromkeys(names, 0)}


async def test_a_thread_named_twice_is_counted_once(idle_service: Running) -> None:
    assert (await counts(idle_service.website, "a", "a")).json == {"counts": {"a": 0}}


async def test_wrong_questions_are_refused(idle_service: Running) -> None:
    assert wrong_fields(await counts(idle_service.website)) == {"thread"}
    for name in ("", ".", "..", "x" * 257, "a\0b"):
        [field] = wrong_fields(await counts(idle_service.website, name))
        assert field.startswith("thread"), name
    assert wrong_fields(await counts(idle_service.website, "a", threads="b")) == {"threads"}


async def test_another_sites_comments_are_not_counted(service: Running) -> None:
    await service.publish(GOOD, thread="a")
    assert (await counts(service.stranger, "a")).json == {"counts": {"a": 0}}
    assert (await counts(service.admin, "a", site="bao")).json == {"counts": {"a": 1}}
    assert wrong_fields(await counts(service.admin, "a")) == {"site"}
