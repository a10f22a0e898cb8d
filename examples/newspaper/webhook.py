"""Có Dấu's webhook, as this website takes it: the signature checked, the comment noted, answered at once.

A message may come twice, and late: it holds the comment as it then stood, and its version says whether that
is news. Nothing slow is done here; whoever has more to do puts it into a queue first, and answers.
"""

from __future__ import annotations

from aiohttp import web
from standardwebhooks import Webhook, WebhookVerificationError

from examples.newspaper.views import DESK

WEBHOOK = web.AppKey("WEBHOOK", Webhook)
LARGEST_MESSAGE = 1024 * 1024
"""Bytes; the service sends no more."""

routes = web.RouteTableDef()


@routes.post("/codau")
async def take_message(request: web.Request) -> web.Response:
    """Take a message in; `codau.test` is one, too, of no comment."""
    try:
        event = request.app[WEBHOOK].verify(await request.read(), dict(request.headers))
    except (WebhookVerificationError, ValueError):  # the library's word for a header or body that is no text
        return web.Response(status=403, text="403: this message is not signed by Có Dấu\n")
    if event["type"].startswith("comment."):
        request.app[DESK].note(event["data"])
    return web.Response(status=204)
