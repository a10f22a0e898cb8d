"""How a call is declared, and what every call has in common: key, role, site, body and query.

A handler says what it takes by models; what it gets has been checked. The same declarations make the OpenAPI
document. Nothing here knows what any call does.
"""

import asyncio
import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, Generic, TypeVar, get_origin
from urllib.parse import unquote_to_bytes

import orjson
from aiohttp import hdrs, web
from pydantic import BaseModel, ValidationError

from service.api.fields import Request
from service.api.kept import Kept
from service.api.services import SERVICES, Services
from service.api.session import signed_in
from service.comments.merge_patch import field_errors
from service.comments.reasons import Language, prefers
from service.errors import (
    Forbidden,
    InvalidJson,
    InvalidRequest,
    Problem,
    RequestTimeout,
    TooLarge,
    Unauthorized,
    UnsupportedMediaType,
)
from service.store.directory import KeyRecord, Role, Site, Snapshot
from service.store.intake import Stale

_JSON = "application/json"
_VARIABLE = re.compile(r"\{(\w+)\}")
_NOT_ASCII = re.compile(r"%[89A-Fa-f]|[^\x00-\x7f]")

B = TypeVar("B", bound=BaseModel)
Q = TypeVar("Q", bound=BaseModel)

MAX_PARAMETERS = 256
"""Of a query: 200 threads and what stands beside them."""

_HEADS = 2_000  # of each call so many requests are remembered, of a kilobyte at the most
_LONGEST_HEAD = 600  # characters of a path; a longer one is looked at each time
_NO_BODY = Request()

BODY_WITHIN_S = 15.0
"""How long a caller may take to send a body."""

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
        ahead: begins a read beside the look whether the key is still good; what it finds is used if it is.
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
    ahead: "Callable[[Services, Site, web.Request], asyncio.Future[Any]] | None" = None


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
            begun = endpoint.ahead(services, asked.site, request)
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
        asked = await _asked(self._endpoint, request, request.app[SERVICES], snapshot)
        if head is not None:
            self._known.put(head, asked)
        return asked

    def _remembered(self, snapshot: Snapshot, head: tuple[str, str] | None) -> _Asked | None:
        asked = self._known.get(head) if head is not None else None
        return asked if asked is not None and asked.epoch == snapshot.epoch else None

    async def _body(self, request: web.Request) -> BaseModel:
        return await _body(self._endpoint.body, request) if self._endpoint.body else _NO_BODY

    async def _body_or_why_not(self, request: web.Request) -> BaseModel | Problem:
        """A body can be read once."""
        try:
            return await self._body(request)
        except Problem as refusal:
            return refusal


def _head(request: web.Request) -> tuple[str, str] | None:
    """What tells a request from others, where its head is worth remembering: not that of a session."""
    key = request.headers.get(hdrs.AUTHORIZATION)
    return (request.raw_path, key) if key is not None and len(request.raw_path) <= _LONGEST_HEAD else None


def _forget(begun: "asyncio.Future[Any]") -> None:
    """Whatever came of it, nobody need be told."""
    if not begun.cancel() and not begun.cancelled():
        begun.exception()


async def _asked(endpoint: Endpoint, request: web.Request, services: Services, snapshot: Snapshot) -> _Asked:
    caller = await authenticated(request, services, snapshot)
    if caller.role not in endpoint.roles:
        raise Forbidden(f"A key of role {caller.role} may not do that.")
    _refuse_unreadable(request.raw_path)
    query = _query(endpoint, request)
    return _Asked(snapshot.epoch, caller, _site(endpoint, caller, snapshot, query), query)


async def authenticated(request: web.Request, services: Services, snapshot: Snapshot) -> KeyRecord:
    """Who calls: by a key, or signed in on the moderators' page.

    Raises:
        Unauthorized: no key, an unknown one, or a revoked one.
        Forbidden: another website uses a moderator's session.
    """
    if hdrs.AUTHORIZATION not in request.headers:
        moderator = await signed_in(request, services, snapshot)
        if moderator is not None:
            return moderator
    scheme, _, key = request.headers.get(hdrs.AUTHORIZATION, "").partition(" ")
    if scheme.lower() != "bearer" or not key:
        raise Unauthorized
    known = services.key_of(key.strip(), snapshot)
    if known is None:
        raise Unauthorized("This key is unknown or revoked.")
    return known


def _site(endpoint: Endpoint, caller: KeyRecord, snapshot: Snapshot, query: BaseModel) -> Site | None:
    if not endpoint.concerns_site:
        return None
    named: str | None = getattr(query, "site", None)
    if caller.site is not None:
        if named not in (None, caller.site):
            raise Forbidden("This key is for another site.")
        return snapshot.site(caller.site)
    if named is None:
        raise InvalidRequest([("site", "an admin names the site: ?site=<id>")])
    return snapshot.site(named)


def _refuse_unreadable(address: str) -> None:
    """Raises: InvalidRequest: what is percent-encoded in the address is not UTF-8."""
    if not _NOT_ASCII.search(address):
        return
    try:
        unquote_to_bytes(address).decode()
    except UnicodeError:
        raise InvalidRequest([("", "the address must be percent-encoded UTF-8")]) from None


def _query(endpoint: Endpoint, request: web.Request) -> BaseModel:
    fields = endpoint.query.model_fields
    given: dict[str, Any] = {}
    if len(request.query) > MAX_PARAMETERS:
        raise InvalidRequest([("", f"the query has more than {MAX_PARAMETERS} parameters")])
    for name in dict.fromkeys(request.query):
        values = request.query.getall(name)
        many = name in fields and get_origin(fields[name].annotation) is list
        if len(values) > 1 and not many:
            raise InvalidRequest([(name, "is given more than once")])
        given[name] = values if many else values[0]
    try:
        return endpoint.query.model_validate(given)
    except ValidationError as wrong:
        raise InvalidRequest(list(field_errors(wrong, ""))) from None


async def _body(model: type[B], request: web.Request) -> B:
    """The body as its model.

    Raises:
        UnsupportedMediaType, InvalidJson, InvalidRequest; aiohttp's own for one over 64 KiB.
    """
    if not request.body_exists and not any(field.is_required() for field in model.model_fields.values()):
        return model()
    return parsed(model, await sent(request))


async def sent(request: web.Request) -> bytes:
    """The body of a request that is to carry JSON.

    Raises:
        UnsupportedMediaType, InvalidJson, RequestTimeout; aiohttp's own for one over 64 KiB.
    """
    if request.headers.get(hdrs.CONTENT_TYPE) != _JSON and request.content_type != _JSON:
        raise UnsupportedMediaType
    if request.headers.get(hdrs.CONTENT_ENCODING, "identity").lower() != "identity":
        raise UnsupportedMediaType("Send the body as it is, without Content-Encoding.")
    try:
        if request.content.is_eof():  # it came with its head
            return _whole(request)
        async with asyncio.timeout(BODY_WITHIN_S):
            return await request.read()
    except web.RequestPayloadError:  # it is not what its Transfer-Encoding says
        raise InvalidJson("The body cannot be decoded.") from None
    except TimeoutError:
        raise RequestTimeout from None


def _whole(request: web.Request) -> bytes:
    """The body that has come already.

    Raises:
        TooLarge: it has over 64 KiB.
    """
    body = request.content.read_nowait()
    if len(body) > request.client_max_size:
        raise TooLarge
    return body


def parsed(model: type[B], document: bytes) -> B:
    """JSON bytes as a model: no deep nesting, no unpaired surrogates, UTF-8 alone.

    Raises:
        InvalidJson, InvalidRequest.
    """
    try:
        return model.model_validate_json(document)
    except ValidationError as wrong:
        errors = wrong.errors(include_url=False, include_context=False, include_input=False)
        if errors[0]["type"] == "json_invalid":
            raise InvalidJson(
                f"The body is not valid JSON: {errors[0]['msg'].removeprefix('Invalid JSON: ')}."
            ) from None
        raise InvalidRequest(list(field_errors(wrong, ""))) from None


def reply(status: int, data: Any, **headers: str) -> web.Response:
    """A JSON answer; header names are written with underscores."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return web.Response(
        status=status, body=orjson.dumps(data), content_type="application/json", headers=named
    )
