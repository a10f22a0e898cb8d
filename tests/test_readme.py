"""The README keeps its word: its commands are run in a shell, and answer what it shows."""

import json
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.supervision.codau import Up, environment, up

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```(sh|json)\n(.*?)^```", README, re.MULTILINE | re.DOTALL)
BEGIN = "=== answer ==="


@pytest.fixture
def running(tmp_path: Path) -> Iterator[Up]:
    with up(env=environment(tmp_path / "data"), log=tmp_path / "log") as found:
        yield found


def answers(running: Up, folder: Path) -> list[Any]:
    """What the last curl of each block printed that the README shows an answer of."""
    script = ["set -euo pipefail"]
    for (kind, text), (following, _) in zip(BLOCKS, [*BLOCKS[1:], ("", "")], strict=True):
        if kind == "sh":
            script += [f"echo '{BEGIN}'" if following == "json" else "", text]
    source = "\n".join(script).replace("http://127.0.0.1:8080", running.url("the API"))
    told = subprocess.run(
        ["/bin/bash", "-c", source], cwd=folder, capture_output=True, text=True, timeout=60, check=False
    )
    assert told.returncode == 0, told.stderr
    return [_last_json(part) for part in told.stdout.split(BEGIN)[1:]]


def _last_json(text: str) -> Any:
    """The last of several documents, printed one after the other."""
    decoder, found, at = json.JSONDecoder(), None, 0
    while at < len(text.rstrip()):
        at += len(text[at:]) - len(text[at:].lstrip())
        found, at = decoder.raw_decode(text, at)
    return found


def holds(shown: Any, answer: Any) -> bool:
    """Whether an answer has all that is shown of it."""
    if isinstance(shown, dict):
        return all(name in answer and holds(value, answer[name]) for name, value in shown.items())
    if isinstance(shown, list):
        return len(shown) == len(answer) and all(map(holds, shown, answer))
    return bool(shown == answer)


@pytest.mark.skipif(shutil.which("curl") is None, reason="curl is not installed")
def test_a_first_comment_goes_the_way_the_readme_shows(running: Up, tmp_path: Path) -> None:
    shown = [json.loads(text) for kind, text in BLOCKS if kind == "json"]
    answered = answers(running, tmp_path)
    assert len(shown) == len(answered) >= 4
    for expected, answer in zip(shown, answered, strict=True):
        assert holds(expected, answer), (expected, answer)


def test_what_the_readme_links_to_is_there() -> None:
    for target in re.findall(r"\]\(([^)#]+)\)", README):
        assert (ROOT / target).exists(), target


def test_the_two_commands_are_the_makefiles() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    for command in re.findall(r"^make (\w+)", README, re.MULTILINE):
        assert re.search(rf"^{command}:", makefile, re.MULTILINE), command
