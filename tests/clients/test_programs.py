"""The small programs around the clients: a page in PHP, and a receiver of webhooks in each language."""

import asyncio
import contextlib
import html
import json
import os
import re
import shutil
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from aiohttp import ClientResponse, ClientSession, CookieJar
from aiohttp.test_utils import unused_port

from service.outgoing.signature import new_secret
from tests.clients.calling import CLIENTS, Network, needs_node, needs_php, network
from tests.clients.test_clients import GOOD, UNMARKED, message
from tests.running import Running

THREAD = "doi-song/4711"


@asynccontextmanager
async def program(*command: str, folder: Path, **variables: str) -> AsyncIterator[str]:
    """A server in a folder of its own, with copies of all files; gives its URL."""
    for file in CLIENTS.iterdir():
        if file.is_file():
            shutil.copy(file, folder)
    port = unused_port()
    environment = os.environ | variables | {"PORT": str(port)}
    process = await asyncio.create_subprocess_exec(
        *(part.replace("PORT", str(port)) for part in command), cwd=folder, env=environment
    )
    try:
        await _listening(port)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        await process.wait()


async def _listening(port: int) -> None:
    async with asyncio.timeout(60):
        while True:
            with contextlib.suppress(OSError):
                _, writer = await asyncio.open_connection("127.0.0.1", port)
                writer.close()
                return
            await asyncio.sleep(0.02)


class Reader:
    """A browser in front of the page."""

    def __init__(self, session: ClientSession, url: str) -> None:
        self._session = session
        self._url = url
        self.page = ""

    async def read(self) -> ClientResponse:
        async with self._session.get(f"{self._url}/article.php") as answer:
            self.page = html.unescape(await answer.text())
            return answer

    async def send(self, *, origin: str | None = None, **fields: str) -> ClientResponse:
        headers = {"Origin": origin or self._url}
        address = f"{self._url}/article.php"
        async with self._session.post(address, data=fields, headers=headers) as answer:
            self.page = html.unescape(await answer.text())
            return answer

    def hidden(self, name: str) -> str:
        found = re.search(rf'name="{name}" value="([^"]*)"', self.page)
        assert found, self.page
        return found[1]


@pytest.fixture
async def between(service: Running) -> AsyncIterator[Network]:
    async with network(service) as made:
        yield made


@pytest.fixture
async def reader(service: Running, between: Network, tmp_path: Path) -> AsyncIterator[Reader]:
    """A reader of the PHP page, which calls the service over the network between them."""
    (tmp_path / "cache").mkdir()
    variables = {
        "CODAU_URL": between.url,
        "CODAU_KEY": service.website.key or "",
        "CODAU_CACHE": str(tmp_path / "cache"),
    }
    serve = ("php", "-q", "-S", "127.0.0.1:PORT", "-d", f"session.save_path={tmp_path}")
    (tmp_path / "page").mkdir()
    async with (
        program(*serve, folder=tmp_path / "page", **variables) as url,
        ClientSession(cookie_jar=CookieJar(unsafe=True)) as session,
    ):
        made = Reader(session, url)
        await made.read()
        yield made


@needs_php
async def test_a_reader_of_the_php_page_takes_the_suggestion_and_is_published(
    service: Running, reader: Reader
) -> None:
    await reader.send(name="<i>An</i>", body=UNMARKED, key=reader.hidden("key"))
    assert "Cần gõ có dấu" in reader.page
    assert GOOD in reader.page
    await reader.send(comment=reader.hidden("comment"), body=GOOD)
    assert "Đang chờ biên tập" in reader.page

    (waiting,) = (await service.moderator("GET", "/v1/queue")).json["items"]
    assert waiting["author"]["ip"] == "127.0.0.1"
    await service.decide(waiting, "approve")
    answer = await reader.read()
    assert "Đã đăng" in reader.page
    assert "<h1>1 bình luận</h1>" in reader.page
    assert "<b>&lt;i&gt;An&lt;/i&gt;</b>" in await answer.text()


@needs_php
async def test_the_php_page_keeps_a_text_that_was_not_taken(
    service: Running, reader: Reader, between: Network
) -> None:
    key = reader.hidden("key")
    between.faults = ["busy"] * 3
    between.retry_after = "60"
    answer = await reader.send(name="An", body=GOOD, key=key)
    assert answer.status == 503
    assert "đang tạm gián đoạn" in reader.page
    assert GOOD in reader.page
    assert reader.hidden("key") == key
    between.faults = []
    await reader.send(name="An", body=GOOD, key=key)
    await reader.send(name="An", body=GOOD, key=key)
    assert (await service.moderator("GET", "/v1/queue")).json["total"] == 1

    assert (await reader.send(name="", body=GOOD, key="k" * 20)).status == 422
    assert "Vui lòng ghi tên" in reader.page


@needs_php
async def test_the_php_page_takes_no_form_of_others(service: Running, reader: Reader) -> None:
    fields = {"name": "An", "body": GOOD, "key": "k" * 20}
    assert (await reader.send(origin="https://ke-xau.example", **fields)).status == 403
    assert (await reader.send(comment="not-mine", body=GOOD)).status == 404
    assert (await service.moderator("GET", "/v1/queue")).json["total"] == 0


RECEIVERS = [
    pytest.param([sys.executable, "webhook.py"], id="python"),
    pytest.param(["node", "webhook.mjs"], id="node", marks=needs_node),
    pytest.param(["php", "-q", "-S", "127.0.0.1:PORT", "webhook.php"], id="php", marks=needs_php),
]


@pytest.mark.parametrize("command", RECEIVERS)
async def test_a_receiver_takes_what_is_signed(command: list[str], tmp_path: Path) -> None:
    secret, next_secret = new_secret(), new_secret()
    variables = {"CODAU_WEBHOOK_SECRETS": f"{next_secret} {secret}", "CODAU_CACHE": str(tmp_path)}

    def told(version: int) -> str:
        return json.dumps({"type": "comment.published", "data": {"id": "c", "version": version}})

    async with program(*command, folder=tmp_path, **variables) as url, ClientSession() as session:

        async def send(body: str | bytes, headers: dict[str, str]) -> int:
            async with session.post(url, data=body, headers=headers) as answer:
                return answer.status

        for body in (told(2), told(3), told(3), told(2), json.dumps({"type": "codau.test", "data": {}})):
            assert await send(*message(secret, body=body)) == 204
        assert await send(*message(next_secret, body=told(3))) == 204
        for bad, headers in [
            message(new_secret()),
            message(secret, age_s=310),
            (told(9), {}),
            (b"\xff\xfe", message(secret)[1]),
        ]:
            assert await send(bad, headers) == 403
    if command[0] == "php":
        assert noted(tmp_path) == [{"id": "c", "version": 3}]


def noted(folder: Path) -> list[Any]:
    """What the receiver in PHP has kept."""
    return [json.loads(file.read_bytes()) for file in folder.glob("comment-*.json")]
