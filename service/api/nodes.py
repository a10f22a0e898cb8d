"""A thread's comments as they are sent: each rendered once from its record, and kept.

What was rendered is good as long as the record that is stored is the one it was made of. So a long thread in
which one comment has changed costs reading it, and rendering that one.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

import orjson

from service.api.kept import Kept
from service.api.markup import html_of
from service.comments import record
from service.comments.model import Comment, State
from service.comments.views import View, rfc3339
from service.store.comments import CommentStore
from service.store.directory import Site

_OVERHEAD = 520  # bytes that one takes beside its text, about; measured with 2,000 replies
_IN_ONE_GO = 32  # comments, rendered in some 2 ms


@dataclass(frozen=True, slots=True)
class Node:
    """One comment of a tree.

    Attributes:
        record_hash: `hash` of the stored record that it was made of; compared with that of the same comment
            alone, so that another record is taken for this one once in 2^64 changes. Its key is by chance and
            each process's own (SipHash): nobody can write such a comment. The record itself would double the
            memory; a digest of 16 bytes takes five times as long, for every comment of a page.
        path: ids of its ancestors, the topmost first.
        place: among its siblings.
        text: its JSON as far as `"replies":[`.
    """

    record_hash: int
    path: tuple[str, ...]
    place: tuple[int, str]
    text: bytes

    @property
    def id(self) -> str:
        return self.place[1]


class Nodes:
    """What one process has rendered."""

    def __init__(self, max_bytes: int = 64 * 1024 * 1024) -> None:
        self._nodes: Kept[tuple[str, str, str], Node] = Kept(
            max_bytes, lambda node: len(node.text) + _OVERHEAD
        )

    async def read(
        self, comments: CommentStore, site: Site, thread: str, ids: Sequence[str]
    ) -> dict[str, Node]:
        """Comments of a thread by id; one that is not there is left out."""
        found: dict[str, Node] = {}
        async for chunk in comments.records(site.id, thread, ids):
            missing = []
            for comment_id, stored in chunk:
                node = self._nodes.get((site.id, site.name, comment_id))
                if node is not None and node.record_hash == hash(stored):
                    found[comment_id] = node
                else:
                    missing.append((comment_id, stored))
            for start in range(0, len(missing), _IN_ONE_GO):
                for comment_id, stored in missing[start : start + _IN_ONE_GO]:
                    found[comment_id] = self._rendered(site, comment_id, stored)
                await asyncio.sleep(0)  # others have their turn
        return found

    def forget_unread(self, for_s: float) -> None:
        """Forget comments that no page was made of in so many seconds."""
        self._nodes.forget_unasked(for_s)

    def _rendered(self, site: Site, comment_id: str, stored: bytes) -> Node:
        node = _node(record.load(site.id, comment_id, stored), hash(stored), site.name)
        self._nodes.put((site.id, site.name, comment_id), node)
        return node


def _node(comment: Comment, record_hash: int, newsroom: str) -> Node:
    place = (comment.now.placed_at or comment.created_at, comment.id)
    text = orjson.dumps(_view(comment, newsroom))[:-1] + b',"replies":['
    return Node(record_hash, comment.path, place, text)


def _view(comment: Comment, newsroom: str) -> View:
    """A comment without its replies; `newsroom` is the name under which the newsroom answers."""
    shown = comment.state is State.PUBLISHED
    name = newsroom if comment.newsroom else comment.author.name
    return {
        "id": comment.id,
        "author": {"name": name} if shown else None,
        "newsroom": comment.newsroom,
        "body": comment.body if shown else None,
        "html": html_of(comment.body or "") if shown else None,
        "edited": shown and comment.now.edited,
        "published_at": rfc3339(comment.now.published_at),
        "parent_id": comment.parent_id,
    }
