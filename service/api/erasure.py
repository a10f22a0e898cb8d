"""Erasing for good: one comment, or all that a person wrote and all that is known of them."""

from service.api.services import Services
from service.comments import lifecycle
from service.comments.authors import author_key
from service.comments.model import State
from service.store.comments import Step

_PAGE = 200


async def erase_comment(services: Services, site: str, comment_id: str, *, by: str) -> None:
    """Leave a tombstone of a comment; erasing again changes nothing.

    Raises:
        NotFound: the site has none of that id.
    """
    while True:
        before = await services.store.comments.get(site, comment_id)
        if before.state is State.ERASED:
            return
        at = max(services.now_ms(), before.updated_at)
        if await services.store.comments.commit(Step(before, lifecycle.erase(before, by=by, at=at))):
            return


async def erase_author(services: Services, site: str, author: str, *, by: str) -> None:
    """Erase all that an author wrote, what waits for a verdict included, and what is known of the author."""
    while ids := (await services.store.lists.by_author(site, author, _PAGE, None)).ids:
        for comment_id in ids:
            await erase_comment(services, site, comment_id, by=by)
    for comment_id in await _queued(services, site, author):
        await erase_comment(services, site, comment_id, by=by)
    await services.store.authors.forget(site, author)


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
