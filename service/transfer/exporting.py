"""A whole site, out of the store: streaming, while the site goes on.

Each comment is as it was at one moment. What came or changed after the export began may be there or not, and
a comment may come twice while the data grow; the import takes the later of the two.
"""

from collections.abc import AsyncIterator

from service.store.directory import Site
from service.store.store import Store
from service.store.transfer import Placed, TransferStore
from service.transfer import writing

Lines = list[bytes]


async def lines_of(store: Store, site: Site) -> AsyncIterator[Lines]:
    """The lines of an export, without their ends, some at a time.

    Raises:
        Unavailable: the store is gone; what was given is not the whole.
    """
    transfer = TransferStore(store.url, store.commands, store.partitions)
    yield [writing.header(), writing.site(site)]
    async for names in transfer.threads(site.id):
        said = await store.threads.many(site.id, names)
        yield [line for name in said if (line := writing.thread(name, said[name]))]
    async for standings in transfer.standings(site.id):
        yield [writing.standing(standing) for standing in standings]
    async for ids in transfer.comment_ids(site.id):
        yield await _comments(store, transfer, site.id, ids)
    yield [writing.end()]


async def _comments(store: Store, transfer: TransferStore, site: str, ids: list[str]) -> Lines:
    found = [comment for comment in await store.comments.many(site, ids) if comment is not None]
    places = await transfer.root_places(found)
    pairs = zip(found, places, strict=True)
    return [writing.comment(Placed(comment, place)) for comment, place in pairs]
