"""A backup as docs/upgrade.md makes it: the append-only file, copied while the server writes to it."""

import shutil
import threading
from pathlib import Path

import redis

from service.supervision.valkey import EmbeddedValkey


def test_a_copy_of_a_server_at_work_has_all_that_was_answered_before(tmp_path: Path) -> None:
    stop, enough = threading.Event(), threading.Event()
    answered = 0

    def write(url: str) -> None:
        nonlocal answered
        with redis.Redis.from_url(url) as client:
            while not stop.is_set():
                client.set(f"key {answered}", "x" * 2_000)
                answered += 1
                if answered == 500:
                    enough.set()

    with EmbeddedValkey(tmp_path / "data", fsync="everysec") as server:
        writer = threading.Thread(target=write, args=[server.url])
        writer.start()
        assert enough.wait(30)
        with redis.Redis.from_url(server.url, decode_responses=True) as client:
            client.config_set("auto-aof-rewrite-percentage", 0)
            assert client.info("persistence")["aof_rewrite_in_progress"] == 0
            before = answered
            shutil.copytree(server.folder / "appendonlydir", tmp_path / "backup")
        stop.set()
        writer.join()

    (tmp_path / "trial" / "valkey").mkdir(parents=True)
    shutil.copytree(tmp_path / "backup", tmp_path / "trial" / "valkey" / "appendonlydir")
    with EmbeddedValkey(tmp_path / "trial") as copy, redis.Redis.from_url(copy.url) as client:
        assert before <= client.dbsize() <= answered
        assert client.exists(*(f"key {number}" for number in range(before))) == before
