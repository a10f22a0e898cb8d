"""A disk that fills up: what was answered is kept, nothing is answered that is not, all heals by itself."""

import contextlib
import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import redis

from service.supervision import kernel, space
from service.supervision.errors import StartRefused
from service.supervision.valkey import EmbeddedValkey
from tests.commands.conftest import Terminal
from tests.commands.conftest import terminal as terminal  # noqa: PLC0414  a fixture
from tests.supervision.codau import environment, eventually, up
from tests.supervision.disks import Disk, NoDiskError, small_disk

MIB = 1024 * 1024
FULL = "the disk is full; nothing is taken in until there is room"
COMMENT = {"thread": "t", "body": "Bài viết rất hay, cảm ơn tòa soạn!", "author": {"name": "Minh Anh"}}


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Disk]:
    try:
        with small_disk(tmp_path / "disk", 16) as found:
            yield found
    except NoDiskError as error:
        pytest.skip(f"no disk can be mounted here: {error}")


def test_intake_stops_while_the_disk_is_full_and_goes_on_by_itself(disk: Disk, tmp_path: Path) -> None:
    with up(env=environment(disk.path / "data"), log=tmp_path / "log") as running:
        key = json.loads((disk.path / "data" / "keys.json").read_bytes())["website_key"]

        def sent() -> tuple[int, Any]:
            return running.call("POST", "/v1/comments", key, COMMENT)

        def told(words: str) -> int:
            return (tmp_path / "log").read_text(encoding="utf-8").count(words)

        kept: list[str] = []
        for rounds in (1, 2):
            disk.fill()
            eventually(lambda: running.get("/readyz")[0] == 503)
            eventually(lambda rounds=rounds: told(FULL) == rounds)  # the server's end was red too
            status, problem = sent()
            assert (status, problem["code"]) == (503, "unavailable")
            assert running.get("/v1/threads/t/comments", key)[0] == 200  # what is there is still shown
            disk.free()
            eventually(lambda: running.get("/readyz")[0] == 200)
            status, comment = sent()
            assert status == 202
            kept.append(comment["id"])
        assert all(running.get(f"/v1/comments/{one}", key)[0] == 200 for one in kept)
        assert told(FULL) == told("the disk has room again; comments are taken in") == 2
        assert told("store_unreachable") < 10  # a line for each loop, not for each try


def test_a_server_that_a_full_disk_ended_comes_back_with_all_it_answered(disk: Disk) -> None:
    with EmbeddedValkey(disk.path) as server, redis.Redis.from_url(server.url) as client:
        client.set("first", "words")
        disk.fill()
        answered = ["first", *written_until_it_ends(client)]
        assert kernel.ended(server.pidfd, within_s=5)
        server.serve()
        assert server.rests
        assert client.exists(*answered) == len(answered)
        with pytest.raises(redis.ResponseError, match="NOREPLICAS"):
            client.set("more", "words")
        disk.free()
        server.rest(False)
        assert client.set("more", "words")


def test_a_server_that_rests_writes_nothing_of_its_own_accord(tmp_path: Path) -> None:
    with EmbeddedValkey(tmp_path) as server, redis.Redis.from_url(server.url) as client:
        client.set("expires", "soon", px=300)
        server.rest(True)
        (written,) = (tmp_path / "valkey" / "appendonlydir").glob("*.incr.aof")
        before = written.stat().st_size
        eventually(lambda: client.get("expires") is None)
        assert not kernel.ended(server.pidfd, within_s=0.3)  # several rounds of expiry
        assert written.stat().st_size == before
        server.rest(False)
        eventually(lambda: written.stat().st_size > before)


def written_until_it_ends(client: redis.Redis) -> list[str]:
    """The keys of all writes that were answered."""
    answered = []
    with contextlib.suppress(redis.ConnectionError):
        for number in range(1_000):
            client.set(f"key {number}", "x" * 100)
            answered.append(f"key {number}")
    assert len(answered) < 1_000
    return answered


def test_a_server_left_behind_is_told_how_the_disk_is_now(disk: Disk) -> None:
    first = EmbeddedValkey(disk.path)
    with first, redis.Redis.from_url(first.url) as client:
        first.rest(True)
        os.close(first._owner or -1)  # as if its supervisor had been killed
        first._owner = None
        with EmbeddedValkey(disk.path) as second:
            assert not second.rests
            assert client.set("taken", "in")


def test_a_start_on_a_full_disk_is_refused_in_one_line(disk: Disk, terminal: Terminal) -> None:
    with EmbeddedValkey(disk.path):
        disk.fill()
    refused = terminal("up", status=1, DATA_DIR=str(disk.path))
    assert refused.err.splitlines()[-1].startswith("codau: CODAU_DATA_DIR: ")
    assert "Traceback" not in refused.err
    with pytest.raises(StartRefused, match="No space left"):
        EmbeddedValkey(disk.path / "new").start()


def test_room_is_there_again_when_there_is_twice_the_reserve(disk: Disk) -> None:
    assert not space.is_short(disk.path, already=False)
    with (disk.path / "ballast").open("wb") as ballast:
        os.posix_fallocate(ballast.fileno(), 0, 16 * MIB - 3 * MIB // 2)  # the reserve is 1 MiB here
    assert space.is_short(disk.path, already=True)
    assert not space.is_short(disk.path, already=False)


def test_what_a_crash_cut_off_is_no_obstacle(tmp_path: Path) -> None:
    """Only the last write can be cut off: it was not answered, since it was not whole on the disk."""
    with EmbeddedValkey(tmp_path) as server, redis.Redis.from_url(server.url) as client:
        for number in range(10):
            client.set(f"key {number}", "x" * 100)
    (written,) = (tmp_path / "valkey" / "appendonlydir").glob("*.incr.aof")
    for cut in (1, 3, 60):
        os.truncate(written, written.stat().st_size - cut)
        with EmbeddedValkey(tmp_path) as server, redis.Redis.from_url(server.url) as client:
            assert client.dbsize() == 9
            client.set("key 9", "x" * 100)
