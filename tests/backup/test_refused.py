"""A backup that is damaged or not for us changes nothing; a restore that was cut off is noticed."""

import asyncio
import io
from pathlib import Path

import pytest
import redis

from service.backup.file import Header, Writer
from service.backup.filling import clear
from service.backup.line import line_to
from service.backup.making import make
from service.backup.refusals import BackupRefused
from service.store.partitions import FORMAT
from service.supervision import store_check
from service.supervision.errors import StartRefused
from tests.api.calls import comment_of
from tests.backup.contents import backed_up, contents, put_back
from tests.running import running


@pytest.fixture(scope="module")
def backup(second_server: str) -> bytes:
    """A backup of a store with a comment."""

    async def made() -> bytes:
        async with running(second_server, validating=False) as service:
            await service.website("POST", "/v1/comments", json=comment_of())
            return await backed_up(second_server)

    with redis.Redis.from_url(second_server) as client:
        client.flushall()
    return asyncio.run(made())


def headed(**changed: object) -> bytes:
    """A backup that says something else of itself, and is sound otherwise."""
    told = {"made_at": "2026-11-22T08:15:30.120Z", "format": FORMAT, "partitions": 16, "database": 0}
    file = io.BytesIO()
    writer = Writer(file, Header(**told | changed))  # type: ignore[arg-type]
    writer.write(b"no snapshot at all")
    writer.end()
    return file.getvalue()


async def test_any_damage_is_found_before_the_store_is_touched(backup: bytes, empty: str) -> None:
    for place in (0, 30, len(backup) // 2, len(backup) - 20):
        damaged = bytearray(backup)
        damaged[place] ^= 1
        with pytest.raises(BackupRefused, match=r"damaged or cut off|no backup"):
            await put_back(empty, bytes(damaged))
    for end in (0, 20, len(backup) // 2, len(backup) - 1):
        with pytest.raises(BackupRefused, match=r"damaged or cut off|no backup"):
            await put_back(empty, backup[:end])
    with pytest.raises(BackupRefused, match="damaged"):
        await put_back(empty, backup + b"\n")
    assert contents(empty) == {}


@pytest.mark.parametrize(
    ("file", "why"),
    [
        (b"%PDF-1.7\n" * 20, r"^this is no backup that `codau backup` has made"),
        (b"", r"^this is no backup"),
        (b'{"codau_backup":2,"made_at":"x"}\n', r"^the backup is of layout 2, and this program reads 1$"),
        (headed(format=FORMAT + 1), rf"^The data are of a newer Có Dấu, in format {FORMAT + 1}"),
        (headed(partitions=64), r"^The data have 64 partitions: set CODAU_PARTITIONS=64\.$"),
        (headed(), r"^the snapshot in the backup cannot be read"),
        (headed(format=FORMAT - 1), r"^the snapshot"),  # that its format is older is no reason
    ],
    ids=[
        *("something else", "nothing", "another layout", "a newer format", "other partitions"),
        *("no snapshot", "an older format"),
    ],
)
async def test_what_is_not_for_us_is_refused_in_a_sentence(file: bytes, why: str, empty: str) -> None:
    with pytest.raises(BackupRefused, match=why):
        await put_back(empty, file)
    assert contents(empty) == {}


async def test_a_store_with_data_is_replaced_only_when_told_to(backup: bytes, empty: str) -> None:
    with redis.Redis.from_url(empty) as client:
        client.set("codau:{3}:comment:cu:1", "old")
        client.set("somebody:else", "stays")
        with pytest.raises(BackupRefused, match="--replace"):
            await put_back(empty, backup)
        assert client.dbsize() == 2
        await put_back(empty, backup, replace=True)
        assert client.exists("codau:{3}:comment:cu:1") == 0
        assert client.get("somebody:else") == b"stays"
        assert client.hget("codau:{config}:meta", "format") == b"%d" % FORMAT


@pytest.mark.usefixtures("idle_service")
async def test_nothing_is_put_back_beneath_a_running_api(backup: bytes, redis_url: str) -> None:
    with pytest.raises(BackupRefused, match="the API is at work on this store"):
        await put_back(redis_url, backup, replace=True)


async def test_no_service_starts_on_a_half_of_it(backup: bytes, empty: str) -> None:
    async with line_to(empty) as line:
        await clear(line)  # and then whoever did it has died
    with pytest.raises(StartRefused, match=r"not put back to its end.*codau restore"):
        await store_check.usable(empty, 16, begins=True)
    with pytest.raises(BackupRefused, match="not put back to its end"):
        await backed_up(empty)
    await put_back(empty, backup, replace=True)
    await store_check.usable(empty, 16, begins=True)


async def test_a_server_that_takes_no_more_is_told_of(backup: bytes, empty: str) -> None:
    with redis.Redis.from_url(empty) as client:
        client.config_set("maxmemory", "1")
        try:
            with pytest.raises(BackupRefused, match="maxmemory"):
                await put_back(empty, backup)
        finally:
            client.config_set("maxmemory", "0")
    with pytest.raises(BackupRefused, match=r"the server refuses: (WRONGTYPE|ERR)"):
        async with line_to(empty) as line:
            await line.do([[b"SET", b"a", b"b"], [b"LPUSH", b"a", b"c"], [b"XGROUP", b"CREATE", b"a"]])


async def test_of_an_empty_store_there_is_no_backup(empty: str) -> None:
    with pytest.raises(BackupRefused, match="nothing to back up"):
        await backed_up(empty)


@pytest.mark.usefixtures("idle_service")
async def test_a_server_that_gives_no_snapshot_is_told_of(redis_url: str) -> None:
    with redis.Redis.from_url(redis_url) as client:
        client.acl_setuser("some", enabled=True, nopass=True, keys=["*"], commands=["+@all", "-sync"])
        try:
            with pytest.raises(BackupRefused, match=r"NOPERM|no permissions"):
                await make(f"{redis_url}?username=some&password=x", io.BytesIO(), now_ms=0, tell=print)
        finally:
            client.acl_deluser("some")


async def test_a_server_that_is_not_there_is_told_of(tmp_path: Path) -> None:
    with pytest.raises(BackupRefused, match="CODAU_REDIS_URL"):
        await make(f"unix://{tmp_path}/none", io.BytesIO(), now_ms=0, tell=print)


async def test_a_cluster_is_refused() -> None:
    with pytest.raises(BackupRefused, match="a cluster has no one moment"):
        await make("redis+cluster://127.0.0.1:1", io.BytesIO(), now_ms=0, tell=print)
