"""A site moves from one server into a cluster, and is whole there."""

from pathlib import Path

from service.comments.authors import Standing
from service.comments.model import Author
from tests.store.cluster import cluster
from tests.transfer.living import AUTHORS, TEXTS, THREADS, Newspaper
from tests.transfer.sites import exported, imported, made_site, opened


async def test_a_site_moves_into_a_cluster(redis_url: str, tmp_path: Path) -> None:
    """Threads and authors are spread over its nodes, and every node is walked."""
    with cluster(tmp_path) as url:
        async with opened(redis_url) as store, opened(url) as copy:
            await made_site(store)
            paper = Newspaper(store)
            await paper.live([("submit", name, AUTHORS[0], TEXTS[1], 99) for name in THREADS * 5])
            await paper.live([("judge", number, "published", 0.5) for number in range(10)])
            for number in range(20):
                await paper.stand(Author("Ai", f"u-{number}"), Standing.TRUSTED, None)
            lines = await exported(store)
            tally, bad = await imported(copy, lines)
            assert bad == []
            assert (tally.standings, tally.restored) == (20, 20)
            assert await exported(copy) == lines
