"""The functions for curl, sourced by a shell, with the real service."""

import asyncio
import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from service.outgoing.signature import new_secret
from tests.clients.calling import CLIENTS, network, url_of
from tests.clients.test_clients import GOOD, THREAD, UNMARKED, comment, message
from tests.running import Running

needs_curl = pytest.mark.skipif(not (shutil.which("curl") and shutil.which("openssl")), reason="needs curl")
pytestmark = needs_curl


async def shell(command: str, *arguments: str, url: str = "", key: str = "") -> tuple[int, str]:
    """Exit status and output of a command in a bash that knows the functions."""
    script = f'set -euo pipefail; export CODAU_URL={url} CODAU_KEY={key}; source "$0"; {command} "$@"'
    process = await asyncio.create_subprocess_exec(
        *("bash", "-c", script, str(CLIENTS / "codau.sh"), *arguments), stdout=asyncio.subprocess.PIPE
    )
    told, _ = await process.communicate()
    assert process.returncode is not None
    return process.returncode, told.decode()


async def test_a_comment_goes_its_way(service: Running, tmp_path: Path) -> None:
    url, key = url_of(service), service.website.key or ""

    async def call(name: str, *arguments: str) -> Any:
        status, told = await shell(name, *arguments, url=url, key=key)
        assert status == 0, told
        return json.loads(told) if told else None

    rejected = await call("submit", "form-1", json.dumps(comment(UNMARKED)))
    assert rejected["state"] == "rejected"
    better = json.dumps({"body": rejected["suggestion"]})
    pending = await call("revise", rejected["id"], better)
    assert (pending["state"], pending["body"]) == ("pending", GOOD)
    await service.decide(pending, "approve")
    assert (await call("comment", pending["id"]))["state"] == "published"
    assert await call("counts", THREAD, "4711") == {"counts": {THREAD: 1, "4711": 0}}

    file = tmp_path / "thread.json"
    assert [await call("thread", THREAD, str(file)) for _ in range(2)] == [200, 304]
    assert json.loads(file.read_text(encoding="utf-8"))["count"] == 1
    assert await call("erase", pending["id"]) is None
    assert await call("thread", THREAD, str(file)) == 200
    assert json.loads(file.read_text(encoding="utf-8"))["count"] == 0

    status, told = await shell("submit", "form-2", "{}", url=url, key=key)
    assert (status, json.loads(told)["code"]) == (22, "invalid_request")


async def test_a_busy_service_is_called_again_with_the_same_key(service: Running) -> None:
    async with network(service) as between:
        between.faults, between.retry_after = ["busy"], "1"
        document = json.dumps(comment())
        status, told = await shell(
            "submit", "form-1", document, url=between.url, key=service.website.key or ""
        )
    assert (status, len(between.calls)) == (0, 2)
    assert json.loads(told)["state"] == "pending"


async def test_a_message_is_looked_at_by_hand(tmp_path: Path) -> None:
    secret, other = new_secret(), new_secret()
    file = tmp_path / "body"

    async def fits(body: str, headers: dict[str, str], *secrets: str) -> bool:
        file.write_text(body, encoding="utf-8")
        signed = [headers[f"webhook-{name}"] for name in ("id", "timestamp", "signature")]
        return (await shell("verify", str(file), *signed, *secrets))[0] == 0

    assert await fits(*message(secret), secret)
    assert await fits(*message(other, secret), secret)
    assert await fits(*message(secret), other, secret)
    assert not await fits(*message(secret), other)
    assert not await fits(*message(secret, age_s=310), secret)
    body, headers = message(secret)
    assert not await fits(body + " ", headers, secret)
