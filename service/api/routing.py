"""From a request to its handler: who calls and what was sent is looked at, and the handler is called with it.

What the head of a request says is remembered by key and query: callers send the same ones again and again.
"""

import asyncio
import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from aiohttp import hdrs, web
from pydantic import BaseModel

from service.api.authentication import authenticated, site_of
from service.api.endpoints import Call, Endpoint
from service.api.fields import Request
from service.api.kept import Kept
from service.api.parsing import body_of, is_readable, query_of
from service.api.services import SERVICES, Services
from service.errors import Forbidden, InvalidRequest, Problem
from service.store.directory import KeyRecord, Site, Snapshot
from service.store.intake import Stale

_VARIABLE = re.compile(r"\{(\w+)\}")
_HEADS = 2_000  # of each call so many requests are remembered, of a kilobyte at the most
_LONGEST_HEAD = 600  # characters of an address; a longer one is looked at each time
_NO_BODY = Request()


def install(app: web.Application, endpoints: list[Endpoint]) -> None:
    """Add the calls to an application."""
    for endpoint in endpoints:
        path = _VARIABLE.sub(r"{\1:[^/]+}", endpoint.path)  # by itself aiohttp takes no braces in a segment
        if endpoint.method == "GET":
            app.router.add_get(path, _handler(endpoint), allow_head=True)
        else:
            app.router.add_route(endpoint.method, path, _handler(endpoint))


@dataclass(frozen=True, slots=True)
class _Asked:
    """What the head of a request says, as long as sites and keys are those of this epoch."""

    epoch: int
    caller: KeyRecord
    site: Site | None
    query: BaseModel


def _handler(endpoint: Endpoint) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
    answering = _Answering(endpoint)
    return answering.confirming if endpoint.confirms else answering.answer


class _Answering:
    """Makes a call of a request, and hands it to the endpoint."""

    def __init__(self, endpoint: Endpoint) -> None:
        self._endpoint = endpoint
        self._known: Kept[tuple[str, str], _Asked] = Kept(_HEADS, lambda _: 1)

    async def answer(self, request: web.Request) -> web.StreamResponse:
        """By the sites and keys of this moment."""
        services, endpoint, head = request.app[SERVICES], self._endpoint, _head(request)
        asked = self._known.get(head) if head is not None else None
        begun = None
        if asked is not None and asked.site is not None and endpoint.ahead is not None:
            begun = endpoint.ahead(services, asked.site, request, asked.query)
        try:
            snapshot = await services.store.directory.current()
            asked = self._remembered(snapshot, head) or await self._asked(request, snapshot, head)
            body = await self._body(request)
            return await endpoint.handler(
                Call(request, services, asked.caller, snapshot, asked.site, body, asked.query, begun)
            )
        finally:
            if begun is not None:
                _forget(begun)

    async def confirming(self, request: web.Request) -> web.StreamResponse:
        """By the sites and keys as they are known; the handler sees whether they still are."""
        services, head, body = request.app[SERVICES], _head(request), None
        directory = services.store.directory
        while True:
            snapshot = directory.known
            try:
                asked = self._remembered(snapshot, head) or await self._asked(request, snapshot, head)
                if body is None:
                    body = await self._body_or_why_not(request)
                if isinstance(body, Problem):
                    raise body
            except Problem:
                if await directory.current() is snapshot:
                    raise
                continue
            call = Call(request, services, asked.caller, snapshot, asked.site, body, asked.query)
            try:
                return await self._endpoint.handler(call)
            except Stale:
                await directory.current()

    async def _asked(self, request: web.Request, snapshot: Snapshot, head: tuple[str, str] | None) -> _Asked:
        """What the head says, by this snapshot."""
        asked = await _read_head(self._endpoint, request, request.app[SERVICES], snapshot)
        if head is not None:
            self._known.put(head, asked)
        return asked

    def _remembered(self, snapshot: Snapshot, head: tuple[str, str] | None) -> _Asked | None:
        asked = self._known.get(head) if head is not None else None
        return asked if asked is not None and asked.epoch == snapshot.epoch else None

    async def _body(self, request: web.Request) -> BaseModel:
        return await body_of(self._endpoint.body, request) if self._endpoint.body else _NO_BODY

    async def _body_or_why_not(self, request: web.Request) -> BaseModel | Problem:
        """A body can be read once."""
        try:
            return await self._body(request)
        except Problem as refusal:
            return refusal


def _head(request: web.Request) -> tuple[str, str] | None:
    """What its key and query are known by, where they are worth remembering: not those of a session."""
    address, key = request.raw_path, request.headers.get(hdrs.AUTHORIZATION)
    if key is None or len(address) > _LONGEST_HEAD or not is_readable(address):
        return None
    return address.partition("?")[2], key


def _forget(begun: "asyncio.Future[Any]") -> None:
    """Whatever came of it, nobody need be told."""
    if not begun.cancel() and not begun.cancelled():
        begun.exception()


async def _read_head(
    endpoint: Endpoint, request: web.Request, services: Services, snapshot: Snapshot
) -> _Asked:
    caller = await authenticated(request, services, snapshot)
    if caller.role not in endpoint.roles:
        raise Forbidden(f"A key of role {caller.role} may not do that.")
    if not is_readable(request.raw_path):
        raise InvalidRequest([("", "the address must be percent-encoded UTF-8")])
    query = query_of(endpoint.query, request)
    named: str | None = getattr(query, "site", None)
    site = site_of(caller, named, snapshot) if endpoint.concerns_site else None
    return _Asked(snapshot.epoch, caller, site, query)
