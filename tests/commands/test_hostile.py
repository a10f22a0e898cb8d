"""What a hostile file says is no command to the terminal that shows why it is refused."""

import json
from pathlib import Path

import pytest

from tests.commands.conftest import Terminal

ESCAPES = "\x1b[2J\x1b]0;tên\x07\x9b31m\N{RIGHT-TO-LEFT OVERRIDE}"
LINES = [
    {"kind": ESCAPES},
    {"kind": "thread", "thread": "a", ESCAPES: 1},
    {"kind": "thread", "thread": "a", "policy": {ESCAPES: 1}},
    {"kind": "comment", "id": ESCAPES},
]


def is_harmless(told: str) -> bool:
    return not set(told) & set("\x1b\x07\x9b\N{RIGHT-TO-LEFT OVERRIDE}") and told != ""


def test_each_bad_line_of_an_export_is_told_on_a_line_of_its_own(
    terminal: Terminal, redis_url: str, tmp_path: Path
) -> None:
    header = {"format": "codau", "version": 1}
    site = {"kind": "site", "id": "moi", "name": "Mới", "created_at": "2026-01-01T00:00:00Z", "policy": {}}
    file = tmp_path / "xuat.jsonl"
    file.write_text("\n".join(map(json.dumps, [header, site, *LINES])), encoding="utf-8")
    told = terminal("import", "moi", str(file), status=1, REDIS_URL=redis_url)
    assert len(told.err.splitlines()) == len(LINES) + 2, "and that it was cut off, and the sum"
    assert is_harmless(told.err)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.codau", json.dumps({"format": "codau", "version": ESCAPES})),
        ("a.remark42", json.dumps({"version": ESCAPES})),
        ("a.csv", f"thread,{ESCAPES}\na,b\n"),
        ("a.wordpress", f"<?xml version='1.0'?><{ESCAPES}/>"),
        ("a.disqus", f"<!DOCTYPE x [<!ENTITY a '{ESCAPES}'>]><x>&a;</x>"),
        (f"{ESCAPES}.codau", "{}"),
    ],
)
def test_a_file_that_is_refused_is_told_of_in_one_line(
    terminal: Terminal, redis_url: str, tmp_path: Path, name: str, content: str
) -> None:
    file, format_ = tmp_path / name, name.rpartition(".")[2]
    file.write_text(content, encoding="utf-8")
    told = terminal("import", "moi", str(file), "--format", format_, status=1, REDIS_URL=redis_url)
    assert len(told.err.splitlines()) == 1
    assert is_harmless(told.err)
