"""The main job on a cluster of three servers: nothing asks for keys of two slots at once."""

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest
import redis

from tests.api.calls import WHO, comment_of, refused, set_policy
from tests.running import Answer, running
from tests.store.cluster import cluster


@pytest.fixture(scope="module")
def cluster_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with cluster(Path(tmp_path_factory.mktemp("cluster"))) as url:
        yield url


async def test_threads_live_all_over_a_cluster(cluster_url: str) -> None:
    async with running(cluster_url) as service:
        threads = [f"bai/{number}" for number in range(12)]
        comments = await asyncio.gather(
            *(service.submit(f"Bài số {thread} rất hay!", thread=thread) for thread in threads)
        )
        assert {comment["state"] for comment in comments} == {"pending"}
        assert (await service.moderator("GET", "/v1/queue")).json["total"] == len(threads)
        for comment in comments:
            await service.decide(comment, "approve")
        counts = await service.website("GET", "/v1/counts", params=[("thread", name) for name in threads])
        assert counts.json["counts"] == dict.fromkeys(threads, 1)
        assert (await service.nobody("GET", "/readyz")).json["queue"]["length"] == 0


async def test_a_server_that_is_nearly_full_refuses_its_own_threads_alone(cluster_url: str) -> None:
    async with running(cluster_url) as service:
        memory = service.services.store.memory
        with redis.Redis.from_url(cluster_url.replace("redis+cluster", "redis")) as node:
            node.config_set("maxmemory", str(int(node.info("memory")["used_memory"] / 0.9)))
            await memory.look()
            comments = [comment_of("Bài này hay.", thread=f"bai/{number}") for number in range(24)]
            sent = [await service.website("POST", "/v1/comments", json=comment) for comment in comments]
            node.config_set("maxmemory", "0")
        assert {answer.status for answer in sent} == {202, 503}
        again = [await service.website("POST", "/v1/comments", json=comment) for comment in comments]
        assert {answer.status for answer in again} == {202}


async def test_a_reply_is_judged_attached_and_taken_down_on_a_cluster(cluster_url: str) -> None:
    async with running(cluster_url) as service:
        top = await service.publish("Cảm ơn tòa soạn nhiều lắm!", thread="cum")
        reply = await service.publish("Tôi cũng nghĩ như bạn!", thread="cum", parent_id=top["id"])
        await service.decide(top | {"version": 3}, "reject", reason="off_topic")
        page = await service.website("GET", "/v1/threads/cum/comments")
        [tombstone] = page.json["comments"]
        assert (tombstone["id"], tombstone["body"]) == (top["id"], None)
        assert [child["id"] for child in tombstone["replies"]] == [reply["id"]]
        assert page.json["count"] == 1


async def test_a_copy_is_found_on_a_cluster(cluster_url: str) -> None:
    text = "Đề nghị thành phố sớm lắp đèn tín hiệu ở ngã tư này cho bà con yên tâm."
    async with running(cluster_url) as service:
        _, copy = [await service.submit(text, thread=f"giong/{number}") for number in range(2)]
        known = (await service.moderator("GET", f"/v1/comments/{copy['id']}")).json
        assert [finding["code"] for finding in known["findings"]] == ["duplicate"]


async def test_limits_and_idempotency_keys_hold_on_a_cluster_as_on_one_server(cluster_url: str) -> None:
    async with running(cluster_url, validating=False) as service:
        await set_policy(service, limits={"author": "2/1h"})

        async def send(key: str, thread: str) -> Answer:
            document = comment_of(thread=thread, author=WHO)
            return await service.website(
                "POST", "/v1/comments", json=document, headers={"Idempotency-Key": key}
            )

        first, again = await send("k-1", "gioi-han/1"), await send("k-1", "gioi-han/1")
        assert first.json["id"] == again.json["id"]
        assert first.headers["RateLimit"].startswith('"author";r=1;t=1800, "address";r=119;t=')
        assert (await send("k-2", "gioi-han/2")).status == 202
        refusal = await send("k-3", "gioi-han/3")
        refused(refusal, 429, "rate_limited")
        assert refusal.headers["RateLimit-Policy"] == '"author";q=2;w=3600'
        assert (await send("k-1", "gioi-han/1")).json["id"] == first.json["id"]
        await set_policy(service, limits={"author": None})
