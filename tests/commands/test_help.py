"""The command line explains itself, and starts fast enough to be asked."""

import re
import subprocess
import sys

import pytest

from service import __version__
from tests.commands.conftest import Terminal
from tests.supervision.codau import ROOT

COMMANDS = ["up", "api", "worker", "check", "doctor", "site", "key"]


def test_the_version_is_told(terminal: Terminal) -> None:
    assert terminal("--version").out == f"{__version__}\n"


def test_the_help_names_every_command(terminal: Terminal) -> None:
    told = terminal("--help").out
    assert [name for name in COMMANDS if not re.search(rf"^│ {name} ", told, re.MULTILINE)] == []


@pytest.mark.parametrize("words", [["up"], ["check"], ["site", "policy"], ["key", "create"], ["doctor"]])
def test_each_command_explains_itself(terminal: Terminal, words: list[str]) -> None:
    assert len(terminal(*words, "--help").out.splitlines()) > 8


def test_a_wrong_setting_is_one_line_for_every_command(terminal: Terminal) -> None:
    for words in (["up"], ["doctor"], ["site", "list"]):
        told = terminal(*words, status=2, LOG_FORMAT="xml").err
        assert told.startswith("codau: CODAU_LOG_FORMAT: ")
        assert told.count("\n") == 1


def test_a_misspelt_setting_is_told(terminal: Terminal) -> None:
    told = terminal("--version", REDIS_URI="redis://a").err
    assert told == "codau: CODAU_REDIS_URI is no setting; did you mean CODAU_REDIS_URL?\n"


def test_help_loads_neither_http_nor_redis() -> None:
    source = (
        "import sys, service.__main__; print([m for m in ('aiohttp', 'redis', 'numpy') if m in sys.modules])"
    )
    told = subprocess.run(
        [sys.executable, "-c", source], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert told.stdout == "[]\n"
