"""How a call is declared, what its handler gets, and how it replies: all that the handlers' files need.

A handler says what it takes by models; what it gets has been checked. The same declarations make the OpenAPI
document. Nothing here knows what any call does; how a request becomes a call is in `routing`.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

import orjson
from aiohttp import hdrs, web
from pydantic import BaseModel

from service.api.fields import Request
from service.api.services import Services
from service.comments.reasons import Language, prefers
from service.store.directory import KeyRecord, Role, Site, Snapshot

B = TypeVar("B", bound=BaseModel)
Q = TypeVar("Q", bound=BaseModel)

WEBSITE = frozenset({Role.WEBSITE, Role.ADMIN})
READER = frozenset({Role.WEBSITE, Role.MODERATOR, Role.ADMIN})
MODERATOR = frozenset({Role.MODERATOR, Role.ADMIN})
ADMIN = frozenset({Role.ADMIN})


@dataclass(slots=True, eq=False)  # frozen it would take a microsecond longer to make
class Call(Generic[B, Q]):
    """One request, checked; not to be changed.

    Attributes:
        site: the site it concerns; calls that concern none must not ask.
        language: what the reader prefers.
        begun: what `Endpoint.ahead` has begun, if it has.
    """

    request: web.Request
    services: Services
    caller: KeyRecord
    snapshot: Snapshot
    named_site: Site | None
    body: B
    query: Q
    begun: "asyncio.Future[Any] | None" = None

    @property
    def site(self) -> Site:
        assert self.named_site is not None  # noqa: S101 - the endpoint is declared with a site
        return self.named_site

    @property
    def language(self) -> Language:
        return prefers(self.request.headers.get(hdrs.ACCEPT_LANGUAGE))

    def path(self, name: str) -> str:
        """A part of the path, percent-decoded."""
        return self.request.match_info[name]


Handler = Callable[[Call[Any, Any]], Awaitable[web.StreamResponse]]


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One call, declared.

    Attributes:
        roles: whose keys may make it.
        confirms: whether the handler itself makes sure, in the step that relies on it, that sites and keys
            are those of `Call.snapshot`, and else raises `Stale`; nobody need ask for their epoch before.
        concerns_site: whether it is about one site, implied by the key or named by `?site=`.
        ahead: begins a read beside the look whether the key is still good, or gives None; what it finds is
            used if the key is good. It is told the site and the query.
    """

    method: str
    path: str
    handler: Callable[..., Awaitable[web.StreamResponse]]
    roles: frozenset[Role]
    summary: str
    tag: str
    body: type[BaseModel] | None = None
    query: type[BaseModel] = Request
    concerns_site: bool = True
    confirms: bool = False
    ahead: "Callable[[Services, Site, web.Request, Any], asyncio.Future[Any] | None] | None" = None


class Endpoints(list[Endpoint]):
    """The calls of one audience."""

    def __init__(self, tag: str) -> None:
        super().__init__()
        self.tag = tag

    def add(
        self,
        method: str,
        path: str,
        roles: frozenset[Role],
        **declared: Any,
    ) -> Callable[[Handler], Handler]:
        """Declare the decorated function as a call's handler; its docstring's first line is the summary."""

        def declare(handler: Handler) -> Handler:
            summary = (handler.__doc__ or "").strip().partition("\n")[0]
            self.append(Endpoint(method, path, handler, roles, summary, self.tag, **declared))
            return handler

        return declare


def reply(status: int, data: Any, **headers: str) -> web.Response:
    """A JSON answer; header names are written with underscores."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return web.Response(
        status=status, body=orjson.dumps(data), content_type="application/json", headers=named
    )
