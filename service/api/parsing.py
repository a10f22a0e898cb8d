"""What was sent, as models: address, query and body, each refused in one way where it is not well formed."""

import asyncio
import re
from functools import lru_cache
from typing import Any, TypeVar, get_origin
from urllib.parse import unquote_to_bytes

from aiohttp import hdrs, web
from pydantic import BaseModel, ValidationError

from service.api.connections import sent_until
from service.comments.validation import field_errors, validated
from service.errors import InvalidJson, InvalidRequest, RequestTimeout, TooLarge, UnsupportedMediaType

_JSON = "application/json"
_NOT_ASCII = re.compile(r"%[89A-Fa-f]|[^\x00-\x7f]")

M = TypeVar("M", bound=BaseModel)

MAX_PARAMETERS = 256
"""Of a query: 200 threads and what stands beside them."""


def is_readable(address: str) -> bool:
    """Whether what is percent-encoded in an address is UTF-8."""
    return _NOT_ASCII.search(address) is None or _decodes(address)


@lru_cache(maxsize=1_024)  # threads are read again and again
def _decodes(address: str) -> bool:
    try:
        unquote_to_bytes(address).decode()
    except UnicodeError:
        return False
    return True


def query_of(model: type[M], request: web.Request) -> M:
    """The query as its model.

    Raises:
        InvalidRequest.
    """
    fields = model.model_fields
    given: dict[str, Any] = {}
    if len(request.query) > MAX_PARAMETERS:
        raise InvalidRequest([("", f"the query has more than {MAX_PARAMETERS} parameters")])
    for name in dict.fromkeys(request.query):
        values = request.query.getall(name)
        many = name in fields and get_origin(fields[name].annotation) is list
        if len(values) > 1 and not many:
            raise InvalidRequest([(name, "is given more than once")])
        given[name] = values if many else values[0]
    return validated(model, given, "")


async def body_of(model: type[M], request: web.Request) -> M:
    """The body as its model.

    Raises:
        UnsupportedMediaType, InvalidJson, InvalidRequest; aiohttp's own for one over 64 KiB.
    """
    if not request.body_exists and not any(field.is_required() for field in model.model_fields.values()):
        return model()
    return parsed(model, await sent(request))


async def sent(request: web.Request) -> bytes:
    """The body of a request that is to carry JSON.

    Raises:
        UnsupportedMediaType, InvalidJson, RequestTimeout; aiohttp's own for one over 64 KiB.
    """
    if request.headers.get(hdrs.CONTENT_TYPE) != _JSON and request.content_type != _JSON:
        raise UnsupportedMediaType
    if request.headers.get(hdrs.CONTENT_ENCODING, "identity").lower() != "identity":
        raise UnsupportedMediaType("Send the body as it is, without Content-Encoding.")
    try:
        if request.content.is_eof():  # it came with its head
            return _whole(request)
        async with asyncio.timeout_at(sent_until(request)):
            return await request.read()
    except web.RequestPayloadError:  # it is not what its Transfer-Encoding says
        raise InvalidJson("The body cannot be decoded.") from None
    except TimeoutError:
        raise RequestTimeout from None


def _whole(request: web.Request) -> bytes:
    """The body that has come already.

    Raises:
        TooLarge: it has over 64 KiB.
    """
    body = request.content.read_nowait()
    if len(body) > request.client_max_size:
        raise TooLarge
    return body


def parsed(model: type[M], document: bytes) -> M:
    """JSON bytes as a model: no deep nesting, no unpaired surrogates, UTF-8 alone.

    Raises:
        InvalidJson, InvalidRequest.
    """
    try:
        return model.model_validate_json(document)
    except ValidationError as wrong:
        errors = wrong.errors(include_url=False, include_context=False, include_input=False)
        if errors[0]["type"] == "json_invalid":
            raise InvalidJson(
                f"The body is not valid JSON: {errors[0]['msg'].removeprefix('Invalid JSON: ')}."
            ) from None
        raise InvalidRequest(list(field_errors(wrong, ""))) from None
