"""Có Dấu's HTTP API, as this website calls it: deadlines, safe repeats, problems as exceptions.

Every call here may be repeated: reading changes nothing, a submission carries its Idempotency-Key, and a
revision or an announcement sent twice leaves what one would have left.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

import orjson
from aiohttp import ClientConnectionError, ClientPayloadError, ClientResponse, ClientSession, ClientTimeout
from yarl import URL

Json = dict[str, Any]

TRIES = 3
TRY_TIMEOUT = ClientTimeout(total=5, connect=1)
"""Seconds for one try: a submission waits 2 s for its verdict, and the network takes its part."""
READ_WITHIN_S = 2.0
"""Seconds for a call that a page waits for, repeats included: the article must not wait for its comments."""
SEND_WITHIN_S = 12.0
"""Seconds for a call that a reader's text rides on."""
LONGEST_PAUSE_S = 1.0
"""A reader is waiting: a Retry-After above this is for the next click, not for the next try."""
NOT_MODIFIED = 304
BUSY = frozenset({502, 503, 504})


@dataclass(frozen=True)
class Answer:
    """What came back, unread."""

    status: int
    etag: str
    content: bytes


@dataclass(frozen=True)
class Tagged:
    """A document, and the ETag by which the service knows whether it is still right."""

    etag: str
    document: Json


class ApiProblem(Exception):
    """The service refused a call, or did not answer.

    Attributes:
        code: of the problem document; ``unavailable`` where none came.
        status: of HTTP; 503 where no answer came.
        retry_after_s: how long to wait before the next try, where the service said so.
        fields: the fields that were wrong.
    """

    def __init__(
        self, code: str, status: int, *, retry_after_s: int | None = None, fields: Sequence[str] = ()
    ) -> None:
        super().__init__(f"the comment service answered {status} {code}")
        self.code = code
        self.status = status
        self.retry_after_s = retry_after_s
        self.fields = tuple(fields)


async def read_problem(response: ClientResponse) -> ApiProblem:
    """Read an answer that is not a success; anything in between (a proxy) may have written it."""
    try:
        document = orjson.loads(await response.read())
        code, errors = document["code"], document.get("errors", ())
    except (orjson.JSONDecodeError, KeyError, TypeError):
        code, errors = "unavailable" if response.status in BUSY else "unexpected", ()
    after = response.headers.get("Retry-After", "")
    return ApiProblem(
        code,
        response.status,
        retry_after_s=int(after) if after.isdecimal() else None,
        fields=[error["field"] for error in errors],
    )


def read_json(answer: Answer) -> Json:
    """Read a document."""
    document: Json = orjson.loads(answer.content)
    return document


def pause_s(problem: ApiProblem, tried: int) -> float:
    """Seconds before the next try: what the service asks for, else 0.2, 0.4, …, and never long."""
    asked = problem.retry_after_s
    return min(LONGEST_PAUSE_S, 0.2 * 2 ** (tried - 1) if asked is None else asked)


class CodauClient:
    """Calls of one key. `session` is shared and closed by whoever opened it."""

    def __init__(self, session: ClientSession, base_url: str, key: str) -> None:
        self._session = session
        self._base_url = base_url.rstrip("/")
        self._headers = {"Authorization": f"Bearer {key}", "Accept-Language": "vi"}

    async def call(self, method: str, path: str, *, body: Json | None = None) -> Json:
        """Call once and answer with the JSON document.

        Raises:
            ApiProblem: the service refused, or did not answer within the deadline.
        """
        return read_json(await self._send(method, path, body=body))

    async def _send(
        self, method: str, path: str, *, body: Json | None = None, headers: Json | None = None
    ) -> Answer:
        content = {"Content-Type": "application/json"} if body is not None else {}
        try:
            async with self._session.request(
                method,
                URL(self._base_url + path, encoded=True),  # a thread's slash stays %2F
                data=None if body is None else orjson.dumps(body),
                headers=self._headers | content | (headers or {}),
                timeout=TRY_TIMEOUT,
                allow_redirects=False,
            ) as response:
                if not response.ok:
                    raise await read_problem(response)
                etag = response.headers.get("ETag", "")
                return Answer(response.status, etag, await response.read())
        except (ClientConnectionError, ClientPayloadError, TimeoutError):
            raise ApiProblem("unavailable", 503) from None

    async def _repeat(
        self,
        method: str,
        path: str,
        *,
        body: Json | None = None,
        headers: Json | None = None,
        within_s: float = READ_WITHIN_S,
    ) -> Answer:
        """Call up to three times while the service is busy or out of reach, and no longer than `within_s`."""
        try:
            async with asyncio.timeout(within_s):
                for tried in range(1, TRIES):
                    try:
                        return await self._send(method, path, body=body, headers=headers)
                    except ApiProblem as problem:
                        if problem.status not in BUSY:
                            raise
                        await asyncio.sleep(pause_s(problem, tried))
                return await self._send(method, path, body=body, headers=headers)
        except TimeoutError:
            raise ApiProblem("unavailable", 503) from None

    async def submit(self, comment: Json, *, key: str, wait_s: int = 2) -> Json:
        """Send a reader's comment in; answers with it as it stands once judged, or after `wait_s` seconds."""
        headers = {"Idempotency-Key": key, "Prefer": f"wait={wait_s}"}
        answer = await self._repeat(
            "POST", "/v1/comments", body=comment, headers=headers, within_s=SEND_WITHIN_S
        )
        return read_json(answer)

    async def revise(self, comment_id: str, body: str, *, wait_s: int = 2) -> Json:
        """Send a reader's better text under the same id."""
        path = f"/v1/comments/{quote(comment_id, safe='')}/revise"
        wait = {"Prefer": f"wait={wait_s}"}
        return read_json(
            await self._repeat("POST", path, body={"body": body}, headers=wait, within_s=SEND_WITHIN_S)
        )

    async def comment(self, comment_id: str) -> Json:
        """Where a comment stands."""
        return read_json(await self._repeat("GET", f"/v1/comments/{quote(comment_id, safe='')}"))

    async def thread(
        self, thread: str, *, sort: str, limit: int, cursor: str | None = None, known: Tagged | None = None
    ) -> Tagged:
        """A page of what is published below an article, as a tree; `known` itself while it is right."""
        query = f"sort={sort}&limit={limit}" + (f"&cursor={quote(cursor, safe='')}" if cursor else "")
        path = f"/v1/threads/{quote(thread, safe='')}/comments?{query}"
        answer = await self._repeat("GET", path, headers={"If-None-Match": known.etag} if known else {})
        if known and answer.status == NOT_MODIFIED:
            return known
        return Tagged(answer.etag, read_json(answer))

    async def counts(self, threads: Sequence[str]) -> dict[str, int]:
        """How many comments are published in each thread."""
        query = "&".join(f"thread={quote(thread, safe='')}" for thread in threads)
        counts: dict[str, int] = read_json(await self._repeat("GET", f"/v1/counts?{query}"))["counts"]
        return counts

    async def announce(self, thread: str, *, title: str, url: str, is_open: bool) -> None:
        """Tell the service of an article, and whether it still takes comments."""
        path = f"/v1/threads/{quote(thread, safe='')}"
        await self._repeat("PUT", path, body={"title": title, "url": url, "open": is_open})
