"""Laws of export and import, over random lives of comments: what comes back is what was there."""

import asyncio
from typing import Any

from hypothesis import HealthCheck, Phase, given, settings

from tests.store.looking import connected
from tests.transfer.living import Newspaper, lives
from tests.transfer.sites import (
    COPY_PARTITIONS,
    another,
    exported,
    imported,
    made_site,
    opened,
    picture,
    queued,
    told_followers,
)

OFTEN = settings(
    max_examples=25,
    deadline=None,
    phases=[Phase.explicit, Phase.reuse, Phase.generate],  # to shrink a life takes minutes
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


@OFTEN
@given(moves=lives)
def test_a_site_is_the_same_after_it_moved_to_another_partition_count(
    redis_url: str, moves: list[Any]
) -> None:
    asyncio.run(_moved(redis_url, moves))


async def _moved(redis_url: str, moves: list[Any]) -> None:
    copy_url = another(redis_url)
    for url in (redis_url, copy_url):
        with connected(url) as client:
            client.flushall()
    async with opened(redis_url) as store, opened(copy_url, COPY_PARTITIONS) as copy:
        await made_site(store)
        await Newspaper(store).live(moves)
        lines = await exported(store)
        _, bad = await imported(copy, lines)
        assert bad == []
        assert await exported(copy) == lines
        seen = picture(redis_url, "bao")
        assert picture(copy_url, "bao") == seen
        waiting = list(seen.get("list:queued:", {}))
        assert [name.split()[0] for name in queued(copy_url, "bao")] == sorted(waiting)
        assert told_followers(copy_url) == 0
