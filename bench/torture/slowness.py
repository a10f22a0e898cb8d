"""The ways in which a client can be slow: what it sends, and whether it reads."""

from collections.abc import Mapping
from dataclasses import dataclass

from bench.torture.stack import Keys

UNREAD = 40  # answers of some hundred kilobytes, more than the kernel keeps


@dataclass(frozen=True, slots=True)
class Kind:
    """What a slow client does.

    Attributes:
        first: what it sends at once.
        then: what it sends a byte of every second from then on.
        reads: whether it takes what it is sent.
    """

    first: bytes
    then: bytes = b""
    reads: bool = True


def kinds(keys: Keys, place: str) -> Mapping[str, Kind]:
    """All kinds of them; `place` is an event of long ago."""
    get, post = b"GET %b HTTP/1.1\r\nHost: x\r\n", b"POST /v1/comments HTTP/1.1\r\nHost: x\r\n"
    website, moderator = _authorized(keys.website), _authorized(keys.moderator)
    json, long = b"Content-Type: application/json\r\n", b"Content-Length: 500\r\n\r\n{"
    whole = get % b"/healthz" + b"\r\n"
    stream = get % b"/v1/events" + moderator + f"Last-Event-ID: {place}\r\n\r\n".encode()
    return {
        "nothing": Kind(b""),
        "half a line": Kind(b"GET /v1/com"),
        "half a head": Kind(post + website),
        "a byte of a head a second": Kind(post + b"X-A: ", b"a" * 60),
        "half a body": Kind(post + website + json + long),
        "a byte of a body a second": Kind(post + website + json + long, b" " * 60),
        "half a body, without a key": Kind(post + json + long),
        "half a chunk": Kind(post + website + json + b"Transfer-Encoding: chunked\r\n\r\n9\r\n{"),
        "a request and no more": Kind(whole),
        "a request and half a head": Kind(whole + b"GET /"),
        "an answer that is not read": Kind((get % b"/openapi.json" + b"\r\n") * UNREAD, reads=False),
        "events that are not read": Kind(stream, reads=False),
    }


def _authorized(key: str) -> bytes:
    return f"Authorization: Bearer {key}\r\n".encode()
