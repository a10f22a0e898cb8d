"""The set-up says in a sentence what a machine lacks."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


def told(folder: Path, python: str) -> subprocess.CompletedProcess[str]:
    """What `.ci/python` says of a Python that runs this shell script; there is no apt-get."""
    tools = folder / "bin"
    tools.mkdir()
    for name in ("id", "sh"):
        found = shutil.which(name)
        assert found is not None
        (tools / name).symlink_to(found)
    (tools / "python3").write_text(f"#!/bin/sh\n{python}\n", encoding="ascii")
    (tools / "python3").chmod(0o755)
    command = ["/bin/sh", str(ROOT / ".ci" / "python"), "python3"]
    return subprocess.run(command, env={"PATH": str(tools)}, capture_output=True, text=True, check=False)


def test_a_python_that_has_all_is_taken(tmp_path: Path) -> None:
    assert told(tmp_path, "exit 0").returncode == 0


def test_a_python_that_is_too_old_is_named(tmp_path: Path) -> None:
    found = told(tmp_path, "exit 1")
    assert found.returncode == 1
    assert "needs Python 3.11 or newer" in found.stderr


def test_the_debian_package_that_is_missing_is_named(tmp_path: Path) -> None:
    found = told(tmp_path, 'case "$2" in *ensurepip*) exit 1;; esac')
    assert found.returncode == 1
    assert "apt-get install python3-venv" in found.stderr


@pytest.mark.skipif(shutil.which("make") is None, reason="make is not installed")
def test_make_knows_what_the_readme_names() -> None:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("MAKE")}
    for target in ("run", "test", "install", "lint", "lock"):
        command = ["make", "--dry-run", "--always-make", target]
        done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
