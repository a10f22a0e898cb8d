"""One client over HTTP: it counts its answers, and repeats what was not answered where that is safe."""

import asyncio
import contextlib
import itertools
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import aiohttp

from bench.torture.again import AGAIN_S
from bench.torture.ledger import Ledger

GIVE_UP_S = 120.0
_NUMBERS = itertools.count()  # of all requests of this process
NO_HEADERS: Mapping[str, str] = {}
WAITING: Mapping[str, str] = {"Prefer": "wait=10"}


class Lost(Exception):
    """No answer came, or one that says to come again: what became of the request is unknown."""


class StuckError(Exception):
    """A client was not answered for so long that it gave up."""


@dataclass(frozen=True, slots=True)
class Caller:
    """A client with a key, which keeps count of its answers."""

    http: aiohttp.ClientSession
    key: str
    ledger: Ledger

    async def __call__(
        self, method: str, path: str, document: Any = None, headers: Mapping[str, str] = NO_HEADERS
    ) -> tuple[int, Any]:
        """Status and JSON of an answer.

        Raises:
            Lost: there was none, or a 503.
        """
        name = f"hoi-{next(_NUMBERS)}"
        sent = {"Authorization": f"Bearer {self.key}", "X-Request-ID": name, **headers}
        try:
            async with self.http.request(method, path, json=document, headers=sent) as answer:
                told = await answer.json(content_type=None)
        except (aiohttp.ClientError, OSError, TimeoutError, ValueError) as error:
            self.ledger.answered(type(error).__name__)
            raise Lost from error
        self.ledger.answered(str(answer.status))
        self._judge(method, path, answer, told)
        if answer.headers.get("X-Request-ID", name) != name:
            self.ledger.complain(f"{method} {path}: answered with what another asked for")
        if answer.status == 503:
            raise Lost
        return answer.status, told

    def _judge(self, method: str, path: str, answer: aiohttp.ClientResponse, told: Any) -> None:
        """A 503 says when to come again, and no other 5xx is ever right."""
        if answer.status == 503 and "Retry-After" not in answer.headers:
            self.ledger.complain(f"{method} {path}: 503 without Retry-After")
        elif answer.status >= 500 and answer.status != 503:
            self.ledger.complain(f"{method} {path}: {answer.status} {told}")

    async def until_answered(
        self, method: str, path: str, document: Any = None, headers: Mapping[str, str] = NO_HEADERS
    ) -> tuple[int, Any]:
        """The same, repeated until there is an answer: for what may be repeated.

        Raises:
            StuckError: there was none within `GIVE_UP_S`.
        """
        until = time.monotonic() + GIVE_UP_S
        while True:
            with contextlib.suppress(Lost):
                return await self(method, path, document, headers)
            if time.monotonic() > until:
                raise StuckError(f"{method} {path} was not answered within {GIVE_UP_S:.0f} s")
            await asyncio.sleep(AGAIN_S)
