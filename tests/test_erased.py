"""What was erased is nowhere any more: not in the database, not in the server's files, the log, an answer.

Every field that a reader or a moderator can fill holds a word of its own that stands nowhere else. The words
are looked for as they are, decomposed, escaped for JSON and for URLs, without their marks, in base 64, and in
whatever is compressed.
"""

import asyncio
import base64
import io
import itertools
import json
import logging
import unicodedata
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
import redis
import structlog
from aiohttp import web

from service import logs
from service.outgoing.client import OutgoingClient
from service.store.retention import seen
from service.supervision.valkey import EmbeddedValkey
from tests.api.listening import listening
from tests.compressed import readable
from tests.running import Caller, Running, running
from tests.workers.receiving import Receiver, receiving
from workers.courier import Courier
from workers.janitor import REWRITE_AFTER_MS, Janitor
from workers.statistician import Statistician

DAY = 86_400_000
_SYLLABLES = ("khuồng", "mẫn", "thoảy", "đuềnh", "ngoạch", "quyễng", "phuỗm", "giệch", "truỵnh", "xoắp")
_WORDS = ("".join(pair) for pair in itertools.permutations(_SYLLABLES, 2))
THREAD = "/v1/threads/doi-song%2F1/comments"


class Words:
    """Words that stand nowhere else, each for the field that it was asked for."""

    def __init__(self) -> None:
        self.fields: dict[str, str] = {}

    def __call__(self, field: str) -> str:
        return self.fields.setdefault(field, next(_WORDS))

    def text(self, field: str) -> str:
        """A comment that nothing is wrong with, and that has the word in it."""
        return f"Hôm qua tôi đi ngang đoạn {self(field)} thấy đường vẫn ngập, mong sớm có người sửa."

    def author(self, who: str, **known: str) -> dict[str, str]:
        ip = f"2001:db8::{len(self.fields) + 4096:x}"
        self.fields[f"{who} ip"] = ip
        return {
            "name": known.get("name") or self(f"{who} name"),
            "email": f"{_bare(self(f'{who} email'))}@thu.example",
            "ip": ip,
            "user_agent": f"Trình duyệt {self(f'{who} user agent')}",
        } | known


def _bare(word: str) -> str:
    """Without its marks, as it would stand in an index or an address."""
    decomposed = unicodedata.normalize("NFD", word.replace("đ", "d"))
    return "".join(letter for letter in decomposed if not unicodedata.combining(letter))


def spellings(word: str) -> Iterator[bytes]:
    """All the ways in which a word could be hidden in bytes."""
    for form in dict.fromkeys((word, unicodedata.normalize("NFD", word), _bare(word))):
        yield form.encode()
        yield json.dumps(form)[1:-1].encode()
        yield quote(form).encode()
        for before in range(3):
            coded = base64.b64encode(b"\0" * before + form.encode())
            inner = coded[4 if before else 0 : -4]
            yield inner
            yield inner.translate(bytes.maketrans(b"+/", b"-_"))


def found(words: Words, *places: bytes) -> set[str]:
    """The fields whose word is in one of some places."""
    coded = readable(b"\n".join(places))
    everything = coded.lower()
    return {
        field
        for field, word in words.fields.items()
        if any(one in coded or one.lower() in everything for one in spellings(word))
    }


def database(url: str) -> bytes:
    """Every key and everything that it holds."""
    with redis.Redis.from_url(url) as client:
        return b"\n".join(name + b" " + held(client, name) for name in client.scan_iter(count=1000))


def held(client: Any, name: bytes) -> bytes:
    """What a key holds, whatever its type."""
    read: dict[str, Callable[[], list[bytes]]] = {
        "none": list,  # it has expired meanwhile
        "string": lambda: [client.get(name)],
        "hash": lambda: [part for pair in client.hgetall(name).items() for part in pair],
        "zset": lambda: client.zrange(name, 0, -1),
        "set": lambda: list(client.smembers(name)),
        "list": lambda: client.lrange(name, 0, -1),
        "stream": lambda: [
            part for entry in client.xrange(name) for pair in entry[1].items() for part in pair
        ],
    }
    return b"\n".join(read[client.type(name).decode()]())


def files(server: EmbeddedValkey) -> bytes:
    """Everything that lies in the server's folder."""
    return b"\n".join(path.read_bytes() for path in sorted(server.folder.rglob("*")) if path.is_file())


def in_memory(client: Any) -> bytes:
    """What the server tells of the commands that it had to do."""
    told = [client.execute_command("COMMANDLOG", "GET", -1, kind) for kind in ("slow", "large-request")]
    return repr(told).encode()


@pytest.fixture
def log() -> Iterator[io.StringIO]:
    """All that this process writes to its log, API and workers; logging is one for the process."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    stream = io.StringIO()
    logs.set_up("json", stream=stream)
    structlog.configure(cache_logger_on_first_use=False)  # or modules would write here for ever
    yield stream
    root.handlers[:], root.level = handlers, level
    structlog.reset_defaults()


@dataclass
class Newspaper:
    """A service with a server of its own, a webhook, and what is known of it."""

    service: Running
    server: EmbeddedValkey
    client: Any
    words: Words
    receiver: Receiver
    hook: Any

    async def ask(self, caller: Caller, method: str, path: str, status: int = 200, **request: Any) -> Any:
        answer = await caller(method, path, **request)
        assert answer.status == status, answer.text
        return answer.json

    async def reads(self) -> str:
        """All that websites and moderators can read, asked for again."""
        service, told = self.service, []
        for caller, path in (
            *((service.website, f"{THREAD}?sort={sort}") for sort in ("oldest", "newest")),
            *((service.moderator, f"/v1/queue?state={s}") for s in ("pending", "published", "rejected")),
            (service.moderator, "/v1/stats"),
            *(
                (service.admin, f"/v1/sites/bao/webhooks/{self.hook['id']}/deliveries?state={s}")
                for s in ("waiting", "done", "dead")
            ),
            (service.nobody, "/metrics"),
        ):
            told.append((await caller("GET", path)).text)
        return "\n".join(told)

    async def works_off(self, now_ms: int) -> None:
        """Webhooks and statistics, as far as they can be at a time."""
        await Courier(self.service.store, _client, lambda: now_ms).drain()
        await Statistician(self.service.store).drain()


def _client() -> OutgoingClient:
    return OutgoingClient(allow_private=True)


@pytest.fixture
async def paper(tmp_path: Path, log: io.StringIO) -> AsyncIterator[Newspaper]:
    with EmbeddedValkey(tmp_path) as server, redis.Redis.from_url(server.url) as client:
        client.config_set("rdbcompression", "no")  # else a text in the file could hide from our search
        client.config_set("commandlog-slow-execution-max-len", "100000")
        async with running(server.url, webhook_allow_private=True) as service, receiving() as receiver:
            words = Words()
            receiver.reply = lambda: web.Response(status=500, text=receiver.messages[-1].body.decode())
            path = "/v1/sites/bao/webhooks"
            hook = (await service.admin("POST", path, json={"url": receiver.url})).json
            yield Newspaper(service, server, client, words, receiver, hook)


async def lived(paper: Newspaper, who: str, **author: str) -> Any:
    """A comment with a long life, every field of which holds a word of its own; it ends published."""
    service, words = paper.service, paper.words
    sent = await service.submit(
        words.text(f"{who} body"),
        author=words.author(who, **author),
        headers={"Idempotency-Key": _bare(words(f"{who} idempotency key"))},
    )
    path = f"/v1/comments/{sent['id']}"
    wait = {"Prefer": "wait=10"}
    revision = {"body": words.text(f"{who} revision")}
    revised = await paper.ask(service.website, "POST", f"{path}/revise", 201, json=revision, headers=wait)
    await paper.ask(service.moderator, "GET", "/v1/queue", params={"q": words(f"{who} revision"), "limit": 1})
    await paper.ask(service.moderator, "POST", "/v1/queue/claim", json={})
    refused = await service.decide(
        revised, "reject", reason="other", note=words(f"{who} note"), message=words(f"{who} message")
    )
    again = await service.decide(refused, "reopen", note=words(f"{who} second note"))
    edited = await service.decide(again, "edit", body=words.text(f"{who} edit"))
    return await service.decide(edited, "approve", body=words.text(f"{who} last words"))


async def test_what_was_erased_is_nowhere(paper: Newspaper, log: io.StringIO) -> None:
    service, words, store = paper.service, paper.words, paper.service.store
    one = await lived(paper, "one")
    who = f"ban-doc-{_bare(words('author id'))}"
    theirs = [await lived(paper, f"author's {number}", id=who) for number in range(2)]
    standing = {"standing": "trusted", "note": words("author's standing")}
    await paper.ask(service.moderator, "PUT", f"/v1/authors/{who}/standing", json=standing)
    old = await lived(paper, "old")
    old = await service.decide(old, "reject", reason="other", note=words("old last note"))
    kept = await service.submit("Tôi đồng ý với bài viết này.", author=words.author("kept", name="An"))
    unjudged = {"thread": "x", "body": words.text("check")}
    await paper.ask(service.moderator, "POST", "/v1/check", json=unjudged)
    now_ms = store_now = (await store.comments.get("bao", kept["id"])).created_at
    for days in (0, 1, 5):  # the receiver fails, and says what it was told; in the end some are dead
        await paper.works_off(now_ms + days * DAY)
    before = await paper.reads()
    everywhere = [database(paper.server.url), files(paper.server), before.encode()]
    never_kept = {field for field in words.fields if "idempotency" in field or field == "check"}
    assert found(words, *everywhere) == words.fields.keys() - never_kept, "what is looked for can be found"

    async with listening(service.moderator) as early:
        await paper.ask(service.website, "DELETE", f"/v1/comments/{one['id']}", 204)
        await paper.ask(service.admin, "DELETE", f"/v1/authors/{who}?site=bao", 204)
        told = [await early.event() for _ in range(3)]
    assert not found(words, *(json.dumps(block.fields).encode() for block in told))
    clock = store_now + 400 * DAY
    janitor = Janitor(store, lambda: clock)
    taken = await janitor.drain()
    assert (taken.erased, taken.forgotten) == (1, 1)
    await paper.works_off(now_ms + 6 * DAY)

    gone = [database(paper.server.url), (await paper.reads()).encode(), in_memory(paper.client)]
    assert found(words, *gone) == set()
    assert found(words, files(paper.server)), "until it is rewritten, the file holds it"
    await rewritten(paper, janitor_at=clock)
    assert found(words, files(paper.server)) == set()
    assert found(words, log.getvalue().encode()) == set()
    assert '"swept"' in log.getvalue(), "it is the log of all that was looked at"
    stones = [await store.comments.get("bao", one["id"]) for one in (one, *theirs, old)]
    assert [stone.state.value for stone in stones] == ["erased"] * 4
    assert (await store.comments.get("bao", kept["id"])).author.name == "An"


async def rewritten(paper: Newspaper, *, janitor_at: int) -> None:
    """Have the janitor see to the server's files."""
    now_ms = janitor_at

    async def on() -> bool:
        return True

    janitor = Janitor(paper.service.store, lambda: now_ms)
    await janitor.turn(on)
    now_ms += REWRITE_AFTER_MS
    folder = paper.server.folder / "appendonlydir"
    async with asyncio.timeout(60):
        while (await seen(paper.service.store.commands)).owed is not None or len(list(folder.iterdir())) > 3:
            await janitor.turn(on)
            await asyncio.sleep(0.01)
