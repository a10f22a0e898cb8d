"""The HTTP server around the application: what its parser refuses is answered as a problem, too.

Such a request never reaches the application and its middlewares. By itself aiohttp answers it with a part of
what was sent, and logs a traceback each time: anybody could fill the log.
"""

import resource
from typing import Any, Final

import structlog
from aiohttp import web

from service.api import request_ids
from service.api.connections import PATIENCE, Connection, Patience, Server
from service.api.problems import InternalError, answer
from service.api.sending import sent
from service.errors import Problem

MAX_LINE_BYTES = 640 * 1024
"""The longest request line: it names up to 200 threads of 256 characters."""

MAX_PATH = 8_192
"""Characters of a path: a thread's name takes 3,072 at most. Finding the route of a path of many segments
takes quadratic time, before any middleware could refuse it."""

MOST_CONNECTIONS = 8_192
"""Of one process; fewer where it may not have so many files open."""

SPARE_FILES = 256
"""Files that connections leave to all else: the store's, those of the figures."""

OF_EVERY_ANSWER: Final = {
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "no-store",  # most tell of readers
    "Server": "codau",  # not which versions of what
}
"""Where the answer itself says nothing else."""

log = structlog.get_logger()


class NoRequest(Problem):
    """The bytes are no request: a bad method, a NUL, a line or header that is too long."""

    code, status, title = "bad_request", 400, "This is no valid HTTP request"


class AddressTooLong(Problem):
    """No call has such a path."""

    code, status, title = "uri_too_long", 414, "The path is longer than any that this service has"


class Runner(web.AppRunner):
    """Runs the application."""

    def __init__(
        self,
        app: web.Application,
        *,
        patience: Patience = PATIENCE,
        most: int = MOST_CONNECTIONS,
        **options: Any,
    ) -> None:
        """
        Args:
            patience: with connections.
            most: connections at once; fewer where this process may not have so many files open.
            options: as for `web.AppRunner`.
        """
        super().__init__(
            app,
            access_log=None,
            max_line_size=MAX_LINE_BYTES,
            auto_decompress=False,  # a megabyte can be packed into a kilobyte; nobody needs it for 64 KiB
            keepalive_timeout=patience.idle_s,
            lingering_time=patience.linger_s,
            **options,
        )
        self._patience = patience
        self._most = most

    async def _make_server(self) -> web.Server:
        server = await super()._make_server()
        route = server.request_handler

        async def handle(request: web.BaseRequest) -> web.StreamResponse:
            name = request_ids.begin(request.headers)
            too_long = len(request.rel_url.raw_path) > MAX_PATH
            response = answer(AddressTooLong()) if too_long else await route(request)
            response.headers[request_ids.HEADER] = name
            for header, value in OF_EVERY_ANSWER.items():
                response.headers.setdefault(header, value)
            request.protocol.answered()  # type: ignore[attr-defined]  # it is a `Connection`
            return await sent(request, response)

        return Server(
            handle,
            most=min(self._most, _most_connections()),
            patience=self._patience,
            made=_Connection,
            request_factory=server.request_factory,
            handler_cancellation=server.handler_cancellation,
            **server._kwargs,
        )


def _most_connections() -> int:
    """As many as there may be files; `SPARE_FILES` also where there may be few, since then nothing works."""
    files, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    return MOST_CONNECTIONS if files == resource.RLIM_INFINITY else max(SPARE_FILES, files - SPARE_FILES)


class _Connection(Connection):
    __slots__ = ()

    def handle_error(
        self,
        request: web.BaseRequest,
        status: int = 500,
        exc: BaseException | None = None,
        message: str | None = None,
    ) -> web.StreamResponse:
        """Answer without the application; the connection ends."""
        if isinstance(exc, ConnectionError):  # the caller went away in the middle
            raise exc
        if request.writer.output_size > 0:
            raise ConnectionError("the answer had begun; nothing else can be said")
        name = request_ids.begin({})
        if status < 500:
            log.debug("no_request", error=type(exc).__name__)
        else:
            log.error("internal_error", exc_info=exc)
        refusal = answer(NoRequest() if status < 500 else InternalError())
        refusal.headers[request_ids.HEADER] = name
        refusal.headers.update(OF_EVERY_ANSWER)
        refusal.force_close()
        return refusal
