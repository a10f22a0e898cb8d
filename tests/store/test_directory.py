"""Sites and keys in memory: what did not change is not read again; what cannot be read stops nobody else."""

from collections.abc import AsyncIterator

import pytest

from service.comments.policy import Policy
from service.errors import Unreadable
from service.store import keys
from service.store.connection import commands
from service.store.directory import Directory, Role, Site
from service.store.wire import Commands
from tests.api.calls import comment_of, refused
from tests.running import Running


@pytest.fixture
async def wire(redis_url: str) -> AsyncIterator[Commands]:
    made = commands(redis_url)
    yield made
    await made.close()


async def store_site(wire: Commands, site: str, document: str) -> None:
    """What another version of this program might have stored."""
    await wire.run("HSET", keys.SITES, site, document)
    await wire.run("INCR", keys.EPOCH)


UNREADABLE = '{"name": "Báo", "created_at": 1, "policy": {"of_a_later_version": true}}'


async def test_a_change_leaves_everything_else_as_it_was_read(wire: Commands) -> None:
    directory = Directory(wire)
    for site in ("one", "other"):
        await directory.put_site(site, "Báo", now_ms=1)
    made, _ = await directory.create_key(role=Role.WEBSITE, name="web", site="one", now_ms=1)
    before = await directory.current()
    changed = await directory.put_policy("one", lambda policy: policy.patched({"length": {"max": 100}}))
    await directory.create_key(role=Role.WEBSITE, name="web", site="other", now_ms=1)
    after = await directory.current()
    assert after.site("other") is before.site("other")
    assert after.keys[made.digest] is before.keys[made.digest]
    assert after.site("one").policy == changed
    assert before.site("one").policy == Policy()


async def test_a_site_that_cannot_be_read_is_neither_made_anew_nor_changed(wire: Commands) -> None:
    await store_site(wire, "later", UNREADABLE)
    directory = Directory(wire)
    with pytest.raises(Unreadable):
        await directory.put_site("later", "Tên mới", now_ms=2)
    with pytest.raises(Unreadable):
        await directory.add_site(Site("later", "Báo", 2, Policy()))
    with pytest.raises(Unreadable):
        await directory.put_policy("later", lambda policy: policy)
    assert (await wire.run("HGET", keys.SITES, "later")).decode() == UNREADABLE


@pytest.mark.parametrize("document", [UNREADABLE, "{", "[]", '{"name": "Báo"}'])
async def test_one_site_that_cannot_be_read_stops_no_other(
    document: str, service: Running, wire: Commands
) -> None:
    await store_site(wire, "khac", document)
    assert (await service.submit("Bài viết rất hay, cảm ơn tòa soạn!"))["state"] == "pending"
    assert [site["id"] for site in (await service.admin("GET", "/v1/sites")).json["sites"]] == ["bao"]
    refused(await service.stranger("GET", "/v1/queue"), 503, "unavailable")
    refused(await service.admin("GET", "/v1/sites/khac/policy"), 503, "unavailable")
    refused(await service.admin("POST", "/v1/comments?site=khac", json=comment_of()), 503, "unavailable")


async def test_what_waits_for_a_verdict_of_such_a_site_holds_up_no_other(
    idle_service: Running, wire: Commands
) -> None:
    await idle_service.admin("POST", "/v1/comments?site=khac", json=comment_of())
    await store_site(wire, "khac", UNREADABLE)
    sent = await idle_service.website("POST", "/v1/comments", json=comment_of())
    await idle_service.validator.drain()
    judged = await idle_service.website("GET", f"/v1/comments/{sent.json['id']}")
    assert judged.json["state"] == "pending"
    while await idle_service.queue.length():
        await idle_service.recoverer.recover(idle_ms=0)
    listed = await wire.run("KEYS", "codau:*:list:khac:pending:")
    assert len(listed) == 1, "a person shall look at it when the site serves again"
