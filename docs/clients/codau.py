"""Có Dấu for Python: one file to copy into your project. Python 3.10 or newer, httpx.

    codau = Codau("https://codau.example.vn", key)  # a key of the role `website`; it stays on your server
    comment = codau.submit({"thread": "doi-song/4711", "body": text, "author": {"name": name}}, form_key)

A comment that the checks turned down is no error: it comes back with `state` "rejected", with a `message` for
the reader, and often with a `suggestion` to send by `revise`. What the service refused is a `Problem`.
"""

import base64
import binascii
import hashlib
import hmac
import json
import re
import time
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple
from urllib.parse import quote

import httpx

Json = dict[str, Any]

TRIES = 3
LONGEST_PAUSE_S = 2.0  # a reader is waiting: a longer Retry-After is for the next click
TRY_S = 5.0  # for one try; a verdict is waited for up to 2 seconds of it
READ_WITHIN_S, SEND_WITHIN_S = 3.0, 12.0  # all tries together: an article must not wait for its comments
BUSY = {502, 503, 504}
TOLERANCE_S = 300
COUNTS_AT_ONCE = 100  # the service takes 200; proxies take shorter lines


class Problem(Exception):
    """The service refused a call, or did not answer (status 503, code `unavailable`).

    Attributes:
        status, code, detail: of the problem document; the detail is for developers.
        errors: for 422, what is wrong with which field: [{"field": "author.name", "message": "…"}].
        retry_after_s: for 429 and 503, when to try again.
    """

    def __init__(
        self, status: int, code: str, detail: str = "", errors: Iterable[Json] = (), retry_after_s: int = 0
    ) -> None:
        super().__init__(f"{status} {code}: {detail}")
        self.status, self.code, self.detail = status, code, detail
        self.errors = list(errors)
        self.retry_after_s = retry_after_s


class NotSigned(Exception):
    """A webhook's message is not from Có Dấu, or too old: answer 403, and use nothing of it."""


class Page(NamedTuple):
    """A page of a thread. Keep it, and hand it to the next `thread`: unchanged, it costs a 304."""

    etag: str
    document: Json


class Codau:
    """Calls of one website key. Safe to share between threads."""

    def __init__(self, url: str, key: str) -> None:
        headers = {"Authorization": f"Bearer {key}", "Accept-Language": "vi"}
        self._http = httpx.Client(base_url=url, headers=headers)

    def submit(self, comment: Json, key: str) -> Json:
        """Send a comment in; returns it judged, or `queued` where that takes more than 2 seconds.

        Make the key when the form is shown, and send it along in the form: however often the form comes, with
        the same key there is one comment.
        """
        if not re.fullmatch("[!-~]{1,255}", key):  # it came with a form: it may hold anything
            raise Problem(
                422, "invalid_request", "the Idempotency-Key is not 1 to 255 visible ASCII characters"
            )
        headers = {"Idempotency-Key": key, "Prefer": "wait=2"}
        return self._json("POST", "/v1/comments", json=comment, headers=headers)

    def comment(self, comment_id: str) -> Json:
        """Where a comment stands."""
        return self._json("GET", f"/v1/comments/{_segment(comment_id)}")

    def revise(self, comment_id: str, body: str) -> Json:
        """Send the reader's better text, mostly the suggested one, under the same id."""
        path, wait = f"/v1/comments/{_segment(comment_id)}/revise", {"Prefer": "wait=2"}
        return self._json("POST", path, json={"body": body}, headers=wait)

    def erase(self, comment_id: str) -> None:
        """Erase a comment and all that is known of its author, for good."""
        self._send("DELETE", f"/v1/comments/{_segment(comment_id)}")

    def thread(
        self,
        thread: str,
        known: Page | None = None,
        *,
        sort: str = "oldest",
        limit: int = 50,
        cursor: str | None = None,
    ) -> Page:
        """A page of what is published; `known` itself where nothing changed."""
        query: dict[str, str | int] = {"sort": sort, "limit": limit}
        if cursor:
            query["cursor"] = cursor
        headers = {"If-None-Match": known.etag} if known else {}
        path = f"/v1/threads/{_segment(thread)}/comments"
        answer = self._send("GET", path, params=query, headers=headers)
        if known and answer.status_code == httpx.codes.NOT_MODIFIED:
            return known
        return Page(answer.headers["ETag"], answer.json())

    def counts(self, threads: Iterable[str]) -> dict[str, int]:
        """How many comments are published in each thread."""
        names, counts = list(threads), dict[str, int]()
        for start in range(0, len(names), COUNTS_AT_ONCE):
            some = {"thread": names[start : start + COUNTS_AT_ONCE]}
            counts |= self._json("GET", "/v1/counts", params=some)["counts"]
        return counts

    def _json(self, method: str, path: str, **request: Any) -> Json:
        document: Json = self._send(method, path, **request).json()
        return document

    def _send(self, method: str, path: str, **request: Any) -> httpx.Response:
        """Every call here may be repeated: nothing is done twice that may be done once."""
        tried, until = 0, time.monotonic() + (READ_WITHIN_S if method == "GET" else SEND_WITHIN_S)
        while True:
            tried += 1
            try:
                left_s = max(until - time.monotonic(), 0.001)
                return self._once(method, path, timeout=min(TRY_S, left_s), **request)
            except Problem as problem:
                pause_s = problem.retry_after_s or 0.2 * 2**tried
                if problem.status not in BUSY or tried == TRIES or pause_s > LONGEST_PAUSE_S:
                    raise
                if time.monotonic() + pause_s >= until:
                    raise
                time.sleep(pause_s)

    def _once(self, method: str, path: str, **request: Any) -> httpx.Response:
        try:
            answer = self._http.request(method, path, **request)
        except httpx.TransportError as error:
            raise Problem(503, "unavailable", str(error)) from None
        if answer.status_code < httpx.codes.BAD_REQUEST:
            return answer
        raise _problem(answer)


def _problem(answer: httpx.Response) -> Problem:
    """Read a refusal; something in between, a proxy, may have written it."""
    after = answer.headers.get("Retry-After", "")
    try:
        said = answer.json()
    except ValueError:
        said = None
    if not isinstance(said, dict):
        said = {}
    code = said.get("code", "unavailable" if answer.status_code in BUSY else "unexpected")
    wait_s = int(after) if after.isdecimal() else 0
    return Problem(answer.status_code, code, said.get("detail", ""), said.get("errors", ()), wait_s)


def _segment(text: str) -> str:
    """One segment of a path: a thread's slash becomes %2F."""
    return quote(text, safe="")


def verify(body: bytes, headers: Mapping[str, str], *secrets: str) -> Json:
    """The event in a webhook's message: {"type", "timestamp", "data": the comment as it now stands}.

    Args:
        body: as it came, before anything has read it as JSON.
        headers: of the message, in any case.
        secrets: as they were shown (`whsec_…`); two while you change over to a new one.

    Raises:
        NotSigned: answer 403.
    """
    given = {name.lower(): value for name, value in headers.items()}
    name, at = given.get("webhook-id", ""), given.get("webhook-timestamp", "")
    if not (at.isascii() and at.isdecimal()) or abs(time.time() - int(at)) > TOLERANCE_S:
        raise NotSigned("the timestamp is missing, or more than five minutes off")
    signed = f"{name}.{at}.".encode() + body
    for signature in given.get("webhook-signature", "").split(" "):
        version, _, value = signature.partition(",")
        if version == "v1" and any(_fits(value, signed, secret) for secret in secrets):
            event: Json = json.loads(body)
            return event
    raise NotSigned("no signature fits")


def _fits(signature: str, signed: bytes, secret: str) -> bool:
    key = base64.b64decode(secret.removeprefix("whsec_"))
    try:
        given = base64.b64decode(signature, validate=True)
    except (binascii.Error, ValueError):
        return False
    return hmac.compare_digest(given, hmac.new(key, signed, hashlib.sha256).digest())
