"""In which lists a comment stands, and where: the one answer to that, for every script that moves it.

A list is the comments of one state that share a facet: all of a site, those of a thread, of an author, with a
finding, of a cluster. What is queued or erased is in the plain list of its state alone. One more list has, by
their arrival, all judged comments whose author's addresses are still kept: retention goes along it.
"""

from collections.abc import Iterator
from functools import lru_cache

from service.comments.authors import author_key
from service.comments.model import Comment, State
from service.store import keys
from service.store.keys import digest

LISTED = frozenset({State.PENDING, State.PUBLISHED, State.REJECTED})
"""The states that moderators list by facets."""


@lru_cache(maxsize=4_096)
def of_thread(name: str) -> str:
    return f"thread={digest(name)}"


@lru_cache(maxsize=4_096)  # asked before and after each step
def of_author(key: str) -> str:
    return f"author={digest(key)}"


def of_code(code: str) -> str:
    return f"code={code}"


def of_cluster(cluster: str) -> str:
    return f"cluster={cluster}"


def facets(comment: Comment) -> Iterator[str]:
    """Every facet by which a comment is listed, the empty one first."""
    yield ""
    state = comment.state
    if state not in LISTED:
        return
    yield of_thread(comment.thread)
    author = author_key(comment.site, comment.author)
    if author is not None:
        yield of_author(author)
    for code in dict.fromkeys(f.code for f in comment.now.findings if f.action != "ignore"):
        yield of_code(code)
    if state is State.PENDING:
        yield of_cluster(comment.cluster)


def places(p: int, comment: Comment) -> dict[str, int]:
    """The key of each list that a comment stands in, and its score there."""
    since, site, state = since_ms(comment), comment.site, comment.state
    named = list(facets(comment))
    found = {keys.listed(p, site, state, facet): since for facet in named}
    if state is State.PENDING:
        score = risk_score(comment)
        found |= {keys.risk(p, site, facet): score for facet in named}
    if state in LISTED and comment.author.addressed:
        found[keys.addressed(p, site)] = comment.created_at
    return found


def since_ms(comment: Comment) -> int:
    """What waits is listed by its arrival, what was decided by the decision."""
    if comment.state in (State.QUEUED, State.PENDING):
        return comment.created_at
    return comment.now.published_at or comment.settled_at


def risk_score(comment: Comment) -> int:
    """Where a comment stands by its risk, highest first; of equal risks the older one stands above.

    Most comments have the same risk, so the second of arrival makes their places distinct: 20 bits of risk in
    millionths, 32 bits of seconds, together exact in a double.
    """
    return round(comment.now.risk * 1_000_000) << 32 | (0xFFFF_FFFF - comment.created_at // 1_000)
