"""What Isso itself writes, imported: run where it is installed (`pip install isso`).

It is none of our dependencies, since its Markdown library comes without wheels. Run with Isso 0.14.0.
"""

import sqlite3
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from service.comments.model import State
from service.transfer.importing import Tally
from tests.transfer.foreign import imported_file, seen
from tests.transfer.isso_database import CREATED, database
from tests.transfer.sites import opened

isso = pytest.importorskip("isso", reason="needs Isso: pip install isso")
config = pytest.importorskip("isso.config")
core = pytest.importorskip("isso.core")
werkzeug_test = pytest.importorskip("werkzeug.test")
THREAD = "/doi-song/4711/"


@dataclass
class Isso:
    """Isso's own application on a database, spoken to as a browser does."""

    file: Path
    app: Any
    client: Any

    def post(self, **said: object) -> int:
        answer = self.client.post(f"/new?uri={THREAD}", json={"title": "Kẹt xe & mưa"} | said)
        assert answer.status_code == 202
        return int(answer.json["id"])

    def accept(self, *ids: int) -> None:
        for id in ids:
            assert self.client.post(f"/id/{id}/activate/{self.app.sign(id)}").status_code == 200

    def edit(self, id: int, text: str) -> None:
        assert self.client.put(f"/id/{id}", json={"text": text, "author": "Bác Ba"}).status_code == 200

    def content(self) -> bytes:
        """The database, with its comments written before the present of these tests."""
        with closing(sqlite3.connect(self.file)) as connection, connection:
            connection.execute("UPDATE comments SET created = ? + id", (CREATED,))
        return self.file.read_bytes()

    def delete(self, id: int) -> None:
        assert self.client.delete(f"/id/{id}").status_code == 200


@pytest.fixture
def itself(tmp_path: Path) -> Isso:
    file = tmp_path / "comments.db"
    settings = config.load(config.default_file())
    settings.set("general", "dbpath", str(file))
    settings.set("general", "host", "http://127.0.0.1/")
    settings.set("moderation", "enabled", "true")
    settings.set("guard", "enabled", "false")
    app = type("App", (isso.Isso, core.ThreadedMixin), {})(settings)
    return Isso(file, app, werkzeug_test.Client(isso.local_manager.make_middleware(app)))


async def test_what_isso_wrote_comes_over(redis_url: str, itself: Isso) -> None:
    top = itself.post(text="Đoạn **này** kẹt <3", author="Lan & <Bình>", email="lan@vidu.example")
    reply = itself.post(text="Chưa sửa", author="Bác Ba", website="ba.example/x", parent=top)
    itself.post(text="Còn chờ duyệt", author=None, parent=top)
    doomed = itself.post(text="Sẽ bị xoá", author="Xoá", email="xoa@vidu.example")
    below = itself.post(text="Dưới cái bị xoá", parent=doomed)
    itself.edit(reply, "Đã sửa")
    itself.accept(top, reply, doomed, below)
    itself.delete(doomed)
    async with opened(redis_url) as store:
        tally, told = await imported_file(store, "isso", itself.content())
    assert (tally, told) == (Tally(site_made=True, threads=1, restored=5), [])
    found = seen(redis_url)
    texts = found.by_text
    first = texts["Đoạn **này** kẹt <3"]
    assert (first.thread, first.author.name, first.author.email) == (
        THREAD,
        "Lan & <Bình>",
        "lan@vidu.example",
    )
    assert texts["Đã sửa"].parent_id == texts["Còn chờ duyệt"].parent_id == first.id
    assert texts["Còn chờ duyệt"].state is State.PENDING
    [gone] = [one for one in found.all.comments.values() if one.state is State.ERASED]
    assert texts["Dưới cái bị xoá"].parent_id == gone.id


def test_the_databases_of_our_tests_have_its_tables(itself: Isso, tmp_path: Path) -> None:
    def columns(file: Path) -> dict[str, list[tuple[object, ...]]]:
        with closing(sqlite3.connect(file)) as connection:
            tables = ("preferences", "threads", "comments")
            return {table: connection.execute(f"PRAGMA table_info({table})").fetchall() for table in tables}

    assert columns(database(tmp_path / "ours.db", [])) == columns(itself.file)
