"""The READMEs keep their word: their commands are run in a shell, and answer what they show."""

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from aiohttp.test_utils import unused_port

from tests.clients.calling import needs_php
from tests.clients.test_curl import needs_curl
from tests.supervision.codau import Up, environment, up

ROOT = Path(__file__).parents[1]
ENGLISH, VIETNAMESE = ROOT / "README.md", ROOT / "README.vi.md"
BEGIN, END = "=== answer ===", "=== end ==="
PHP = not needs_php.args[0]
RECEIVER = "127.0.0.1:9000"

Blocks = list[tuple[str, str]]


def blocks(readme: Path) -> Blocks:
    """Pairs (language, text) of what is set as code; what is none of the three has no language."""
    text = readme.read_text(encoding="utf-8")
    return re.findall(r"^```(\w*)\n(.*?)^```", text, re.MULTILINE | re.DOTALL)


def with_php(found: Blocks) -> Blocks:
    """The blocks that need PHP: a program, what runs it, and the receiver."""
    return [(kind, text) for kind, text in found if kind == "php" or re.search(r"^php ", text, re.MULTILINE)]


@pytest.fixture
def running(tmp_path: Path) -> Iterator[Up]:
    """A service as the READMEs start it, and their folder: `.venv`, `docs` and `data` are where they say."""
    (tmp_path / ".venv").symlink_to(sys.prefix)
    (tmp_path / "docs").symlink_to(ROOT / "docs")
    env = environment(tmp_path / "data", WEBHOOK_ALLOW_PRIVATE="true")
    with up(env=env, log=tmp_path / "log") as found:
        yield found


def ran(found: Blocks, running: Up, folder: Path) -> str:
    """What the shell printed, with a mark before each block: a README shows the answers of some."""
    script = ["set -euo pipefail"]
    for (kind, text), (following, _) in zip(found, [*found[1:], ("", "")], strict=True):
        if kind == "php":
            (folder / "first.php").write_text(text, encoding="utf-8")
        if kind == "sh":
            script += [f"echo '{BEGIN if following == 'json' else END}'", text]
    source = "\n".join(script).replace("http://127.0.0.1:8080", running.url("the API"))
    told = subprocess.run(
        ["/bin/bash", "-c", source.replace(RECEIVER, f"127.0.0.1:{unused_port()}")],
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert told.returncode == 0, told.stderr
    return told.stdout


def answers(printed: str) -> list[Any]:
    """What the last curl of each marked block printed."""
    return [_last_json(part.partition(END)[0]) for part in printed.split(BEGIN)[1:]]


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


@needs_curl
def test_a_first_comment_goes_the_way_the_readme_shows(running: Up, tmp_path: Path) -> None:
    php = with_php(blocks(ENGLISH))
    found = [block for block in blocks(ENGLISH) if PHP or block not in php]
    shown = [json.loads(text) for kind, text in found if kind == "json"]
    printed = ran(found, running, tmp_path)
    answered = answers(printed)
    assert len(shown) == len(answered) >= 4
    for expected, answer in zip(shown, answered, strict=True):
        assert holds(expected, answer), (expected, answer)
    if PHP:
        assert "rejected: Tôi cũng nghĩ như vậy, mong có thêm bài như thế này.\npending\n" in printed
        assert re.search(r"codau\.test.* 1 +204", printed), printed


def test_both_readmes_show_the_same_commands_and_answers() -> None:
    assert len(with_php(blocks(ENGLISH))) == 3
    assert blocks(VIETNAMESE) == blocks(ENGLISH)


@pytest.mark.parametrize("readme", [ENGLISH, VIETNAMESE], ids=["en", "vi"])
def test_the_readmes_lead_to_each_other(readme: Path) -> None:
    (other,) = {ENGLISH, VIETNAMESE} - {readme}
    assert f"]({other.name})" in readme.read_text(encoding="utf-8").partition("\n## ")[0]


def test_the_commands_of_make_are_the_makefiles() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    named = re.findall(r"(?:true |`)make (\w+)", ENGLISH.read_text(encoding="utf-8"))
    assert {"run", "test", "help"} <= set(named)
    for command in named:
        assert re.search(rf"^{command}:", makefile, re.MULTILINE), command
