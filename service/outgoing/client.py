"""The one client for calls out of this service, to addresses that somebody else chose.

It dials public addresses alone: the URL is checked, every address of its name, and once more the one that is
dialled, so that a name that changes between looking and dialling (rebinding) gains nothing. It follows no
redirect, uses no proxy, keeps no cookie, unpacks nothing, and reads little of the answer.
"""

import asyncio
import contextlib
import socket
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import aiohttp
from aiohttp import hdrs
from yarl import URL

from service.outgoing.addresses import is_public
from service.outgoing.resolver import CheckedResolver, LookUp, NotPublic, system_look_up
from service.outgoing.urls import Refused, checked

DEADLINE_S = 15.0
"""For a whole call, from the look-up of the name to the head of the answer."""

MAX_BODY = 1024 * 1024
"""Bytes that are sent at the most: a comment with its findings is far below."""

_READ = 16 * 1024  # bytes of a body, which tells us nothing; its connection is used again once it is read
_READ_S = 1.0
_IDLE_S = 2.0  # below what common servers keep, so that hardly a call meets a closing connection
_LOOK_S = 3.0
_USER_AGENT = "codau"


class Failed(Exception):
    """A call came to nothing; `code` says why: one of a few words of ours, nothing of the answer."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True, slots=True)
class Answer:
    """The head of an answer, as far as it matters."""

    status: int
    retry_after: str | None


class OutgoingClient:
    """Calls others; made inside a running loop, closed at the end."""

    def __init__(
        self,
        *,
        allow_private: bool = False,
        neighbour: str | None = None,
        deadline_s: float = DEADLINE_S,
        look_up: LookUp = system_look_up,
    ) -> None:
        """
        Args:
            allow_private: call addresses that are not public.
            neighbour: the one URL that is called though its address is not public; it names it in numbers.
            deadline_s: for a whole call.
        """
        self._allow_private = allow_private
        self._neighbour = neighbour
        self._near = (URL(neighbour).host, URL(neighbour).port) if neighbour else None
        self._resolver = CheckedResolver(look_up, allow_private=allow_private)
        self._session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(
                limit=0,  # who waits for one must not hold up another; each endpoint has its own limit
                resolver=self._resolver,
                use_dns_cache=False,
                keepalive_timeout=_IDLE_S,
                socket_factory=self._socket,
            ),
            timeout=aiohttp.ClientTimeout(total=deadline_s),
            cookie_jar=aiohttp.DummyCookieJar(),
            auto_decompress=False,
            trust_env=False,
            max_headers=64,
        )

    async def post(self, url: str, headers: Mapping[str, str], body: bytes) -> Answer:
        """Send JSON.

        Raises:
            Failed: there was no answer: `refused`, `too_large`, `not_public`, `no_address`, `connection`,
                `tls`, `timeout`.
        """
        if len(body) > MAX_BODY:
            raise Failed("too_large")
        named = {hdrs.CONTENT_TYPE: "application/json", hdrs.USER_AGENT: _USER_AGENT, **headers}
        try:
            target = checked(url, allow_private=self._allow_private or url == self._neighbour)
            async with self._session.post(
                target, data=body, headers=named, allow_redirects=False
            ) as response:
                await _read_some(response)
                return Answer(response.status, response.headers.get(hdrs.RETRY_AFTER))
        except Refused:
            raise Failed("not_public") from None
        except (TimeoutError, aiohttp.ClientError, OSError, ValueError) as error:
            raise Failed(_code(error)) from error

    async def check(self, url: str) -> None:
        """See whether a URL may be called, as far as that can be known now.

        A name that has no address yet is let pass: it is looked at again with every call.

        Raises:
            Refused.
        """
        host = checked(url, allow_private=self._allow_private).raw_host
        with contextlib.suppress(TimeoutError, OSError):
            async with asyncio.timeout(_LOOK_S):
                try:
                    await self._resolver.resolve(host or "")
                except NotPublic:
                    raise Refused("lead to public addresses alone") from None

    async def close(self) -> None:
        await self._session.close()

    def _socket(self, info: tuple[Any, ...]) -> socket.socket:
        """A socket to the address that is dialled.

        Raises:
            NotPublic: it is none to be dialled.
        """
        family, kind, proto, _, address = info
        is_near = tuple(address[:2]) == self._near
        if not (self._allow_private or is_near or is_public(str(address[0]))):
            raise NotPublic("The address is not public.")
        made = socket.socket(family, kind, proto)
        made.setblocking(False)
        return made


async def _read_some(response: aiohttp.ClientResponse) -> None:
    """Read a short body to its end; a connection with a long or slow one is closed."""
    try:
        async with asyncio.timeout(_READ_S):
            left = _READ
            while left > 0 and (chunk := await response.content.read(left)):
                left -= len(chunk)
    except (TimeoutError, aiohttp.ClientError, OSError):
        pass
    if not response.content.at_eof():
        response.close()


def _code(error: BaseException) -> str:
    causes = {type(one) for one in _chain(error)}
    for kind, code in (
        (NotPublic, "not_public"),
        (aiohttp.ClientSSLError, "tls"),
        (TimeoutError, "timeout"),
        (aiohttp.ClientConnectorDNSError, "no_address"),
        (aiohttp.InvalidURL, "not_public"),
    ):
        if any(issubclass(one, kind) for one in causes):
            return code
    return "connection"


def _chain(error: BaseException | None) -> list[BaseException]:
    found: list[BaseException] = []
    while error is not None and error not in found:
        found.append(error)
        error = error.__cause__
    return found
