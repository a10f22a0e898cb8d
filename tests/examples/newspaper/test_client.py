"""How the newspaper calls the service when the service or the network has a bad moment."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import pytest
from aiohttp import ClientSession, web
from aiohttp.test_utils import TestServer, unused_port

from examples.newspaper.client import ApiProblem, CodauClient

Answer = Callable[[web.Request], Awaitable[web.StreamResponse]]


class Service:
    """A service that answers each call with the next of the given answers, and notes the calls."""

    def __init__(self, *answers: Answer) -> None:
        self.answers = list(answers)
        self.calls: list[web.Request] = []

    async def answer(self, request: web.Request) -> web.StreamResponse:
        self.calls.append(request)
        return await self.answers.pop(0)(request)


def json(status: int, document: object, **headers: str) -> Answer:
    async def answer(request: web.Request) -> web.StreamResponse:
        return web.json_response(document, status=status, headers=headers)

    return answer


async def hang_up(request: web.Request) -> web.StreamResponse:
    assert request.transport
    request.transport.close()
    return web.Response()


@asynccontextmanager
async def calling(service: Service) -> AsyncIterator[CodauClient]:
    """A client of the service."""
    app = web.Application()
    app.router.add_route("*", "/{tail:.*}", service.answer)
    async with TestServer(app) as server, ClientSession() as session:
        yield CodauClient(session, str(server.make_url("")), "key")


async def test_a_submission_is_repeated_with_the_same_key_when_the_connection_breaks() -> None:
    busy = json(503, {"code": "unavailable"}, **{"Retry-After": "0"})
    service = Service(hang_up, busy, json(201, {"id": "c"}))

    async with calling(service) as client:
        assert await client.submit({"thread": "a/1"}, key="form-key") == {"id": "c"}

    assert [call.headers["Idempotency-Key"] for call in service.calls] == ["form-key"] * 3
    assert [call.headers["Prefer"] for call in service.calls] == ["wait=2"] * 3


async def test_a_refusal_is_not_repeated_and_carries_what_the_service_said() -> None:
    problem = {"code": "invalid_request", "errors": [{"field": "author.name", "message": "missing"}]}
    service = Service(json(422, problem))

    async with calling(service) as client:
        with pytest.raises(ApiProblem, match="422 invalid_request") as caught:
            await client.submit({}, key="k")

    assert caught.value.fields == ("author.name",)
    assert len(service.calls) == 1


async def test_a_limit_says_how_long_to_wait() -> None:
    async with calling(Service(json(429, {"code": "rate_limited"}, **{"Retry-After": "17"}))) as client:
        with pytest.raises(ApiProblem) as caught:
            await client.submit({}, key="k")

    assert caught.value.retry_after_s == 17


async def test_a_proxys_error_page_is_a_service_out_of_reach() -> None:
    async def page(request: web.Request) -> web.StreamResponse:
        return web.Response(status=502, text="<h1>Bad Gateway</h1>", content_type="text/html")

    async with calling(Service(page, page, page)) as client:
        with pytest.raises(ApiProblem, match="502 unavailable"):
            await client.comment("c")


async def test_nobody_listening_is_told_within_two_seconds() -> None:
    async with ClientSession() as session, asyncio.timeout(2):
        with pytest.raises(ApiProblem, match="503 unavailable"):
            await CodauClient(session, f"http://127.0.0.1:{unused_port()}", "key").counts(["a/1"])


async def test_a_threads_slash_stays_one_segment() -> None:
    service = Service(json(200, {}))

    async with calling(service) as client:
        await client.thread("a/ă 1", sort="newest", limit=10, cursor="x+/=")

    assert service.calls[0].raw_path == (
        "/v1/threads/a%2F%C4%83%201/comments?sort=newest&limit=10&cursor=x%2B%2F%3D"
    )
