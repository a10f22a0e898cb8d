"""`GET /v1/events`: what happens on a site, told as it happens (server-sent events, WHATWG HTML 9.2).

What is sent is read when it is sent, as for a webhook. Which events there are is read from the client's own
place (`service/store/follower.py` says when to look), so that an id is all that is needed to go on.
"""

import asyncio
import contextlib
import socket
from collections.abc import Sequence

import orjson
from aiohttp import hdrs, web

from service.api import event_ids, request_ids
from service.api.authentication import authenticated
from service.api.endpoints import MODERATOR, Call, Endpoints
from service.api.event_ids import Place
from service.api.requests import Nothing, SiteQuery
from service.api.views import event_view
from service.comments.model import Comment
from service.errors import Problem
from service.store.events import StoredEvent
from service.store.follower import Follower, Listener
from service.store.store import Store

RETURN_WITHIN_MS = 24 * 3_600_000
"""How long a client may be away and miss nothing (contract, section 3); events are kept for longer."""

_RETRY_MS = 2_000  # how soon a browser connects again
_PAGE = 128  # events read at once, all partitions together: some milliseconds of rendering
_CHUNK = 64 * 1024  # bytes handed over at once
_FINISH_S = 0.5  # what a stream may still send when the process ends
_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Server": "codau",
    hdrs.CONTENT_TYPE: "text/event-stream",
    hdrs.CACHE_CONTROL: "no-cache",
    "X-Accel-Buffering": "no",  # nginx would keep events back until it has some kilobytes
}

endpoints = Endpoints("moderators")


class Streams:
    """The open streams of one process.

    Attributes:
        heartbeat_s: after so long in silence something is sent, for proxies, and to notice who is gone.
        send_within_s: whoever takes nothing for so long is sent away.
    """

    def __init__(self, store: Store, *, heartbeat_s: float = 15.0, send_within_s: float = 10.0) -> None:
        self.follower = Follower(store.url, store.events, store.partitions)
        self.heartbeat_s = heartbeat_s
        self.send_within_s = send_within_s
        self._open: dict[asyncio.Task[None], asyncio.Transport] = {}

    @property
    def transports(self) -> list[asyncio.Transport]:
        """The connections of all open streams."""
        return list(self._open.values())

    async def serve(self, stream: "Stream") -> None:
        """Run a stream to its end."""
        transport = stream.call.request.transport
        if transport is None:  # the client is gone already
            return
        _keep_little(transport)
        task = asyncio.create_task(stream.run())
        self._open[task] = transport
        try:
            await task
        finally:
            del self._open[task]

    async def close(self) -> None:
        """End all streams, those included that nobody reads."""
        await self.follower.close()
        if self._open:
            await asyncio.wait(list(self._open), timeout=_FINISH_S)
        for transport in self.transports:
            transport.abort()


def _keep_little(transport: asyncio.Transport) -> None:
    """Let the kernel keep little that is not read: else megabytes, all rendered for nobody.

    Sixty clients that asked for a day of events and read none of them took most of a process.
    """
    transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, _CHUNK)


STREAMS = web.AppKey("streams", Streams)


async def end_streams(app: web.Application) -> None:
    """Before the server waits for requests under way, which streams always are."""
    await app[STREAMS].close()


@endpoints.add("GET", "/v1/events", MODERATOR, query=SiteQuery)
async def follow_events(call: Call[Nothing, SiteQuery]) -> web.StreamResponse:
    """Follow what happens on the site, as server-sent events"""
    known = _place_of(call)
    place = known or await _now(call)
    response = web.StreamResponse(headers=_HEADERS | {request_ids.HEADER: request_ids.current() or ""})
    await response.prepare(call.request)
    if call.request.method == hdrs.METH_HEAD:
        return response
    streams = call.request.app[STREAMS]
    missed = known is None and bool(call.request.headers.get(hdrs.LAST_EVENT_ID))
    with streams.follower.listening(call.site.id, place.places) as listener:
        await streams.serve(Stream(call, response, streams, listener, place.until_ms, missed=missed))
    return response


def _place_of(call: Call[Nothing, SiteQuery]) -> Place | None:
    """Where the client was; None where it begins, says nothing that we know, or was away for too long."""
    told = call.request.headers.get(hdrs.LAST_EVENT_ID, "")
    place = event_ids.load(told, call.services.store.partitions.count)
    if place is None or call.services.now_ms() - place.until_ms > RETURN_WITHIN_MS:
        return None
    return place


async def _now(call: Call[Nothing, SiteQuery]) -> Place:
    now_ms = call.services.now_ms()
    return Place(now_ms, await call.services.store.events.ends())


class Stream:
    """One client that follows one site."""

    def __init__(
        self,
        call: Call[Nothing, SiteQuery],
        response: web.StreamResponse,
        streams: Streams,
        listener: Listener,
        until_ms: int,
        *,
        missed: bool,
    ) -> None:
        """
        Args:
            until_ms: of what happened before, the client has been told.
            missed: whether it was away for longer than events are kept for it.
        """
        self.call = call
        self._store = call.services.store
        self._response = response
        self._streams = streams
        self._listener = listener
        self._until_ms = until_ms
        self._missed = missed

    async def run(self) -> None:
        """Send until the client goes, its key is revoked, the store is gone, or the process ends."""
        with contextlib.suppress(Problem, ConnectionError):  # it is answered already: the stream ends
            await self._send(f"retry: {_RETRY_MS}\n{self._id()}\n".encode())
            if self._missed:
                await self._send(f"event: reset\n{self._id()}data: {{}}\n\n".encode())
            while await self._take_turn():
                pass

    async def _take_turn(self) -> bool:
        """Wait for something to tell, or for the time to give a sign of life; False at the end."""
        woken = await self._listener.woken(self._streams.heartbeat_s)
        if not woken:
            self._listener.look_everywhere()
        asked_ms = self.call.services.now_ms()
        while self._listener.behind:
            if self._listener.ended:
                return False
            await self._check_key()
            await self._send_page()
        self._until_ms = max(self._until_ms, asked_ms)
        if not woken:
            await self._send(f":\n{self._id()}\n".encode())
        return not self._listener.ended

    async def _check_key(self) -> None:
        """Raises: Unauthorized: the key was revoked, or the session has ended."""
        services = self.call.services
        await authenticated(self.call.request, services, await services.store.directory.current())

    async def _send_page(self) -> None:
        """Tell of the next events of partitions that are behind."""
        listener = self._listener
        behind = sorted(listener.behind)
        listener.behind.clear()
        count = _PAGE // len(behind) + 1
        found = await self._store.events.after({p: listener.places[p] for p in behind}, count)
        ours = [event for events in found.values() for event in events if self._concerns(event)]
        if ours:
            await self._tell(sorted(ours, key=_by_time))
        for p, events in found.items():
            if events:
                listener.reached(p, events[-1].entry)
            if len(events) == count:
                listener.look_at(p)

    def _concerns(self, event: StoredEvent) -> bool:
        return event.site == self._listener.site and event.type != "comment.queued"

    async def _tell(self, events: Sequence[StoredEvent]) -> None:
        """Send events, with their comments as they now stand."""
        ids = list(dict.fromkeys(event.comment_id for event in events))
        comments = dict(zip(ids, await self._store.comments.many(self._listener.site, ids), strict=True))
        chunk = b""
        for event in events:
            chunk += self._block(event, comments[event.comment_id])
            if len(chunk) >= _CHUNK:
                await self._send(chunk)
                chunk = b""
        if chunk:
            await self._send(chunk)

    def _block(self, event: StoredEvent, comment: Comment | None) -> bytes:
        """One event as it is sent, with an id that says: everything up to this one."""
        self._listener.reached(event.p, event.entry)
        if comment is None:
            return b""
        view = event_view(event.type, event.version, comment, self.call.language)
        return f"event: {event.type}\n{self._id()}data: ".encode() + orjson.dumps(view) + b"\n\n"

    def _id(self) -> str:
        return f"id: {event_ids.dump(Place(self._until_ms, self._listener.places))}\n"

    async def _send(self, block: bytes) -> None:
        """Send, and wait while the client has much to read.

        Raises:
            ConnectionError: the client is gone, or took nothing for too long.
        """
        try:
            async with asyncio.timeout(self._streams.send_within_s):
                await self._response.write(block)
        except TimeoutError:
            if self.call.request.transport is not None:
                self.call.request.transport.abort()
            raise ConnectionAbortedError("The client reads too slowly.") from None


def _by_time(event: StoredEvent) -> tuple[int, int, int]:
    return event.entry.ms, event.entry.seq, event.p
