"""What is really in Redis, read by other means than the store's own: for tests that compare the two."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import redis
import redis.sentinel

from service.comments import record
from service.comments.model import Comment, State
from service.store.addresses import is_cluster, is_watched, seed_of, watched
from service.store.places import LISTED, facets


@dataclass(slots=True)
class Everything:
    """All comments, and all that the indexes say of them."""

    comments: dict[str, Comment] = field(default_factory=dict)
    tags: dict[str, list[str]] = field(default_factory=dict)
    """By comment, how the keys begin under which it is kept: `codau:{3}`."""
    lists: dict[str, dict[str, float]] = field(default_factory=dict)
    counts: dict[str, int] = field(default_factory=dict)
    in_threads: Counter[str] = field(default_factory=Counter)
    queued: Counter[str] = field(default_factory=Counter)
    told: Counter[tuple[str, int]] = field(default_factory=Counter)
    """Events by comment and version."""


def connected(url: str, **options: Any) -> Any:
    """A client for whatever an address leads to: a server, a cluster, or the primary that Sentinels name."""
    if is_cluster(url):
        return redis.RedisCluster(*seed_of(url), **options)
    if is_watched(url):
        named = watched(url)
        return redis.sentinel.Sentinel(named.sentinels).master_for(named.service, **options)
    return redis.Redis.from_url(url, **options)


def everything(url: str) -> Everything:
    """Read the whole database by its keys' names."""
    found = Everything()
    with connected(url) as client:
        for raw in client.scan_iter(count=1000):
            key = raw.decode()
            kind, _, rest = key.partition("}:")[2].partition(":")
            _read(client, found, key, kind, rest)
    return found


def _read(client: redis.Redis, found: Everything, key: str, kind: str, rest: str) -> None:
    site, _, name = rest.partition(":")
    if kind == "comment":
        found.tags.setdefault(name, []).append(key.partition(":comment:")[0])
        found.comments[name] = record.load(site, name, client.get(key))
    elif kind in ("list", "risk", "addressed"):
        found.lists[key] = {
            member.decode(): score for member, score in client.zrange(key, 0, -1, withscores=True)
        }
    elif kind == "thread":
        found.counts[name] = int(client.hget(key, "count") or 0)
    elif kind in ("top", "replies"):
        found.in_threads.update(member.decode() for member in client.zrange(key, 0, -1))
    elif kind == "queue":
        found.queued.update(fields[b"c"].decode().split()[1] for _, fields in client.xrange(key))
    elif kind == "events":
        events = (fields[b"e"].decode().split() for _, fields in client.xrange(key))
        found.told.update((comment_id, int(version)) for _, _, comment_id, version in events)


def _expected(found: Everything) -> Iterator[tuple[str, str]]:
    """Every list that a comment must stand in, read off its log alone."""
    for comment in found.comments.values():
        [partition] = found.tags[comment.id]
        for facet in facets(comment):
            yield f"{partition}:list:{comment.site}:{comment.state}:{facet}", comment.id
            if comment.state is State.PENDING:
                yield f"{partition}:risk:{comment.site}:{facet}", comment.id
        if comment.state in LISTED and comment.author.addressed:
            yield f"{partition}:addressed:{comment.site}", comment.id


def assert_consistent(found: Everything) -> None:
    """The laws that hold between any two steps."""
    for comment in found.comments.values():
        if comment.state is State.QUEUED:
            assert found.queued[comment.id] >= 1, "what is queued has its entry in the queue"
    listed = {(key, one) for key, members in found.lists.items() for one in members}
    assert listed == set(_expected(found)), "each comment is in the lists of its state, and in no other"
    published = [comment for comment in found.comments.values() if comment.state is State.PUBLISHED]
    by_thread = Counter(comment.thread for comment in published)
    assert {thread: count for thread, count in found.counts.items() if count} == dict(by_thread)
    roots = {comment.root_id for comment in published}
    assert found.in_threads == Counter(roots | {comment.id for comment in published})


def assert_told_once(found: Everything) -> None:
    """Each step of each comment is one event; for stores younger than events are kept, without imports."""
    steps = {(one.id, version) for one in found.comments.values() for version in range(1, one.version + 1)}
    assert found.told == Counter(steps), "each step was told once"
