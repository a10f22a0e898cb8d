"""`codau export` and `codau import` as an operator runs them: pipes, exit status, a running service."""

import os
import subprocess
import sys
from pathlib import Path

import orjson
import pytest

from service.supervision.valkey import EmbeddedValkey
from tests.commands.conftest import Terminal
from tests.transfer.living import AUTHORS, TEXTS, THREADS, Newspaper
from tests.transfer.sites import another, exported, made_site, opened

CODAU = [sys.executable, "-m", "service"]


def environment(url: str, partitions: int = 16) -> dict[str, str]:
    own = {name: value for name, value in os.environ.items() if not name.startswith("CODAU_")}
    return own | {"CODAU_REDIS_URL": url, "CODAU_PARTITIONS": str(partitions)}


def codau(
    *arguments: str, url: str, partitions: int = 16, given: bytes = b""
) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        [*CODAU, *arguments], input=given, capture_output=True, env=environment(url, partitions), check=False
    )


@pytest.fixture
async def site(redis_url: str) -> str:
    """The address of a store whose site `bao` has three comments."""
    async with opened(redis_url) as store:
        await made_site(store)
        await Newspaper(store).live([("submit", THREADS[0], AUTHORS[0], text, 99) for text in TEXTS[:3]])
    return redis_url


async def test_a_site_goes_through_a_pipe_into_another_installation(site: str) -> None:
    whole = codau("export", "bao", url=site)
    assert (whole.returncode, whole.stderr) == (0, b"codau: bao: 7 lines\n")
    done = codau("import", "bao", "-", url=another(site), partitions=5, given=whole.stdout)
    assert done.returncode == 0
    assert done.stdout == b""
    assert done.stderr.startswith(b"codau: bao: made; 1 threads, 0 standings, 3 comments (3 new,")
    async with opened(site) as store, opened(another(site), 5) as copy:
        assert await exported(copy) == await exported(store)


def test_a_bad_line_is_told_and_the_exit_status_is_1(site: str, tmp_path: Path, terminal: Terminal) -> None:
    lines = terminal("export", "bao", REDIS_URL=site).out.splitlines()
    file = tmp_path / "bao.jsonl"
    file.write_text("\n".join([*lines[:3], '{"kind":"comment"}', *lines[3:]]), encoding="utf-8")
    done = terminal("import", "bao-moi", str(file), status=1, REDIS_URL=site)
    told, summary = done.err.splitlines()
    assert told == f"{file}:4: id: Field required"
    assert summary.endswith("3 comments (3 new, 0 brought forward, 0 left as they are), 1 bad lines")


def test_a_file_of_an_unknown_version_is_refused_in_one_sentence(site: str, terminal: Terminal) -> None:
    given = b'{"format":"codau","version":9}\n'
    done = terminal("import", "bao", "-", status=1, given=given, REDIS_URL=site)
    (told,) = done.err.splitlines()
    assert told.endswith(": this export has version 9 of the format; this is for version 1")


def test_a_site_that_does_not_exist_is_told(site: str, terminal: Terminal) -> None:
    done = terminal("export", "khong-co", status=1, REDIS_URL=site)
    assert done.out == ""
    assert "khong-co" in done.err


def test_an_export_ends_quietly_when_its_reader_has_gone(site: str) -> None:
    out, own = os.pipe()
    os.close(out)
    done = subprocess.run(
        [*CODAU, "export", "bao"], stdout=own, stderr=subprocess.PIPE, env=environment(site), check=False
    )
    os.close(own)
    assert (done.returncode, done.stderr) == (1, b"")


def test_a_full_disk_is_told(site: str) -> None:
    with Path("/dev/full").open("wb") as full:
        done = subprocess.run(
            [*CODAU, "export", "bao"], stdout=full, stderr=subprocess.PIPE, env=environment(site), check=False
        )
    assert done.returncode == 1
    assert done.stderr == b"codau: standard output: No space left on device\n"


def test_another_partition_count_than_the_stores_is_refused(site: str, terminal: Terminal) -> None:
    done = terminal("export", "bao", status=1, REDIS_URL=site, PARTITIONS="5")
    assert done.out == ""
    assert "CODAU_PARTITIONS=16" in done.err


def test_both_run_beside_whoever_holds_the_data_folder(site: str, tmp_path: Path, terminal: Terminal) -> None:
    """As `codau up` does."""
    whole = terminal("export", "bao", REDIS_URL=site).out
    with EmbeddedValkey(tmp_path, outlives_us=True):
        terminal("import", "bao", "-", given=whole.encode())
        back = terminal("export", "bao").out
    assert sorted(back.splitlines()) == sorted(whole.splitlines())


def test_the_whole_site_is_on_standard_output(site: str, terminal: Terminal) -> None:
    lines = terminal("export", "bao", REDIS_URL=site).out.splitlines()
    kinds = [orjson.loads(line).get("kind") for line in lines]
    assert kinds == [None, "site", "thread", "comment", "comment", "comment", "end"]
