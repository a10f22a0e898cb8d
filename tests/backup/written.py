"""Stores as released versions wrote them, and what those versions answered to who asked for all of it.

`python -m tests.backup.written` writes both for the present version into `written/`; see docs/upgrade.md.
Those of versions that were released stay as they are: later ones have to read them.
"""

import asyncio
import contextlib
import tempfile
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import orjson
import redis
from aiohttp.test_utils import TestClient

from service import __version__
from service.api import session
from service.app import create_app
from service.settings import Settings
from service.supervision.valkey import EmbeddedValkey
from tests.api.calls import segment
from tests.backup.contents import backed_up
from tests.backup.living import READER, THREAD, TRUSTED, Life, live
from tests.running import ADMIN_KEY, Caller, Server, running

FOLDER = Path(__file__).parent / "written"

LATER_MS = 4_102_444_800_000
"""The year 2100: until then nothing of what is written expires, lest tests find less each year."""

PASSING = {"claim", "request_id"}
"""Members of answers that depend on when one asks."""

QUEUE = (
    *("state=pending&order=oldest", "state=pending&order=newest", "state=pending&order=risk"),
    *("state=rejected", "state=published", "state=pending&q=kẹt xe", "state=pending&code=spam"),
)


def paths(life: Life) -> list[str]:
    """Everything that can be read, each in one call of an admin."""
    return [
        "/v1/sites",
        *(f"/v1/sites/bao/{what}" for what in ("policy", "keys", "webhooks")),
        *(f"/v1/queue?site=bao&limit=100&{chosen}" for chosen in QUEUE),
        *(f"/v1/comments/{one}{what}?site=bao" for one in life.comments for what in ("", "/history")),
        *(f"/v1/threads/{segment(THREAD)}/comments?site=bao&sort={sort}" for sort in ("oldest", "newest")),
        f"/v1/counts?site=bao&thread={segment(THREAD)}",
        *(f"/v1/authors/{author}?site=bao" for author in (READER["id"], TRUSTED, "nguoi-da-xoa")),
        f"/v1/stats?site=bao&from={life.day}&to={life.day}",
        *(
            f"/v1/sites/bao/webhooks/{hook}/deliveries?state={state}"
            for hook in life.hooks
            for state in ("waiting", "done", "dead")
        ),
    ]


async def answers(admin: Caller, asked: list[str]) -> dict[str, Any]:
    """What is answered to each, without what passes."""
    return {path: _lasting(await _json(admin, path)) for path in asked}


async def _json(admin: Caller, path: str) -> Any:
    answer = await admin("GET", path)
    assert answer.status == 200, f"{path}: {answer.text}"
    return answer.json


def _lasting(told: Any) -> Any:
    if isinstance(told, dict):
        return {name: _lasting(value) for name, value in told.items() if name not in PASSING}
    return [_lasting(one) for one in told] if isinstance(told, list) else told


@contextlib.asynccontextmanager
async def served(url: str) -> AsyncIterator[Caller]:
    """An admin at a service on a store, with nothing made beforehand."""
    settings = Settings(redis_url=url, admin_key=ADMIN_KEY)  # type: ignore[arg-type]
    async with TestClient(Server(create_app(settings))) as http:
        yield Caller(http, ADMIN_KEY)


async def write(url: str, folder: Path, version: str) -> None:
    """Live in an empty store, and write it and its answers."""
    async with running(url, validating=False, webhook_allow_private=True) as service:
        life = await live(service)
        _keep_for_long(url)
        told = {
            "session": f"{session.COOKIE}={life.session}",
            "website": service.website.key,
            "repeated": life.repeated,
            "answers": await answers(service.admin, paths(life)),
        }
        backup = await backed_up(url)
    (folder / f"{version}.backup").write_bytes(backup)
    (folder / f"{version}.json").write_bytes(_lines(told))


def _lines(document: dict[str, Any]) -> bytes:
    """JSON with one answer on each line, so that a change of one is seen as such."""
    answered = document.pop("answers")
    lines = b",\n".join(orjson.dumps(path) + b":" + orjson.dumps(told) for path, told in answered.items())
    return orjson.dumps(document)[:-1] + b',"answers":{\n' + lines + b"}}\n"


def _keep_for_long(url: str) -> None:
    with redis.Redis.from_url(url) as client:
        for name in client.scan_iter():
            if client.ttl(name) > 0:
                client.pexpireat(name, LATER_MS)


def main() -> None:
    """Write those of the present version."""
    FOLDER.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as place, EmbeddedValkey(Path(place)) as server:
        asyncio.run(write(server.url, FOLDER, __version__))


if __name__ == "__main__":
    main()
