"""A whole service for a test: the real application over real HTTP, a real Valkey, a real worker.

All of it runs in the test's own event loop, on a free port, with two sites, so that a test can see that one
never sees the other.
"""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

from aiohttp.test_utils import TestClient, TestServer
from yarl import URL

from service.api.server import Runner
from service.api.services import SERVICES, Services
from service.app import create_app
from service.settings import Settings
from service.store.directory import Role
from service.store.queue import Queue, Task
from service.store.store import Store
from workers.recoverer import Recoverer
from workers.validator import Validator

ADMIN_KEY = "a-bootstrap-admin-key-of-more-than-32-characters"
WAIT = {"Prefer": "wait=10"}


@dataclass(frozen=True, slots=True)
class Answer:
    """A response that has been read."""

    status: int
    headers: Any
    text: str
    json: Any

    @property
    def code(self) -> str | None:
        """The code of a problem."""
        return self.json.get("code") if isinstance(self.json, dict) else None


@dataclass(frozen=True, slots=True)
class Caller:
    """A client with a key (or none)."""

    http: Any
    key: str | None

    async def __call__(self, method: str, path: str | URL, **request: Any) -> Answer:
        """Send a request; `json=` and `headers=` as aiohttp takes them."""
        headers = dict(request.pop("headers", {}))
        if self.key is not None:
            headers["Authorization"] = f"Bearer {self.key}"
        async with self.http.request(method, path, headers=headers, **request) as response:
            text = await response.text()
            return Answer(
                response.status,
                response.headers,
                text,
                await response.json(content_type=None) if text and "json" in response.content_type else None,
            )


@dataclass(frozen=True, slots=True)
class Running:
    """The service as its users meet it, and its store for a look behind."""

    store: Store
    queue: Queue
    validator: Validator
    recoverer: Recoverer
    website: Caller
    moderator: Caller
    colleague: Caller
    admin: Caller
    stranger: Caller
    nobody: Caller
    """`website`, `moderator` and `colleague` belong to the site `bao`; `stranger` moderates `khac`."""
    services: Services

    async def submit(self, body: str, *, thread: str = "doi-song/1", **fields: Any) -> Any:
        """A comment, judged."""
        author = fields.pop("author", {"name": "Minh Anh"})
        headers = WAIT | fields.pop("headers", {})
        document = {"thread": thread, "body": body, "author": author} | fields
        answer = await self.website("POST", "/v1/comments", json=document, headers=headers)
        assert answer.status == 201, answer.text
        return answer.json

    async def decide(self, comment: Any, action: str, **fields: Any) -> Any:
        """A decision on the version at hand; returns the comment as it then stands."""
        document = {"version": comment["version"]} | fields
        answer = await self.moderator("POST", f"/v1/comments/{comment['id']}/{action}", json=document)
        assert answer.status == 200, answer.text
        return answer.json

    async def publish(self, body: str, **fields: Any) -> Any:
        """A comment, judged and approved."""
        return await self.decide(await self.submit(body, **fields), "approve")


async def handed_out(queue: Queue) -> list[Task]:
    """All that waits, as a worker takes it."""
    return [task for lane in queue.lanes for task in await queue.read(lane, 10, block=False)]


async def taken_over(queue: Queue) -> AsyncIterator[Task]:
    """What others hold, one entry after the other, as a worker takes over from the dead."""
    for held in await queue.silent(idle_ms=0):
        task = await queue.take_over(held, idle_ms=0)
        assert task, f"{held} was let go of"
        yield task


class Server(TestServer):
    """Runs an application as the service does."""

    async def _make_runner(self, **options: Any) -> Runner:
        return Runner(self.app, **options)


@contextlib.asynccontextmanager
async def running(redis_url: str, *, validating: bool = True, **chosen: Any) -> AsyncIterator[Running]:
    """Run a service; without `validating` the queue stays as it is until the test judges."""
    settings = Settings(redis_url=redis_url, admin_key=ADMIN_KEY, **chosen)  # type: ignore[arg-type]
    app = create_app(settings)
    server = Server(app)
    async with TestClient(server) as http:
        store = app[SERVICES].store
        queue = Queue(redis_url, store.partitions, "a-worker")
        await queue.prepare()
        validator = Validator(store, queue)
        keys = await _keys(store)
        callers = {name: Caller(http, key) for name, key in keys.items()}
        made = Running(
            store, queue, validator, Recoverer(queue, validator), **callers, services=app[SERVICES]
        )
        try:
            async with _judging(validator, on=validating):
                yield made
        finally:
            await queue.close()


@contextlib.asynccontextmanager
async def _judging(validator: Validator, *, on: bool) -> AsyncIterator[None]:
    stop = asyncio.Event()
    loop = asyncio.create_task(validator.run(stop)) if on else None
    try:
        yield
    finally:
        if loop is not None:
            stop.set()
            loop.cancel()  # it may wait for a second for entries
            with contextlib.suppress(asyncio.CancelledError):
                await loop


async def _keys(store: Store) -> dict[str, str | None]:
    directory = store.directory
    await directory.put_site("bao", "Báo Ví Dụ", now_ms=1)
    await directory.put_site("khac", "Báo Khác", now_ms=1)
    made: dict[str, str | None] = {"admin": ADMIN_KEY, "nobody": None}
    for name, role, site in (
        ("website", Role.WEBSITE, "bao"),
        ("moderator", Role.MODERATOR, "bao"),
        ("colleague", Role.MODERATOR, "bao"),
        ("stranger", Role.MODERATOR, "khac"),
    ):
        _, made[name] = await directory.create_key(role=role, name=name, site=site, now_ms=1)
    return made
