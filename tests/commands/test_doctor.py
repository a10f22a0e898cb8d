"""The doctor sees what loses comments, says what to do, and changes nothing."""

import json
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import redis

from service.store import keys
from service.supervision import doctor
from tests.commands.conftest import Terminal


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
    server.hset(keys.META, mapping={"format": "1", "partitions": 4})
    assert [one["advice"] for one in not_well(status=1)] == ["set CODAU_PARTITIONS=4"]
    assert server.hget(keys.META, "partitions") == "4"
    assert not_well(PARTITIONS="4") == []


def test_workers_that_are_behind_are_an_error(server: Any, not_well: Look) -> None:
    an_hour_ago = int(time.time() * 1000) - 3_600_000
    server.xadd(keys.queue(3), {"c": "bao x 1"}, id=f"{an_hour_ago}-0")
    (found,) = not_well(status=1)
    assert found["what"].startswith("The workers are behind: 1 comments are queued, the oldest for 36")


def test_what_others_may_read_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "keys.json").touch(mode=0o644)
    (tmp_path / "valkey").mkdir(mode=0o700)
    levels = {one.what: one.level for one in doctor.look_at_folder(tmp_path)}
    assert levels == {
        f"Others may read {tmp_path / 'keys.json'}.": "error",
        f"{tmp_path / 'valkey'} is private.": "ok",
    }


def test_a_misspelt_setting_is_a_warning(not_well: Look) -> None:
    assert [one["advice"] for one in not_well(PARTITION="4")] == ["did you mean CODAU_PARTITIONS?"]
