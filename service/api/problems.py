"""Errors as RFC 9457 problem documents: one middleware for all that is raised on purpose or by aiohttp."""

import http
from collections.abc import Awaitable, Callable

import orjson
import structlog
from aiohttp import web

from service.api import request_ids
from service.api.patterns import pattern_of
from service.errors import (
    InvalidJson,
    MethodNotAllowed,
    NotFound,
    Problem,
    RateLimited,
    TooLarge,
    Unauthorized,
)

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
log = structlog.get_logger()

_BY_STATUS: dict[int, type[Problem]] = {400: InvalidJson, 404: NotFound, 405: MethodNotAllowed, 413: TooLarge}


class InternalError(Problem):
    """A defect of ours; the log has its traceback."""

    code, status, title = "internal_error", 500, "Something went wrong here; it has been logged"


@web.middleware
async def problems(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Answer what goes wrong as problem+json."""
    try:
        return await handler(request)
    except Problem as problem:
        return answer(problem)
    except web.HTTPException as refusal:
        if refusal.status < 400:
            raise
        return _translated(refusal)
    except ConnectionError:  # the caller went away in the middle; nobody is left to answer
        raise
    except Exception:
        log.exception("internal_error", method=request.method, route=pattern_of(request))
        return answer(InternalError())


def document(problem: Problem) -> dict[str, object]:
    """The members of a problem document."""
    return {
        "type": f"urn:codau:problem:{problem.code}",
        "title": problem.title,
        "status": problem.status,
        "code": problem.code,
        "detail": problem.detail,
        "request_id": request_ids.current(),
        **problem.data,
    }


def answer(problem: Problem) -> web.Response:
    """A response that carries a problem."""
    response = web.Response(
        status=problem.status, body=orjson.dumps(document(problem)), content_type="application/problem+json"
    )
    if problem.retry_after_s is not None:
        response.headers["Retry-After"] = str(problem.retry_after_s)
    if isinstance(problem, RateLimited):
        response.headers.update(problem.headers)
    if isinstance(problem, Unauthorized):
        response.headers["WWW-Authenticate"] = 'Bearer realm="codau"'
    return response


def _translated(refusal: web.HTTPException) -> web.Response:
    """What aiohttp refuses by itself, in our words."""
    kind = _BY_STATUS.get(refusal.status)
    response = answer(kind() if kind else _other(refusal.status))
    if "Allow" in refusal.headers:
        response.headers["Allow"] = refusal.headers["Allow"]
    return response


def _other(status: int) -> Problem:
    phrase = http.HTTPStatus(status).phrase
    kind = type(
        "Refused", (Problem,), {"code": phrase.lower().replace(" ", "_"), "status": status, "title": phrase}
    )
    made: Problem = kind()
    return made
