"""One owner and one server for a data folder, whatever is killed; and nothing that was answered is lost."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import redis

from service.store.connection import commands
from service.supervision import inline, kernel, valkey
from service.supervision.errors import StartRefused
from service.supervision.folder import FolderInUse
from service.supervision.valkey import EmbeddedValkey
from tests.supervision.codau import eventually

# A supervisor that starts a server, says that it answers, and waits to be killed.
SUPERVISOR = """
import sys
from pathlib import Path
from service.supervision.valkey import EmbeddedValkey
EmbeddedValkey(Path(sys.argv[1]), outlives_us=sys.argv[2] == "outlives").start()
print("up", flush=True)
sys.stdin.read()
"""


def supervisor(data_dir: Path, server: str = "outlives") -> subprocess.Popen[str]:
    child = subprocess.Popen(
        [sys.executable, "-c", SUPERVISOR, str(data_dir), server],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert child.stdout is not None
    assert child.stdout.readline() == "up\n"
    return child


def kill(child: subprocess.Popen[str]) -> None:
    child.kill()
    child.communicate()


def pid_of(server: EmbeddedValkey) -> int:
    with redis.Redis.from_url(server.url) as client:
        return int(client.info("server")["process_id"])


@pytest.fixture
def left_behind(tmp_path: Path) -> Iterator[int]:
    """A server on `tmp_path` whose supervisor was killed; it holds `kept` = `yes`."""
    owner = supervisor(tmp_path)
    server = EmbeddedValkey(tmp_path)
    with redis.Redis.from_url(server.url) as client:
        client.set("kept", "yes")
        pid = int(client.info("server")["process_id"])
    kill(owner)
    yield pid
    EmbeddedValkey(tmp_path).__enter__().stop()


def test_what_was_written_is_there_after_a_stop(tmp_path: Path) -> None:
    for round_ in range(3):
        with EmbeddedValkey(tmp_path) as server, redis.Redis.from_url(server.url) as client:
            assert client.incr("rounds") == round_ + 1


def test_what_was_written_is_there_after_the_server_was_killed(tmp_path: Path) -> None:
    with EmbeddedValkey(tmp_path) as server, redis.Redis.from_url(server.url) as client:
        client.set("kept", "yes")
        os.kill(pid_of(server), signal.SIGKILL)
        assert kernel.ended(server.pidfd, within_s=5)
        server.serve()
        assert client.get("kept") == b"yes"


def test_what_a_killed_server_had_half_rewritten_is_removed(tmp_path: Path) -> None:
    """It may hold what is erased later, and the server itself leaves it for good."""

    def half_rewritten() -> list[Path]:
        return list((tmp_path / "valkey").glob("temp-*"))

    with EmbeddedValkey(tmp_path) as server, redis.Redis.from_url(server.url) as client:
        client.mset({f"kept {number}": "yes" for number in range(1_000)})
        client.config_set("rdb-key-save-delay", 100_000)  # µs for each key
        client.bgrewriteaof()
        eventually(lambda: half_rewritten() != [])
        os.kill(pid_of(server), signal.SIGKILL)
        assert kernel.ended(server.pidfd, within_s=5)
        server.serve()
        assert half_rewritten() == []
        assert client.dbsize() == 1_000


def test_the_server_is_one_that_loses_nothing(tmp_path: Path) -> None:
    with (
        EmbeddedValkey(tmp_path) as server,
        redis.Redis.from_url(server.url, decode_responses=True) as client,
    ):
        chosen = {
            name: client.config_get(name)[name] for name in ("appendonly", "appendfsync", "save", "port")
        }
        assert chosen == {"appendonly": "yes", "appendfsync": "always", "save": "", "port": "0"}
        assert client.config_get("maxmemory-policy")["maxmemory-policy"] == "noeviction"


def test_the_folder_and_all_in_it_are_private(tmp_path: Path) -> None:
    folder = tmp_path / "valkey"
    folder.mkdir(mode=0o755)
    with EmbeddedValkey(tmp_path):
        assert folder.stat().st_mode & 0o777 == 0o700
        assert [path for path in folder.rglob("*") if path.stat().st_mode & 0o077] == []


def test_a_second_owner_is_refused_by_the_number_of_the_first(tmp_path: Path) -> None:
    staying = EmbeddedValkey(tmp_path, outlives_us=True)
    with staying, pytest.raises(FolderInUse, match=rf"in use by process {os.getpid()}$"):
        EmbeddedValkey(tmp_path).start()
    with EmbeddedValkey(tmp_path):
        pass


def test_an_owner_that_only_passes_is_waited_for(tmp_path: Path) -> None:
    passing = supervisor(tmp_path, "ends with us")
    with ThreadPoolExecutor(1) as pool:
        server = EmbeddedValkey(tmp_path)
        started = pool.submit(server.start)
        with pytest.raises(TimeoutError):
            started.result(timeout=0.2)
        kill(passing)
        started.result(timeout=60)
        server.stop()


def test_a_server_left_behind_is_taken_over_within_two_seconds(tmp_path: Path, left_behind: int) -> None:
    began = time.monotonic()
    with EmbeddedValkey(tmp_path, fsync="everysec") as server:
        assert time.monotonic() - began < 2
        assert pid_of(server) == left_behind
        with redis.Redis.from_url(server.url, decode_responses=True) as client:
            assert client.get("kept") == "yes"
            assert client.config_get("appendfsync")["appendfsync"] == "everysec"
    free = kernel.try_lock(tmp_path / "valkey" / "server.lock")
    assert free is not None
    os.close(free)


def test_there_are_never_two_servers_however_often_the_owner_is_killed(tmp_path: Path) -> None:
    pids = set()
    for _ in range(8):
        owner = supervisor(tmp_path)
        pids.add(pid_of(EmbeddedValkey(tmp_path)))
        kill(owner)
    with EmbeddedValkey(tmp_path) as server:
        assert pids == {pid_of(server)}


def test_of_many_that_start_at_once_one_owns_the_folder(tmp_path: Path, left_behind: int) -> None:
    command = [sys.executable, "-c", SUPERVISOR, str(tmp_path), "outlives"]
    rivals = [
        subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        for _ in range(4)
    ]
    assert pid_of(EmbeddedValkey(tmp_path)) == left_behind
    refused = [rival for rival in rivals if rival.stdout is not None and rival.stdout.readline() != b"up\n"]
    for rival in rivals:
        rival.kill()
        rival.communicate()
    assert len(refused) == 3


def test_a_server_for_one_command_ends_with_its_owner(tmp_path: Path) -> None:
    owner = supervisor(tmp_path, "ends with us")
    pidfd = os.pidfd_open(pid_of(EmbeddedValkey(tmp_path)))
    kill(owner)
    assert kernel.ended(pidfd, within_s=5)
    os.close(pidfd)


def test_a_server_that_does_not_answer_is_not_doubled(
    tmp_path: Path, left_behind: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(valkey, "TAKE_OVER_S", 0.1)
    monkeypatch.setattr(inline, "ANSWER_S", 0.1)
    os.kill(left_behind, signal.SIGSTOP)
    with pytest.raises(StartRefused, match="does not answer"):
        EmbeddedValkey(tmp_path).start()
    os.kill(left_behind, signal.SIGCONT)


def test_a_start_that_failed_before_there_was_a_server_holds_up_no_other(tmp_path: Path) -> None:
    with EmbeddedValkey(tmp_path) as server:
        os.kill(pid_of(server), signal.SIGKILL)
        assert kernel.ended(server.pidfd, within_s=5)
        log = tmp_path / "valkey" / "server.log"
        log.unlink()
        log.mkdir()
        with pytest.raises(IsADirectoryError):
            server.serve()
        log.rmdir()
        server.serve()
        assert pid_of(server)


async def test_a_folder_may_have_any_name(tmp_path: Path) -> None:
    with EmbeddedValkey(tmp_path / "Có Dấu 100% #1?") as server:
        store = commands(server.url)
        assert await store.run("PING") == b"PONG"
        await store.close()


def test_a_file_that_cannot_be_read_ends_the_start_in_one_line(tmp_path: Path) -> None:
    with EmbeddedValkey(tmp_path):
        pass
    for part in (tmp_path / "valkey" / "appendonlydir").glob("*.manifest"):
        part.write_text("nonsense\n", encoding="ascii")
    with pytest.raises(StartRefused, match="ended at its start") as refused:
        EmbeddedValkey(tmp_path).start()
    assert "\n" not in str(refused.value)


def test_a_data_folder_that_is_a_file_is_refused_by_name(tmp_path: Path) -> None:
    (tmp_path / "data").touch()
    with pytest.raises(StartRefused, match="CODAU_DATA_DIR"):
        EmbeddedValkey(tmp_path / "data").start()
