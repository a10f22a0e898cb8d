"""The first start makes keys that work; no later one does, and a start killed in the middle is made good."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from service.store.connection import commands
from service.store.directory import Directory, Role, digest_of
from service.supervision import first_keys


@pytest.fixture
async def directory(redis_url: str) -> AsyncIterator[Directory]:
    store = commands(redis_url)
    yield Directory(store)
    await store.close()


async def test_the_first_start_makes_a_site_and_three_keys(directory: Directory, tmp_path: Path) -> None:
    made = await first_keys.make_at_first_start(directory, tmp_path, now_ms=1)
    assert made is not None
    assert first_keys.read(tmp_path) == made
    known = (await directory.current()).keys
    roles = [known[digest_of(key)].role for key in (made.admin_key, made.website_key, made.moderator_key)]
    assert roles == [Role.ADMIN, Role.WEBSITE, Role.MODERATOR]
    assert await first_keys.make_at_first_start(directory, tmp_path, now_ms=2) is None


async def test_a_start_that_was_killed_before_the_admin_key_is_made_good(
    directory: Directory, tmp_path: Path
) -> None:
    await directory.put_site("demo", first_keys.DEMO_NAME, now_ms=1)
    await directory.create_key(role=Role.WEBSITE, name="demo website", site="demo", now_ms=1)
    assert await first_keys.make_at_first_start(directory, tmp_path, now_ms=2) is not None


async def test_keys_that_were_revoked_are_not_made_again(directory: Directory, tmp_path: Path) -> None:
    await first_keys.make_at_first_start(directory, tmp_path, now_ms=1)
    for key in (await directory.current()).keys.values():
        await directory.revoke_key(key.site, key.id)
    assert await first_keys.make_at_first_start(directory, tmp_path, now_ms=2) is None


async def test_keys_of_data_that_were_removed_are_replaced(directory: Directory, tmp_path: Path) -> None:
    gone = first_keys.FirstKeys("a", "w", "m")
    await asyncio.to_thread(first_keys.keep, tmp_path, gone)
    made = await first_keys.make_at_first_start(directory, tmp_path, now_ms=1)
    assert made is not None
    assert first_keys.read(tmp_path) == made != gone


async def test_the_newspaper_gets_keys_that_work_though_the_kept_ones_were_revoked(
    directory: Directory, tmp_path: Path
) -> None:
    made = await first_keys.make_at_first_start(directory, tmp_path, now_ms=1)
    assert made is not None
    kept = await first_keys.for_newspaper(directory, tmp_path, now_ms=2)
    assert kept == (made.website_key, made.moderator_key)
    for key in await directory.list_keys("demo"):
        await directory.revoke_key("demo", key.id)
    fresh = await first_keys.for_newspaper(directory, tmp_path, now_ms=3)
    known = (await directory.current()).keys
    assert [known[digest_of(key)].role for key in fresh] == [Role.WEBSITE, Role.MODERATOR]
