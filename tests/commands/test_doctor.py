"""The doctor sees what loses comments, says what to do, and changes nothing."""

import json
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import redis

from service.store import keys
from service.store.partitions import FORMAT
from service.store.store import Store
from service.supervision import first_keys
from service.supervision.valkey import binary
from tests.commands.conftest import Terminal
from tests.commands.test_webhooks import dead, with_store
from tests.store.cluster import cluster
from tests.supervision.codau import eventually


@pytest.fixture
def server(redis_url: str) -> Iterator[Any]:
    """A client of the test's server, whose configuration is put back afterwards."""
    with redis.Redis.from_url(redis_url, decode_responses=True) as client:
        before = {name: client.config_get(name)[name] for name in ("maxmemory-policy", "appendfsync")}
        yield client
        for name, value in before.items():
            client.config_set(name, value)


Look = Callable[..., list[dict[str, str]]]


@pytest.fixture
def not_well(terminal: Terminal, redis_url: str) -> Look:
    """What the doctor finds wrong with an installation with a server of its own."""

    def look(status: int = 0, **settings: str) -> list[dict[str, str]]:
        told = terminal("doctor", "--json", status=status, REDIS_URL=redis_url, **settings)
        return [one for one in json.loads(told.out) if one["level"] != "ok"]

    return look


def test_a_good_installation_is_well(not_well: Look) -> None:
    assert not_well() == []


def test_an_embedded_server_that_does_not_run_is_looked_at_too(terminal: Terminal) -> None:
    told = terminal("doctor")
    assert told.err == ""
    assert "The server is Valkey" in told.out
    assert "WARNING" not in told.out


def test_a_server_that_drops_comments_is_an_error(server: Any, not_well: Look) -> None:
    server.config_set("maxmemory-policy", "allkeys-lru")
    server.config_set("appendfsync", "everysec")
    found = not_well(status=1)
    assert [(one["level"], one["what"].split()[0]) for one in found] == [
        ("error", "maxmemory-policy"),
        ("warning", "appendfsync"),
    ]
    assert "CONFIG SET maxmemory-policy noeviction" in found[0]["advice"]


def test_data_with_other_partitions_are_an_error_and_stay_as_they_are(server: Any, not_well: Look) -> None:
    server.hset(keys.META, mapping={"format": FORMAT, "partitions": 4})
    assert [one["advice"] for one in not_well(status=1)] == ["set CODAU_PARTITIONS=4"]
    assert server.hget(keys.META, "partitions") == "4"
    assert [one["advice"] for one in not_well(PARTITIONS="4")] == ["start one: codau worker"]


def test_workers_that_are_behind_are_an_error(server: Any, not_well: Look) -> None:
    an_hour_ago = int(time.time() * 1000) - 3_600_000
    server.xadd(keys.queue(3), {"c": "bao x 1"}, id=f"{an_hour_ago}-0")
    (found,) = not_well(status=1)
    assert found["what"].startswith("The workers are behind: 1 comments are queued, the oldest for 36")


def test_a_misspelt_setting_is_a_warning(not_well: Look) -> None:
    assert [one["advice"] for one in not_well(PARTITION="4")] == ["did you mean CODAU_PARTITIONS?"]


def test_a_server_set_up_wrongly_is_told_of_in_everything(terminal: Terminal, tmp_path: Path) -> None:
    socket = tmp_path / "valkey.sock"
    wrong = ["--appendonly", "no", "--appendfsync", "no", "--no-appendfsync-on-rewrite", "yes"]
    wrong += ["--maxmemory", "1mb", "--maxmemory-policy", "volatile-ttl", "--replicaof", "127.0.0.1 1"]
    here = ["--port", "0", "--unixsocket", str(socket), "--dir", str(tmp_path), "--save", ""]
    with subprocess.Popen([str(binary()), *here, *wrong], stdout=subprocess.DEVNULL) as server:
        eventually(socket.exists)
        told = terminal("doctor", "--json", status=1, REDIS_URL=f"unix://{socket}")
        server.terminate()
    found = {
        (one["level"], one["what"].split(":")[0]) for one in json.loads(told.out) if one["level"] != "ok"
    }
    assert {what for _, what in found if not what.startswith("The server holds")} == {
        "The server is a copy of another and takes nothing.",
        "maxmemory-policy is volatile-ttl",
        "appendonly is no",
        "appendfsync is no",
        "no-appendfsync-on-rewrite is yes",
    }
    assert any(what.endswith("takes no comments.") for _, what in found)


def test_a_server_that_tells_little_is_asked_no_further(
    server: Any, terminal: Terminal, redis_url: str
) -> None:
    server.execute_command("ACL", "SETUSER", "guest", "on", ">secret", "~*", "+@all", "-config", "-info")
    try:
        guest = redis_url.replace("unix://", "unix://guest:secret@")
        told = terminal("doctor", "--json", REDIS_URL=guest)
    finally:
        server.execute_command("ACL", "DELUSER", "guest")
    found = [one["what"] for one in json.loads(told.out) if one["level"] != "ok"]
    assert found[0] == "The server does not tell its version."
    assert len([what for what in found if what.startswith("The server does not tell its ")]) == 4
    assert "secret" not in told.out + told.err


def test_a_store_that_is_not_there_is_one_error(terminal: Terminal, tmp_path: Path) -> None:
    told = terminal("doctor", "--json", status=1, REDIS_URL=f"unix://{tmp_path}/nobody.sock")
    [found] = [one for one in json.loads(told.out) if one["level"] != "ok"]
    assert found["what"].startswith("The store cannot be used: ")


def test_keys_of_the_first_start_are_told_where_others_reach_the_api(
    not_well: Look, redis_url: str, tmp_path: Path
) -> None:
    async def first(store: Store) -> None:
        await first_keys.make_at_first_start(store.directory, tmp_path, now_ms=1)

    with_store(redis_url, first)
    assert not_well() == []
    levels = [(one["level"], one["what"]) for one in not_well(HOST="0.0.0.0")]  # noqa: S104
    assert [level for level, _ in levels] == ["warning"] * 3
    assert levels[1][1] == "2 keys of the demo site are in force."


def test_messages_that_were_given_up_are_told(not_well: Look, redis_url: str) -> None:
    with_store(redis_url, dead)
    [found] = not_well()
    assert found["what"] == "3 messages to webhook wh_1 of bao were given up."


def test_what_is_kept_too_long_is_told(not_well: Look, server: Any) -> None:
    two_days_ago = int(time.time() * 1000) - 2 * 86_400_000
    server.hset(keys.SWEPT_AT, mapping={"swept": two_days_ago, "owed": two_days_ago})
    assert [one["what"] for one in not_well()] == [
        "Nobody has looked for 48 h for what the policies say is to be kept no longer.",
        "What was erased 48 h ago is still in the server's append-only file.",
    ]


def test_every_server_of_a_cluster_is_looked_at(terminal: Terminal, tmp_path: Path) -> None:
    with cluster(tmp_path) as url:
        told = terminal("doctor", status=1, REDIS_URL=url)
    assert told.out.count(" is Valkey ") == 3
    assert told.out.count("ERROR    appendonly of server 127.0.0.1:") == 3
