"""Taking out for good: what a comment says, the addresses of who wrote it, what is known of an author.

What the lifecycle leaves of a comment is committed as any step; here is what goes with it in other places,
none of which holds a text. That the append-only file is rewritten is `rewriting`'s affair.
"""

from service.comments import lifecycle
from service.comments.authors import known_as
from service.comments.lifecycle import Actor
from service.comments.model import Comment
from service.comments.policy_sections import LONGEST_WINDOW_HOURS
from service.store.authors import AuthorStore
from service.store.comments import CommentStore
from service.store.likeness import LikenessStore
from service.store.rewriting import RewriteStore
from service.store.steps import Step


class ErasureStore:
    """Erases comments as they were read; a comment that has changed meanwhile is left to be read again."""

    def __init__(
        self, comments: CommentStore, likeness: LikenessStore, authors: AuthorStore, rewrites: RewriteStore
    ) -> None:
        self._comments = comments
        self._likeness = likeness
        self._authors = authors
        self._rewrites = rewrites

    async def erase(self, before: Comment, *, by: str, actor: Actor, now_ms: int) -> bool:
        """Leave a tombstone; False where the comment has changed since it was read."""
        after = lifecycle.erase(before, by=by, at=max(now_ms, before.updated_at), actor=actor)
        if not await self._comments.commit(Step(before, after)):
            return False
        if _remembered(before, now_ms):
            await self._likeness.forget(before)
            await self._unsend(before)
        return True

    async def forget_addresses(self, before: Comment, *, now_ms: int) -> bool:
        """Keep the comment without e-mail, address and user agent; False where it has changed since.

        Followers are told nothing: what they are shown is the same.
        """
        after = lifecycle.forget(before, at=max(now_ms, before.updated_at))
        if not await self._comments.commit(Step(before, after, silent=True)):
            return False
        if _remembered(before, now_ms):
            await self._unsend(before)
        return True

    async def _unsend(self, comment: Comment) -> None:
        await self._authors.unsent(comment.site, known_as(comment), comment.id)

    async def forget_author(self, site: str, author: str) -> None:
        """Drop what moderators said of an author, and how fast the author wrote.

        Noted before, lest it be forgotten that the file has to be rewritten, and after, lest a rewrite that
        began in between be taken for the one.
        """
        await self._rewrites.note()
        await self._authors.forget(site, author)
        await self._rewrites.note()


def _remembered(comment: Comment, now_ms: int) -> bool:
    """Whether anybody may still look for what it is like, or how fast it followed another."""
    return now_ms - comment.now.submitted_at <= LONGEST_WINDOW_HOURS * 3_600_000
