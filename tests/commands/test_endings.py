"""However a command ends, its status says so, and what it says is one line or nothing."""

import os
import subprocess
from pathlib import Path
from typing import Any

from tests.commands.conftest import Terminal
from tests.supervision.codau import COMMAND, ROOT, environment


def ended(folder: Path, output: Any) -> tuple[int, bytes]:
    """Status and standard error of a command that writes to an output."""
    done = subprocess.run(
        [*COMMAND, "--version"], cwd=ROOT, env=environment(folder), stdout=output, stderr=-1, check=False
    )
    return done.returncode, done.stderr


def test_a_full_disk_is_told_in_one_line(tmp_path: Path) -> None:
    with Path("/dev/full").open("wb") as full:
        assert ended(tmp_path, full) == (1, b"codau: [Errno 28] No space left on device\n")


def test_nothing_is_said_where_nobody_reads(tmp_path: Path) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    assert ended(tmp_path, writing) == (1, b"")
    os.close(writing)


def test_a_wrong_option_is_status_2_with_the_help_named(terminal: Terminal) -> None:
    assert "codau check --help" in terminal("check", "--jason", status=2).err
