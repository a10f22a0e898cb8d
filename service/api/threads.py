"""A thread's page as it is sent: built from its comments, kept until the thread's version moves.

The version is the one small read that tells whether a page, here or with a caller, is still right: what was
taken down is gone from the next answer on. It never comes again with other content (see `commit.lua`), so the
ETag is made of it, and a match needs no page.
"""

import asyncio
from collections.abc import Mapping, Sequence
from functools import lru_cache
from hashlib import blake2b
from pathlib import Path

import orjson

import service
from service.api.nodes import Node
from service.api.page_cache import Page, PageName
from service.api.requests import ThreadQuery
from service.api.services import Services
from service.store.directory import Site
from service.store.ordered import Cursor, Order

_ON_THE_LOOP = 500  # comments that are put together in a millisecond; with more, others have their turn


def _program() -> bytes:
    """Tells this program from any other, which may render the same comments otherwise."""
    sources = sorted(Path(service.__file__).parent.rglob("*.py"))
    return blake2b(b"".join(source.read_bytes() for source in sources), digest_size=12).digest()


_PROGRAM = _program()


def page_name(site: Site, thread: str, query: ThreadQuery) -> PageName:
    """What tells a page from all others; the site's name is on it where the newsroom answers."""
    return (site.id, site.name, thread, query.sort, query.limit, query.cursor)


def etag(name: PageName, version: int) -> str:
    """Different for every sort and page, even where they show the same."""
    return f'"{version:x}-{_digest(name)}"'


@lru_cache(maxsize=4_096)
def _digest(name: PageName) -> str:
    return blake2b(repr(name).encode(), digest_size=12, key=_PROGRAM).hexdigest()


async def rendered(services: Services, site: Site, thread: str, query: ThreadQuery, version: int) -> Page:
    """The page, no older than this version of the thread."""
    name = page_name(site, thread, query)

    async def render() -> Page:
        body = await _body(services, site, thread, query)
        tag = etag(name, version)
        if await services.store.threads.version(site.id, thread) != version:
            tag = f'{tag[:-1]}-{blake2b(body, digest_size=12).hexdigest()}"'  # somewhere between two versions
        return Page(version, tag, body)

    return await services.pages.of_version(name, version, render)


async def _body(services: Services, site: Site, thread: str, query: ThreadQuery) -> bytes:
    store = services.store
    after = Cursor.parsed(query.cursor) if query.cursor is not None else None
    branches, counts = await asyncio.gather(
        store.threads.branches(site.id, thread, Order(query.sort), query.limit, after),
        store.threads.counts(site.id, [thread]),
    )
    ids = [*branches.tops, *(reply for replies in branches.below.values() for reply in replies)]
    nodes = await _nodes(services, site, thread, ids)

    def written() -> bytes:
        head = {
            "thread": thread,
            "count": counts[thread],
            "next_cursor": str(branches.next) if branches.next else None,
        }
        return orjson.dumps(head)[:-1] + b',"comments":[' + tree(branches.tops, nodes) + b"]}"

    return await asyncio.to_thread(written) if len(nodes) > _ON_THE_LOOP else written()


async def _nodes(services: Services, site: Site, thread: str, ids: Sequence[str]) -> Mapping[str, Node]:
    """All that a page shows, tombstones between a reply and the top included."""
    comments = services.store.comments
    found = await services.nodes.read(comments, site, thread, ids)
    between = {ancestor for node in found.values() for ancestor in node.path} - found.keys()
    if between:
        found |= await services.nodes.read(comments, site, thread, sorted(between))
    return found


def tree(tops: Sequence[str], nodes: Mapping[str, Node]) -> bytes:
    """Nest a page's comments, as JSON without the outermost brackets."""
    children: dict[str, list[Node]] = {}
    for node in nodes.values():
        if node.path:
            children.setdefault(node.path[-1], []).append(node)

    def written(node: Node) -> bytes:
        below = sorted(children.get(node.id, ()), key=lambda child: child.place)
        return node.text + b",".join([written(child) for child in below]) + b"]}"

    return b",".join([written(nodes[top]) for top in tops if top in nodes])
