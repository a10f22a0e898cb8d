"""However a command ends, its status says so, and what it says is one line or nothing."""

import os
import subprocess
from pathlib import Path

import pytest

from tests.supervision.codau import COMMAND, ROOT, environment


@pytest.mark.parametrize("words", [["--version"], ["check", "Hay!"]])
def test_a_full_disk_is_told_in_one_line(words: list[str], tmp_path: Path) -> None:
    with Path("/dev/full").open("wb") as full:
        done = subprocess.run(
            [*COMMAND, *words], cwd=ROOT, env=environment(tmp_path), stdout=full, stderr=-1, check=False
        )
    assert (done.returncode, done.stderr) == (1, b"codau: [Errno 28] No space left on device\n")


@pytest.mark.parametrize(("words", "status"), [(["--version"], 1), (["check", "Hay!"], 0)])
def test_nothing_is_said_where_nobody_reads(words: list[str], status: int, tmp_path: Path) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    done = subprocess.run(
        [*COMMAND, *words], cwd=ROOT, env=environment(tmp_path), stdout=writing, stderr=-1, check=False
    )
    os.close(writing)
    assert (done.returncode, done.stderr) == (status, b"")


def test_a_wrong_option_is_status_2_with_the_help_named(tmp_path: Path) -> None:
    done = subprocess.run(
        [*COMMAND, "check", "--jason"], cwd=ROOT, env=environment(tmp_path), capture_output=True, check=False
    )
    assert done.returncode == 2
    assert b"codau check --help" in done.stderr
