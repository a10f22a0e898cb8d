"""Receivers of webhooks: real servers that note what comes and answer as a test wants."""

import asyncio
import contextlib
import json
import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from aiohttp import web
from standardwebhooks import Webhook

Reply = Callable[[], web.Response]


@dataclass(frozen=True, slots=True)
class Message:
    """One call, as it came."""

    headers: Mapping[str, str]
    body: bytes

    @property
    def id(self) -> str:
        return self.headers["webhook-id"]

    @property
    def document(self) -> Any:
        return json.loads(self.body)

    @property
    def told(self) -> tuple[str, str]:
        """Which comment, and what."""
        return self.document["data"]["id"], self.document["type"]

    def signed_by(self, secret: str) -> bool:
        """Whether one of the signatures is what the specification's own library makes with this secret."""
        at = datetime.fromtimestamp(int(self.headers["webhook-timestamp"]), UTC)
        wanted = Webhook(secret).sign(self.id, at, self.body.decode())
        return wanted in self.headers["webhook-signature"].split(" ")


@dataclass
class Receiver:
    """A server that notes every call.

    Attributes:
        reply: makes its answers.
        hangs: while set to an event, calls wait for it first.
        listen: takes connections from now on.
    """

    url: str = ""
    messages: list[Message] = field(default_factory=list)
    reply: Reply = lambda: web.Response(status=204)
    hangs: asyncio.Event | None = None
    listen: Callable[[], Awaitable[None]] = field(init=False)

    async def handle(self, request: web.Request) -> web.Response:
        self.messages.append(Message(request.headers.copy(), await request.read()))
        if self.hangs is not None:
            await self.hangs.wait()
        return self.reply()

    def answers(self, status: int, **headers: str) -> None:
        """Answer with a status from now on; header names are written with underscores."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        self.reply = lambda: web.Response(status=status, headers=named)


@contextlib.asynccontextmanager
async def receiving(*, listening: bool = True) -> AsyncIterator[Receiver]:
    """A receiver on a free port; not listening, it refuses connections until it is told to listen."""
    receiver = Receiver()
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", receiver.handle)
    runner = web.AppRunner(app, shutdown_timeout=1)
    await runner.setup()
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        receiver.url = f"http://127.0.0.1:{bound.getsockname()[1]}/nhan"
        receiver.listen = web.SockSite(runner, bound).start
        if listening:
            await receiver.listen()
        yield receiver
        if receiver.hangs is not None:
            receiver.hangs.set()
        await runner.cleanup()
