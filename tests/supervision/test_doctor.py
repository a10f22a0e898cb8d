"""Each check of the doctor by itself, on an installation that is well but for one thing."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from service.settings import Settings
from service.store.health import Backlog
from service.store.partitions import FORMAT
from service.supervision import doctor
from service.supervision.doctor.facts import Data, Disk, Endpoint, Facts, Held, Server
from service.supervision.doctor.gathering import around

MIB = 2**20
HOUR_MS = 3_600_000

SETTINGS = Settings(redis_url="redis://127.0.0.1:1", partitions=16)
SERVER = Server(
    "",
    {
        "valkey_version": "8.1.0",
        "redis_version": "7.2.4",
        "role": "master",
        "used_memory": 100 * MIB,
        "maxmemory": 0,
        "total_system_memory": 1000 * MIB,
        "aof_last_write_status": "ok",
        "aof_last_bgrewrite_status": "ok",
    },
    {
        "appendonly": "yes",
        "appendfsync": "always",
        "no-appendfsync-on-rewrite": "no",
        "maxmemory-policy": "noeviction",
    },
    ahead_ms=3,
)
ENDPOINT = Endpoint("bao", "wh_1", active=True, gone=False, waiting=Backlog(1, 1_000), dead=0)
DATA = Data(FORMAT, 16, Backlog(1, 1_000), asked_ms_ago=500, set_aside={"bao": 0}, endpoints=[ENDPOINT])
WELL = Facts(
    SETTINGS,
    held=[Held(Path("/d/valkey"), 0o40700, 0)],
    disk=Disk(Path("/d"), 100_000 * MIB, 50_000 * MIB, 1_000 * MIB),
    servers=[SERVER],
    data=DATA,
)


def chosen(**settings: Any) -> Facts:
    return replace(WELL, settings=Settings(redis_url="redis://127.0.0.1:1", **settings))


def server(name: str = "", ahead_ms: int = 0, **info: Any) -> Facts:
    return replace(
        WELL, servers=[replace(SERVER, name=name, ahead_ms=ahead_ms, info={**SERVER.info, **info})]
    )


def copied(connected: int, redis_version: str = "7.2.0") -> Facts:
    """With CODAU_REPLICAS=1, on Redis."""
    info = {key: told for key, told in SERVER.info.items() if key != "valkey_version"}
    info |= {"connected_slaves": connected, "redis_version": redis_version}
    return replace(chosen(replicas=1), servers=[replace(SERVER, info=info)])


def option(name: str, value: str | None) -> Facts:
    return replace(WELL, servers=[replace(SERVER, options={**SERVER.options, name: value})])


def data(**changes: Any) -> Facts:
    return replace(WELL, data=replace(DATA, **changes))


def endpoint(**changes: Any) -> Facts:
    return data(endpoints=[replace(ENDPOINT, **changes)])


def disk(free: int, file: int = 1_000 * MIB) -> Facts:
    return replace(WELL, disk=Disk(Path("/d"), 100_000 * MIB, free, file))


def seen(facts: Facts) -> list[tuple[str, str]]:
    """Level and first words of what is not well."""
    return [(one.level, one.what) for one in doctor.examine(facts) if one.level != "ok"]


def test_what_is_well_is_told_to_be_without_advice() -> None:
    found = doctor.examine(WELL)
    assert {(one.level, one.advice) for one in found} == {("ok", "")}
    assert len(found) >= 9


CASES: dict[str, tuple[Facts, str, str]] = {
    "misspelt": (replace(WELL, misspelt=[("CODAU_HOTS", "CODAU_HOST")]), "warning", "CODAU_HOTS is no"),
    "others may read": (replace(WELL, held=[Held(Path("/d"), 0o40750, 0)]), "error", "Others may read /d"),
    "another's": (replace(WELL, held=[Held(Path("/d"), 0o40700, 7)]), "warning", "/d belongs to another"),
    "disk full": (disk(200 * MIB), "error", "200 MiB are free"),
    "disk scarce": (disk(9_000 * MIB), "warning", "9,000 MiB are free where the data are (9%)."),
    "no room to rewrite": (disk(20_000 * MIB, 21_000 * MIB), "warning", "20,000 MiB are free"),
    "pattern as key": (chosen(admin_key="0123" * 10), "warning", "CODAU_ADMIN_KEY looks"),
    "one letter as key": (chosen(admin_key="a" * 31 + "1"), "warning", "CODAU_ADMIN_KEY looks"),
    "words as key": (chosen(admin_key="our-newspaper-and-its-admin-key-here"), "warning", "CODAU_ADMIN_KEY"),
    "plain HTTP": (chosen(host="0.0.0.0"), "warning", "The API listens on 0.0.0.0"),  # noqa: S104
    "plain HTTP, IPv6": (chosen(host="::"), "warning", "The API listens on ::"),
    "calls inside": (chosen(webhook_allow_private=True), "warning", "Webhooks may call"),
    "old Valkey": (server(valkey_version="7.1.9"), "error", "The server is Valkey 7.1."),
    "no version": (server(valkey_version="unstable"), "warning", "The server does not tell its version"),
    "a copy": (server(role="slave"), "error", "The server is a copy"),
    "no replica": (copied(0), "error", "The server has 0 replicas, and CODAU_REPLICAS=1: it takes no"),
    "one too many": (copied(2), "warning", "The server has 2 replicas, and CODAU_REPLICAS=1: one that"),
    "cannot ask": (copied(1, "7.1.0"), "error", "The server cannot ask replicas."),
    "evicts": (option("maxmemory-policy", "allkeys-lru"), "error", "maxmemory-policy is allkeys-lru"),
    "does not tell": (option("maxmemory-policy", None), "warning", "The server does not tell its maxmemory"),
    "no file": (option("appendonly", "no"), "error", "appendonly is no: comments are lost"),
    "every second": (option("appendfsync", "everysec"), "warning", "appendfsync is everysec"),
    "never": (option("appendfsync", "no"), "error", "appendfsync is no: half a minute"),
    "not on rewrite": (option("no-appendfsync-on-rewrite", "yes"), "warning", "no-appendfsync-on-rewrite is"),
    "cannot write": (server(aof_last_write_status="err"), "error", "The server could not write"),
    "cannot rewrite": (server(aof_last_bgrewrite_status="err"), "warning", "The server could not rewrite"),
    "85% of maxmemory": (server(used_memory=85, maxmemory=100), "warning", "The server holds 0 MiB, 85% of"),
    "at maxmemory": (server(used_memory=100, maxmemory=100), "error", "The server holds"),
    "machine full": (
        server(used_memory=900 * MIB),
        "warning",
        "The server holds 900 MiB, 90% of the machine",
    ),
    "clock before": (server(ahead_ms=2_500), "warning", "The clock of the server is 2.5 s before ours"),
    "clock behind": (server("a:1", -61_000), "warning", "The clock of server a:1 is 61.0 s behind ours"),
    "gone": (replace(WELL, servers=[], data=None, trouble="Refused."), "error", "The store cannot be used"),
    "partitions": (data(partitions=4, backlog=None), "error", "The data have 4 partitions."),
    "newer": (data(format=3, backlog=None), "error", "The data are of a newer Có Dấu, in format 3"),
    "older": (data(format=0, backlog=None), "error", "The data are of an older Có Dấu, in format 0"),
    "unreadable": (data(unreadable=["bao"]), "error", "What is stored of the site bao cannot be read"),
    "behind": (data(backlog=Backlog(3, 31_000)), "error", "The workers are behind: 3 comments are queued"),
    "no worker": (data(asked_ms_ago=None), "warning", "No worker has ever asked"),
    "no worker now": (data(asked_ms_ago=90_000), "warning", "No worker has asked for work for 90 s"),
    "set aside": (data(set_aside={"bao": 2}), "warning", "2 comments of bao wait for a person"),
    "switched off": (endpoint(active=False, gone=True), "warning", "Webhook wh_1 of bao answered 410"),
    "given up": (endpoint(dead=4), "warning", "4 messages to webhook wh_1 of bao were given up"),
    "not swept": (data(swept_ms_ago=25 * HOUR_MS), "warning", "Nobody has looked for 25 h for what the"),
    "not rewritten": (data(owed_ms=26 * HOUR_MS), "warning", "What was erased 26 h ago is still in the"),
    "late": (endpoint(waiting=Backlog(9, 2 * HOUR_MS)), "warning", "9 messages wait for webhook bao wh_1"),
}


@pytest.mark.parametrize("case", CASES)
def test_one_thing_that_is_wrong_is_told_with_what_to_do(case: str) -> None:
    facts, level, begins = CASES[case]
    [found] = [one for one in doctor.examine(facts) if one.level != "ok"]
    assert found.level == level
    assert found.what.startswith(begins)
    assert found.what.endswith((".", "!")) or found.what.startswith("The store cannot be used")
    assert found.advice


@pytest.mark.parametrize(
    "facts",
    [
        chosen(fsync="everysec"),
        chosen(host="localhost"),
        chosen(host="::1"),
        chosen(admin_key="0f1e2d3c4b5a69788796a5b4c3d2e1f0"),
        chosen(admin_key="Jk3_xQ9-vLw0ZtRb2YhNc8sPdFgA1mUe"),
        server(used_memory=84, maxmemory=100),
        server(ahead_ms=-2_000),
        endpoint(active=False, waiting=Backlog(9, 2 * HOUR_MS)),
        data(demo_keys=["a"], kept_admin_key=True),
        replace(data(asked_ms_ago=None), running=False),
        replace(
            data(asked_ms_ago=None),
            servers=[replace(SERVER, info={**SERVER.info, "redis_version": "7.0.15"})],
        ),
        data(partitions=None),
        replace(WELL, disk=None, held=[]),
    ],
)
def test_what_is_meant_so_is_no_fault(facts: Facts) -> None:
    assert seen(facts) == []


def test_a_file_written_each_second_is_enough_where_that_is_chosen() -> None:
    facts = replace(option("appendfsync", "everysec"), settings=chosen(fsync="everysec").settings)
    assert seen(facts) == []


def test_the_first_keys_are_a_fault_where_others_reach_them() -> None:
    facts = replace(
        data(demo_keys=["k1", "k2"], kept_admin_key=True), settings=chosen(host="10.0.0.5").settings
    )
    _, demo, admin = [one for one in doctor.examine(facts) if one.level != "ok"]
    assert demo.what == "2 keys of the demo site are in force."
    assert demo.advice == "codau key revoke k1; codau key revoke k2"
    assert admin.what.startswith("The admin key of the first start")


def test_the_replicas_that_were_asked_for_are_told() -> None:
    told = {one.what for one in doctor.examine(copied(1)) if one.level == "ok"}
    assert "The server has 1 replica, and CODAU_REPLICAS=1." in told


def test_each_server_of_a_cluster_is_named() -> None:
    bad = replace(SERVER, name="b:2", options={**SERVER.options, "appendonly": "no"}, ahead_ms=-3_000)
    facts = replace(WELL, servers=[replace(SERVER, name="a:1", info={**SERVER.info, "role": "slave"}), bad])
    assert [what for _, what in seen(facts)] == [
        "appendonly of server b:2 is no: comments are lost when the server restarts.",
        "The clock of server b:2 is 3.0 s behind ours.",
    ]


def test_a_file_that_goes_as_soon_as_it_is_seen_ends_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A rewrite of the append-only file leaves and removes some."""
    (tmp_path / "valkey").mkdir()
    for name in ("appendonly.aof", "temp-rewriteaof.aof"):
        (tmp_path / "valkey" / name).write_bytes(b"12345")
    stat = Path.stat

    def seen(path: Path, **how: Any) -> Any:
        found = stat(path, **how)
        if path.name.startswith("temp-"):
            path.unlink()
        return found

    monkeypatch.setattr(Path, "stat", seen)
    measured = around(Settings(data_dir=tmp_path)).disk
    assert measured is not None
    assert measured.file >= 5
