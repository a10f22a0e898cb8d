"""A client of docs/clients in its own interpreter, and a network between it and the service.

The interpreter reads lines `[call, [arguments]]` and answers each with `{"answer"}`, `{"problem"}` or
`{"not_signed"}`, so that one test holds for every language.
"""

import asyncio
import json
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from aiohttp import ClientSession, web
from aiohttp.test_utils import TestServer

from tests.running import Running

HERE = Path(__file__).parent
CLIENTS = HERE.parents[1] / "docs" / "clients"
UNCHANGED = {"Transfer-Encoding", "Content-Encoding", "Content-Length", "Connection", "Date", "Server"}


def _runs(*command: str) -> bool:
    """Whether an interpreter is there and has what the client needs."""
    try:
        return subprocess.run(command, check=False).returncode == 0
    except FileNotFoundError:
        return False


needs_php = pytest.mark.skipif(
    not _runs("php", "-r", "exit((int) !extension_loaded('curl'));"),
    reason="needs PHP with curl: apt-get install php-cli php-curl",
)
needs_node = pytest.mark.skipif(
    not _runs("node", "-e", "process.exit(typeof fetch === 'function' ? 0 : 1)"),
    reason="needs Node 18 or newer",
)

LANGUAGES = [
    pytest.param([sys.executable, str(HERE / "drive.py")], id="python"),
    pytest.param(["node", str(HERE / "drive.mjs")], id="node", marks=needs_node),
    pytest.param(["php", str(HERE / "drive.php")], id="php", marks=needs_php),
]


@dataclass
class Client:
    """A client that does what it is told, one call after the other."""

    _process: asyncio.subprocess.Process

    async def say(self, name: str, *arguments: object) -> Any:
        """What a call came to: `{"answer": …}`, `{"problem": …}` or `{"not_signed": True}`."""
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.write(json.dumps([name, arguments]).encode() + b"\n")
        line = await self._process.stdout.readline()
        assert line, "the client has died: what it said is above"
        return json.loads(line)

    async def __call__(self, name: str, *arguments: object) -> Any:
        """The answer to a call that is not refused."""
        said = await self.say(name, *arguments)
        assert "answer" in said, said
        return said["answer"]

    async def problem(self, name: str, *arguments: object) -> Any:
        """The problem of a call that is refused."""
        said = await self.say(name, *arguments)
        assert "problem" in said, said
        return said["problem"]


@asynccontextmanager
async def client(command: list[str], url: str, key: str) -> AsyncIterator[Client]:
    """A client that calls `url`."""
    pipe = asyncio.subprocess.PIPE
    process = await asyncio.create_subprocess_exec(
        *command, str(CLIENTS), url, key, stdin=pipe, stdout=pipe, limit=1024 * 1024
    )
    try:
        yield Client(process)
    finally:
        assert process.stdin
        process.stdin.close()
        assert await process.wait() == 0


def url_of(service: Running) -> str:
    """Where the service answers."""
    return str(service.website.http.make_url("")).rstrip("/")


@dataclass
class Network:
    """Stands between a client and the service, and has bad moments.

    Attributes:
        faults: what becomes of the next calls: `lost`: done, but the answer does not arrive; `busy`: a 503;
            `proxy`: a 502 that some proxy wrote; `silence`: no answer while `silent`. After them calls are
            passed on.
        calls: what came, as (method, path).
    """

    service_url: str
    url: str = ""
    faults: list[str] = field(default_factory=list)
    retry_after: str = "0"
    calls: list[tuple[str, str]] = field(default_factory=list)
    silent: asyncio.Event = field(default_factory=asyncio.Event)

    async def handle(self, request: web.Request) -> web.StreamResponse:
        self.calls.append((request.method, request.raw_path))
        fault = self.faults.pop(0) if self.faults else ""
        if fault == "busy":
            problem = {"code": "unavailable", "status": 503, "detail": "Redis is away"}
            return web.json_response(problem, status=503, headers={"Retry-After": self.retry_after})
        if fault == "proxy":
            return web.Response(status=502, text="<h1>Bad Gateway</h1>", content_type="text/html")
        if fault == "silence":
            await self.silent.wait()
        answer = await self._passed_on(request)
        if fault == "lost":
            assert request.transport
            request.transport.abort()
        return answer

    async def _passed_on(self, request: web.Request) -> web.Response:
        headers = {name: value for name, value in request.headers.items() if name not in {"Host", *UNCHANGED}}
        async with (
            ClientSession() as session,
            session.request(
                request.method,
                self.service_url + request.raw_path,
                data=await request.read(),
                headers=headers,
            ) as answer,
        ):
            kept = {name: value for name, value in answer.headers.items() if name not in UNCHANGED}
            return web.Response(status=answer.status, headers=kept, body=await answer.read())


@asynccontextmanager
async def network(service: Running) -> AsyncIterator[Network]:
    """A network before the service."""
    made = Network(url_of(service))
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", made.handle)
    async with TestServer(app) as server:
        made.url = str(server.make_url("")).rstrip("/")
        yield made
