"""An answer that is all there is sent in one step.

aiohttp prepares every answer as if it might yet be compressed, cut into chunks or streamed, in ten coroutines
one inside the other. What may need any of that is left to it.
"""

from typing import Final

from aiohttp import HttpVersion11, hdrs, web
from aiohttp.helpers import rfc822_formatted_time


class _Sent(web.Response):
    """Stands for an answer that has been sent: there is nothing left to do."""

    @property
    def keep_alive(self) -> bool:
        return True

    async def prepare(self, request: web.BaseRequest) -> None:
        pass

    async def write_eof(self, data: bytes = b"") -> None:
        pass


_SENT: Final = _Sent()
_UNCHANGED: Final = web.HTTPNotModified.status_code


async def sent(request: web.BaseRequest, response: web.StreamResponse) -> web.StreamResponse:
    """Send an answer if it is a plain one; gives what aiohttp is to send.

    Raises:
        ConnectionError: the caller has gone.
    """
    body = _body(response)
    if body is None or not _may_ask_again(request):
        return response
    headers = response.headers
    if response.status != _UNCHANGED:
        headers[hdrs.CONTENT_LENGTH] = str(len(body))
    headers[hdrs.DATE] = rfc822_formatted_time()
    await request.writer.write_headers(f"HTTP/1.1 {response.status} {response.reason}", headers)
    await request.writer.write_eof(body)
    return _SENT


def _body(response: web.StreamResponse) -> bytes | None:
    """All that follows the head; None where more than that is to be sent, or in another way."""
    if not isinstance(response, web.Response) or response.keep_alive is not None:
        return None
    if response._cookies or response.compression:  # `cookies` would make some
        return None
    body = b"" if response.status == _UNCHANGED else response.body
    return body if isinstance(body, bytes) else None


def _may_ask_again(request: web.BaseRequest) -> bool:
    """Whether the answer has a body and the connection stays, without a word of it in the head."""
    return request.version == HttpVersion11 and request.keep_alive and request.method != hdrs.METH_HEAD
