"""Erasing for good: one comment, or all that a person wrote and all that is known of them."""

from collections.abc import Sequence

from service.api.services import Services
from service.comments.authors import author_key
from service.comments.lifecycle import Actor
from service.comments.model import State

_PAGE = 200


async def erase_comment(services: Services, site: str, comment_id: str, *, by: str) -> None:
    """Leave a tombstone of a comment; erasing again changes nothing.

    Raises:
        NotFound: the site has none of that id.
    """
    store = services.store
    while True:
        before = await store.comments.get(site, comment_id)
        if before.state is State.ERASED:
            return
        if await store.erasure.erase(before, by=by, actor=Actor.WEBSITE, now_ms=services.now_ms()):
            return


async def erase_author(services: Services, site: str, author: str, *, by: str) -> None:
    """Erase all that an author wrote, what waits for a verdict included, and what is known of the author.

    What is judged meanwhile moves from the queue to the lists, so these are read last, and all of it again
    until nothing is left.
    """
    while ids := [*await _queued(services, site, author), *await _listed(services, site, author)]:
        for comment_id in ids:
            await erase_comment(services, site, comment_id, by=by)
    await services.store.erasure.forget_author(site, author)


async def _listed(services: Services, site: str, author: str) -> Sequence[str]:
    return (await services.store.lists.by_author(site, author, _PAGE, None)).ids


async def _queued(services: Services, site: str, author: str) -> list[str]:
    """What an author has in the queue; it is listed by no author, since it is there for a moment."""
    found, after = [], None
    while True:
        page = await services.store.lists.queued(site, _PAGE, after)
        comments = await services.store.comments.many(site, page.ids)
        found += [one.id for one in comments if one is not None and author_key(site, one.author) == author]
        after = page.next
        if after is None:
            return found
