"""`codau up`, as a person runs it: what dies is started again, what is stopped is stopped in order."""

import contextlib
import json
import os
import signal
import subprocess
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import redis

from service.supervision import kernel
from tests.commands.conftest import Terminal, Told
from tests.commands.conftest import terminal as terminal  # noqa: PLC0414  a fixture
from tests.supervision.codau import COMMAND, ROOT, Up, environment, eventually, up

API = "service.supervision.api_process"
SERVER = "valkey-server"
HOOKS = "/v1/sites/demo/webhooks"


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Up]:
    """One that several tests do harm to; each leaves it well."""
    folder = tmp_path_factory.mktemp("up")
    with up(env=environment(folder / "data"), log=folder / "log") as found:
        yield found


def keys(data_dir: Path) -> dict[str, str]:
    found: dict[str, str] = json.loads((data_dir / "keys.json").read_bytes())
    return found


def is_ready(running: Up) -> bool:
    with contextlib.suppress(OSError):
        return running.get("/readyz")[0] == 200
    return False


def test_three_starts_on_one_folder(tmp_path: Path) -> None:
    """The first makes keys and a newspaper; the second keeps those keys, and is killed; the third goes on."""
    data, log = tmp_path / "data", tmp_path / "log"
    env = environment(data)
    with up("--demo", env=env, log=log) as first:
        made = made_keys(first, data)
        the_newspaper_is_told(first, made["admin_key"])
        stopped_wholly(first, signal.SIGTERM, list(first.children().values()))
    with up(env=env, log=log) as second:
        assert keys(data) == made
        assert not any(key in second.said for key in made.values() if key != "demo")
        assert second.get(HOOKS, made["admin_key"]) == (200, {"webhooks": []})
        server = killed_with_all_but_its_server(second)
    with up(env=env, log=log) as third:
        assert SERVER not in third.children(), "it took over the one that it found"
        assert third.get("/v1/sites", made["admin_key"])[0] == 200
        stopped_wholly(third, signal.SIGINT, [server, *third.children().values()])


def made_keys(running: Up, data_dir: Path) -> dict[str, str]:
    """Those of a first start, shown once and in force."""
    made = keys(data_dir)
    assert all(made[name] in running.said for name in ("admin_key", "website_key", "moderator_key"))
    assert (data_dir / "keys.json").stat().st_mode & 0o777 == 0o600
    status, answer = running.get("/v1/sites", made["admin_key"])
    assert (status, [site["id"] for site in answer["sites"]]) == (200, ["demo"])
    assert running.get("/v1/queue", made["moderator_key"])[0] == 200
    assert running.get("/v1/queue", made["website_key"])[0] == 403
    return made


def the_newspaper_is_told(running: Up, admin: str) -> None:
    """By a webhook that nobody else may have."""
    assert "examples.newspaper" in running.children()
    (hook,) = running.get(HOOKS, admin)[1]["webhooks"]
    assert hook["url"] == f"{running.url('newspaper that uses it')}/codau"
    deliveries = f"{HOOKS}/{hook['id']}/deliveries?state=done"
    eventually(lambda: any(one["status"] == 204 for one in running.get(deliveries, admin)[1]["deliveries"]))
    assert running.call("POST", HOOKS, admin, {"url": hook["url"]})[0] == 422


def killed_with_all_but_its_server(running: Up) -> int:
    """The number of the server that is left behind."""
    children = running.children()
    pidfds = {name: os.pidfd_open(pid) for name, pid in children.items()}
    running.process.kill()
    running.process.wait()
    assert kernel.ended(pidfds[API], within_s=5)
    assert kernel.ended(pidfds["workers"], within_s=5)
    assert not kernel.ended(pidfds[SERVER], within_s=0)
    for pidfd in pidfds.values():
        os.close(pidfd)
    return children[SERVER]


def stopped_wholly(running: Up, number: signal.Signals, pids: Sequence[int]) -> None:
    """Stop it by a signal and see that all have finished by themselves."""
    pidfds = [os.pidfd_open(pid) for pid in pids]
    assert len(pidfds) >= 3
    assert running.stop(number) == 0
    assert all(kernel.ended(pidfd, within_s=0) for pidfd in pidfds)
    for pidfd in pidfds:
        os.close(pidfd)
    assert "killed" not in running.log.read_text(encoding="utf-8")


def test_a_request_waits_for_the_api_that_was_killed(running: Up) -> None:
    before = running.children()[API]
    os.kill(before, signal.SIGKILL)
    assert running.get("/healthz")[0] == 200
    assert running.children()[API] != before


def test_a_worker_that_was_killed_is_started_again(running: Up) -> None:
    before = running.children()["workers"]
    os.kill(before, signal.SIGKILL)
    eventually(lambda: running.children().get("workers", before) != before)


def test_a_server_that_was_killed_is_back_with_its_data(running: Up) -> None:
    admin = keys(running.log.parent / "data")["admin_key"]
    os.kill(running.children()[SERVER], signal.SIGKILL)
    eventually(lambda: SERVER in running.children() and is_ready(running))
    assert running.get("/v1/sites", admin)[0] == 200


def test_a_second_one_on_the_same_folder_is_refused_in_one_line(running: Up, terminal: Terminal) -> None:
    folder = running.log.parent / "data"
    refused = terminal("up", status=1, DATA_DIR=str(folder))
    why = f"CODAU_DATA_DIR: {folder} is in use by process {running.process.pid}"
    assert refused == Told("", f"codau: {why}\n")


def test_a_port_that_is_taken_is_refused_in_one_line(running: Up, terminal: Terminal, tmp_path: Path) -> None:
    port = running.url("the API").rpartition(":")[2]
    refused = terminal("up", status=1, PORT=port)
    assert refused.err.count("\n") == 1
    assert refused.err.startswith("codau: CODAU_PORT: ")
    assert list(tmp_path.iterdir()) == []


def test_a_wrong_setting_is_refused_in_one_line(terminal: Terminal) -> None:
    refused = terminal("up", status=2, FSYNC="never")
    assert refused.err.count("\n") == 1
    assert refused.err.startswith("codau: CODAU_FSYNC: ")


@pytest.mark.parametrize("part", ["api", "worker"])
def test_a_part_alone_needs_a_server(terminal: Terminal, part: str) -> None:
    refused = terminal(part, status=1)
    assert refused.err.count("\n") == 1
    assert refused.err.startswith("codau: CODAU_REDIS_URL ")


def test_a_command_uses_its_server_and_a_key_that_it_revokes_is_refused_at_once(
    running: Up, terminal: Terminal
) -> None:
    folder = str(running.log.parent / "data")
    made = json.loads(terminal("key", "create", "--role", "admin", "--json", DATA_DIR=folder).out)
    assert running.get("/v1/sites", made["key"])[0] == 200
    terminal("key", "revoke", made["id"], DATA_DIR=folder)
    assert running.get("/v1/sites", made["key"])[0] == 401


def test_a_server_of_ones_own_takes_the_place_of_the_embedded_one(tmp_path: Path, redis_url: str) -> None:
    env = environment(tmp_path / "data", REDIS_URL=redis_url)
    with up(env=env, log=tmp_path / "log") as running:
        assert running.children().keys() == {API, "workers"}
        assert running.get("/v1/sites", keys(tmp_path / "data")["admin_key"])[0] == 200
    assert sorted(path.name for path in (tmp_path / "data").iterdir()) == ["keys.json"]


def test_a_request_under_way_is_answered_before_the_stop(tmp_path: Path, redis_url: str) -> None:
    """There is no worker: the request waits its two seconds for a verdict, and is answered without."""
    admin = "a-bootstrap-admin-key-of-more-than-32-characters"
    env = environment(tmp_path, REDIS_URL=redis_url, ADMIN_KEY=admin)
    comment = {"thread": "t", "body": "Bài viết rất hay!", "author": {"name": "Minh Anh"}}
    with (
        contextlib.closing(Up("api", env=env, log=tmp_path / "log")) as api,
        ThreadPoolExecutor(1) as pool,
        redis.Redis.from_url(redis_url) as client,
    ):
        api.call("PUT", "/v1/sites/bao", admin, {"name": "Báo"})
        under_way = pool.submit(
            api.call, "POST", "/v1/comments?site=bao", admin, comment, {"Prefer": "wait=2"}
        )
        eventually(lambda: any(client.xlen(key) for key in client.scan_iter("codau:*:queue")))
        assert api.stop() == 0
        assert under_way.result()[0] == 202


@pytest.mark.parametrize("after_s", [0.4, 0.8, 1.2])
def test_a_start_that_is_stopped_leaves_nothing_behind(tmp_path: Path, after_s: float) -> None:
    with subprocess.Popen(
        [*COMMAND, "up"], cwd=ROOT, env=environment(tmp_path), stdout=subprocess.DEVNULL
    ) as process:
        time.sleep(after_s)  # wherever the start is by then
        process.terminate()
        assert process.wait(timeout=60) in (0, -signal.SIGTERM)
    if (tmp_path / "valkey").exists():
        lock = kernel.try_lock(tmp_path / "valkey" / "server.lock")
        assert lock is not None
        os.close(lock)
