"""A backup holds all of a store as of one moment, and puts it back as it was."""

import asyncio
import re
from collections.abc import AsyncIterator

import pytest

from service.store import keys
from tests.api.calls import GOOD
from tests.backup.contents import backed_up, contents, put_back
from tests.backup.living import live
from tests.running import Running, running
from tests.store.looking import assert_consistent, assert_told_once, everything

PASSING = {
    *("migrating", "probe", "copied", "sweeping", "rewritten", "counting", "woken", "sending"),
    *("held", "pause", "<digest>}", "<digest>"),
}
"""What kinds of keys, by their last word, a store at rest need not have."""


@pytest.fixture
async def still(redis_url: str) -> AsyncIterator[Running]:
    """A service whose worker judges when it is told to, and whose webhooks may lead to this machine."""
    async with running(redis_url, validating=False, webhook_allow_private=True) as made:
        yield made


async def test_everything_is_put_back_as_it_was(still: Running, redis_url: str, empty: str) -> None:
    await live(still)
    before = contents(redis_url)
    assert _kinds_not_in(before) <= PASSING
    restored = await put_back(empty, await backed_up(redis_url))
    assert contents(empty) == before
    assert restored.header.made_at == "2025-11-23T12:13:20.000Z"


def _kinds_not_in(names: dict[bytes, object]) -> set[str]:
    """Of the table in `keys.py`."""
    kinds = re.findall(r"^\| `(codau:.+?)` \|", keys.__doc__ or "", re.M)
    found = b"\n".join(names).decode()
    return {
        kind.rpartition(":")[2]
        for kind in kinds
        if not re.search("^" + re.sub("<.+?>", "[^\n]*?", kind) + "$", found, re.M)
    }


async def test_at_work_it_has_whatever_was_acknowledged_before(
    service: Running, redis_url: str, empty: str
) -> None:
    acknowledged: list[str] = []
    stop = asyncio.Event()

    async def submit(number: int) -> None:
        while not stop.is_set():
            comment = await service.submit(f"{GOOD} Lần {len(acknowledged)}.", thread=f"bài/{number}")
            acknowledged.append(comment["id"])

    people = [asyncio.create_task(submit(number)) for number in range(4)]
    while len(acknowledged) < 20:  # noqa: ASYNC110  they are the ones who are waited for
        await asyncio.sleep(0.01)
    before = list(acknowledged)
    backup = await backed_up(redis_url)
    stop.set()
    await asyncio.gather(*people)
    await put_back(empty, backup)
    found = everything(empty)
    assert set(before) <= found.comments.keys()
    assert len(found.comments) < len(acknowledged) + 4
    assert_consistent(found)
    assert_told_once(found)
