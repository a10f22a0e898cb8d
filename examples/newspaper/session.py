"""What this website remembers of a browser, in a signed cookie: the reader's name, and the comments it sent.

Only a comment that stands in it may be revised. Nothing is encrypted: it holds what its reader wrote anyway.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from dataclasses import dataclass, field

import orjson
from aiohttp import web

COOKIE = "doc_gia"
KEPT_DAYS = 30
KEPT_COMMENTS = 20
"""The latest ones; more would outgrow the 4 KiB that browsers keep of a cookie."""


@dataclass
class Reader:
    """A browser: the name its reader gave last, and (thread, comment id) of what it sent, oldest first."""

    name: str = ""
    sent: list[tuple[str, str]] = field(default_factory=list)

    def remember(self, name: str, thread: str, comment_id: str) -> None:
        """Note a comment that this browser sent; a repeat changes nothing."""
        self.name = name
        if (thread, comment_id) not in self.sent:
            self.sent = [*self.sent, (thread, comment_id)][-KEPT_COMMENTS:]

    def sent_to(self, thread: str) -> list[str]:
        """The ids of the comments that this browser sent to a thread, newest first."""
        return [comment_id for to, comment_id in reversed(self.sent) if to == thread]


class Signer:
    """Writes and reads the cookie, with a key drawn from the website key: a restart forgets nobody."""

    def __init__(self, website_key: str) -> None:
        self._key = hashlib.blake2b(website_key.encode(), person=b"newspaper cookie").digest()

    def _sign(self, text: str) -> str:
        return hmac.new(self._key, text.encode(), hashlib.sha256).hexdigest()

    def dump(self, reader: Reader) -> str:
        """Write a reader as the value of the cookie."""
        text = base64.urlsafe_b64encode(orjson.dumps([reader.name, reader.sent])).decode()
        return f"{text}.{self._sign(text)}"

    def load(self, value: str) -> Reader:
        """Read the value of a cookie; one that is not ours is a reader we do not know."""
        text, _, signature = value.partition(".")
        if not hmac.compare_digest(signature.encode(), self._sign(text).encode()):
            return Reader()
        name, sent = orjson.loads(base64.urlsafe_b64decode(text))
        return Reader(name, [(thread, comment_id) for thread, comment_id in sent])

    def read(self, request: web.Request) -> Reader:
        """The reader behind a request."""
        return self.load(request.cookies.get(COOKIE, ""))

    def write(self, response: web.Response, reader: Reader, *, secure: bool) -> None:
        """Send the cookie: unseen by scripts, and not sent along when another site posts here."""
        response.set_cookie(
            COOKIE,
            self.dump(reader),
            max_age=KEPT_DAYS * 86400,
            httponly=True,
            samesite="Lax",
            secure=secure,
        )
