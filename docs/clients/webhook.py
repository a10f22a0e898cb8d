"""A receiver of webhooks: a WSGI application, for any server or framework that takes one.

It needs codau.py beside it and, in the environment, CODAU_WEBHOOK_SECRETS (two, with a blank between, while
you change over to a new one). To try it: PORT=8000 python webhook.py
"""

import os
from collections.abc import Callable, Iterable
from typing import Any
from wsgiref.simple_server import make_server

from codau import Json, NotSigned, verify

LARGEST = 1024 * 1024  # bytes; the service sends no more
SECRETS = os.environ["CODAU_WEBHOOK_SECRETS"].split()
comments: dict[str, Json] = {}  # your database, in truth


def note(comment: Json) -> None:
    """Keep the newest version: a message may come twice, and one of an older version after a newer."""
    if comment["version"] > comments.get(comment["id"], {"version": 0})["version"]:
        comments[comment["id"]] = comment


def application(environ: dict[str, Any], start_response: Callable[..., object]) -> Iterable[bytes]:
    """Take a message in."""
    names = ("id", "timestamp", "signature")
    headers = {f"webhook-{name}": environ.get(f"HTTP_WEBHOOK_{name.upper()}", "") for name in names}
    size = min(int(environ.get("CONTENT_LENGTH") or 0), LARGEST)
    try:
        event = verify(environ["wsgi.input"].read(size), headers, *SECRETS)
    except NotSigned:
        start_response("403 Forbidden", [])
        return []
    if event["type"].startswith("comment."):  # `codau.test` has no comment
        note(event["data"])
    start_response("204 No Content", [])
    return []


if __name__ == "__main__":
    make_server("127.0.0.1", int(os.environ.get("PORT", "8000")), application).serve_forever()
