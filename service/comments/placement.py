"""Where a reply goes in the tree: below the comment it answers, as deep as the policy allows."""

from dataclasses import dataclass

from service.comments.model import Comment


@dataclass(frozen=True, slots=True)
class Place:
    """The parent in the tree (None: at the top) and all ancestors, the topmost first."""

    parent_id: str | None = None
    path: tuple[str, ...] = ()


TOP = Place()


def below(parent: Comment, depth: int) -> Place:
    """The place of an answer to `parent`.

    Args:
        depth: levels below the top (contract: `replies.depth`); what would be deeper is attached to the
            deepest ancestor that may have replies.
    """
    path = (*parent.path, parent.id)[:depth]
    return Place(path[-1], path) if path else TOP
