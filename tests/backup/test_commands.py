"""`codau backup` and `codau restore` as they are typed."""

import stat
import subprocess
from pathlib import Path

import pytest

from service.store import keys
from service.supervision.valkey import EmbeddedValkey
from tests.backup.contents import contents
from tests.commands.conftest import Terminal
from tests.commands.conftest import terminal as terminal  # noqa: PLC0414  a fixture
from tests.supervision.codau import COMMAND, environment


@pytest.fixture
def used(terminal: Terminal, redis_url: str) -> str:
    """The address of a store with a site."""
    terminal("site", "create", "bao", REDIS_URL=redis_url)
    return redis_url


def test_a_store_goes_into_a_file_and_into_an_empty_data_folder(
    terminal: Terminal, used: str, tmp_path: Path
) -> None:
    told = terminal("backup", "codau.backup", REDIS_URL=used)
    assert told.err.startswith("codau: 0.0 MB, as of 20")
    file = tmp_path / "codau.backup"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert not (tmp_path / "codau.backup.part").exists()

    told = terminal("restore", "codau.backup")
    assert told.err.startswith("codau: the data of 20") and "erase again" in told.err
    assert "bao" in terminal("site", "list").out
    told = terminal("restore", "codau.backup", status=1)
    assert told.err == "codau: codau.backup: the store has data; with --replace they are thrown away\n"
    terminal("site", "create", "khac")
    terminal("restore", "codau.backup", "--replace")
    assert "khac" not in terminal("site", "list").out
    with EmbeddedValkey(tmp_path) as server:
        assert contents(server.url).keys() - {keys.META.encode()} == contents(used).keys()


def test_it_goes_through_pipes(terminal: Terminal, used: str, empty: str, tmp_path: Path) -> None:
    made = subprocess.run(
        [*COMMAND, "backup", "-"], env=environment(tmp_path, REDIS_URL=used), capture_output=True, check=True
    )
    assert b"MB, as of" in made.stderr
    terminal("restore", "-", given=made.stdout, REDIS_URL=empty)
    assert contents(empty).keys() - {keys.META.encode()} == contents(used).keys()


def test_what_is_refused_leaves_nothing_behind(terminal: Terminal, empty: str, tmp_path: Path) -> None:
    told = terminal("backup", "codau.backup", status=1, REDIS_URL=empty)
    assert told.err == "codau: there is nothing to back up: nobody has used this store\n"
    assert list(tmp_path.glob("codau.backup*")) == []
    told = terminal("backup", "none/codau.backup", status=1, REDIS_URL=empty)
    assert "No such file or directory" in told.err
    (tmp_path / "text").write_text("Chào!", encoding="utf-8")
    told = terminal("restore", "text", status=1, REDIS_URL=empty)
    assert told.err.startswith("codau: text: this is no backup that `codau backup` has made")
