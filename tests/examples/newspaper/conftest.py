"""A newspaper before the real service, its API and worker as processes, with a site of its own for a test."""

import json
import os
import secrets
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

import pytest
import pytest_asyncio
from aiohttp import ClientSession, web
from aiohttp.test_utils import unused_port
from pydantic import HttpUrl, SecretStr

from examples.newspaper.app import create_app
from examples.newspaper.client import CodauClient, Json
from examples.newspaper.settings import Settings


@dataclass
class Site:
    """A fresh site of the service, and a client for each role."""

    url: str
    name: str
    website_key: str
    website: CodauClient
    moderator: CodauClient
    admin: CodauClient

    async def publish(
        self, thread: str, body: str, *, name: str = "Minh Anh", parent: str | None = None
    ) -> Json:
        """Send a comment and approve it; answers with it as published."""
        comment = await self.website.submit(
            {"thread": thread, "body": body, "parent_id": parent, "author": {"name": name}},
            key=secrets.token_hex(8),
            wait_s=4,
        )
        version = {"version": comment["version"]}
        return await self.moderator.call("POST", f"/v1/comments/{comment['id']}/approve", body=version)


@dataclass(frozen=True)
class Service:
    """A running service: where it answers, and its admin's key."""

    url: str
    admin_key: str


@pytest.fixture(scope="session")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """Everything that `codau up` runs, on a data folder of its own."""
    folder, url = tmp_path_factory.mktemp("codau"), f"http://127.0.0.1:{(port := unused_port())}"
    chosen = {"DATA_DIR": str(folder), "PORT": str(port), "REDIS_URL": "", "WEBHOOK_ALLOW_PRIVATE": "true"}
    env = os.environ | {f"CODAU_{name}": value for name, value in chosen.items()}
    command = [sys.executable, "-m", "service", "up"]
    with subprocess.Popen(command, env=env, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        assert "is ready" in process.stdout.readline()
        keys = json.loads((folder / "keys.json").read_text())
        yield Service(url, keys["admin_key"])
        process.terminate()
        process.stdout.read()
    assert process.returncode == 0


@pytest_asyncio.fixture(loop_scope="module")
async def site(service: Service) -> AsyncIterator[Site]:
    """A new site, with a key for each role."""
    name = f"bao-{secrets.token_hex(4)}"
    async with ClientSession() as session:

        def client(key: str) -> CodauClient:
            return CodauClient(session, service.url, key)

        async def make_key(role: str) -> str:
            key = {"role": role, "name": role}
            made: str = (await admin.call("POST", f"/v1/sites/{name}/keys", body=key))["key"]
            return made

        admin = client(service.admin_key)
        await admin.call("PUT", f"/v1/sites/{name}", body={"name": "Bến Sông"})
        website, moderator = await make_key("website"), await make_key("moderator")
        yield Site(service.url, name, website, client(website), client(moderator), admin)


@dataclass
class Newspaper:
    """A running newspaper: where it answers, and the site its comments go to."""

    url: str
    site: Site
    settings: Settings


@asynccontextmanager
async def serving(settings: Settings) -> AsyncIterator[None]:
    """Run the newspaper."""
    runner = web.AppRunner(create_app(settings))
    await runner.setup()
    await web.TCPSite(runner, settings.host, settings.port).start()
    yield
    await runner.cleanup()


@pytest_asyncio.fixture(loop_scope="module")
async def newspaper(site: Site) -> AsyncIterator[Newspaper]:
    """The newspaper, with nothing in it."""
    settings = Settings(
        port=unused_port(), codau_url=HttpUrl(site.url), codau_key=SecretStr(site.website_key)
    )
    async with serving(settings):
        yield Newspaper(settings.origin, site, settings)
