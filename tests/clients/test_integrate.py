"""docs/integrate.md keeps its word: what it shows to begin with is run, and says what it says."""

import asyncio
import json
import os
import re
import shutil
import sys
from pathlib import Path

import pytest

from tests.clients.calling import CLIENTS, needs_node, needs_php, url_of
from tests.clients.test_clients import GOOD
from tests.clients.test_curl import needs_curl
from tests.running import Running

DOCUMENT = CLIENTS.parent / "integrate.md"
TEXT = DOCUMENT.read_text(encoding="utf-8")
BEGINNINGS = [
    pytest.param("php", ["php", "first.php"], id="php", marks=needs_php),
    pytest.param("js", ["node", "first.mjs"], id="node", marks=needs_node),
    pytest.param("python", [sys.executable, "first.py"], id="python"),
    pytest.param("bash", ["bash", "first.sh"], id="curl", marks=needs_curl),
]


async def begun(service: Running, folder: Path, language: str, command: list[str]) -> list[str]:
    """What the first program of a language prints, in a folder that holds nothing but it and the client."""
    found = re.search(rf"^```{language}\n(.*?)^```", TEXT, re.MULTILINE | re.DOTALL)
    assert found
    (folder / command[-1]).write_text(found[1], encoding="utf-8")
    shutil.copy(CLIENTS / f"codau{Path(command[-1]).suffix}", folder)
    env = os.environ | {"CODAU_URL": url_of(service), "CODAU_KEY": service.website.key or ""}
    process = await asyncio.create_subprocess_exec(
        *command, cwd=folder, env=env, stdout=asyncio.subprocess.PIPE
    )
    told, _ = await process.communicate()
    assert process.returncode == 0
    return told.decode().splitlines()


@pytest.mark.parametrize(("language", "command"), BEGINNINGS)
async def test_the_first_program_is_told_what_to_type(
    service: Running, tmp_path: Path, language: str, command: list[str]
) -> None:
    told = await begun(service, tmp_path, language, command)
    if language == "bash":
        comment = json.loads(told[0])
        assert (comment["state"], comment["suggestion"]) == ("rejected", GOOD)
    else:
        assert told == ["rejected Vui lòng gõ tiếng Việt có dấu.", GOOD, "pending"]
        assert await begun(service, tmp_path, language, command) == ["pending "], "the same key"


@pytest.mark.parametrize("document", [DOCUMENT, DOCUMENT.parent / "vi" / "integrate.md"], ids=["en", "vi"])
def test_the_document_leads_to_every_client(document: Path) -> None:
    links = re.findall(r"\]\(([^)#]+)\)", document.read_text(encoding="utf-8"))
    linked = {(document.parent / link).resolve(strict=True) for link in links}
    assert {file for file in CLIENTS.iterdir() if file.is_file()} <= linked


def test_the_vietnamese_document_shows_the_same_program() -> None:
    translated = (DOCUMENT.parent / "vi" / "integrate.md").read_text(encoding="utf-8")

    def code(text: str) -> list[str]:
        """The PHP and the commands, without what is for people."""
        blocks = re.findall(r"^```(?:php|sh)\n(.*?)^```", text, re.MULTILINE | re.DOTALL)
        return [re.sub(r"// .*|'(Not taken|Chưa nhận): '", "", block) for block in blocks[:3]]

    assert code(translated) == code(TEXT)
