"""SECURITY.md promises what tests hold: each that it names is there."""

import ast
import re
from pathlib import Path

ROOT = Path(__file__).parents[1]
PAGE = (ROOT / "SECURITY.md").read_text(encoding="utf-8")
NAMED = re.findall(r"`(tests/[\w/]+\.py)::(\w+)`", PAGE)


def functions_of(path: Path) -> set[str]:
    functions = (ast.FunctionDef, ast.AsyncFunctionDef)
    return {node.name for node in ast.parse(path.read_bytes()).body if isinstance(node, functions)}


def test_every_test_that_is_named_is_there() -> None:
    missing = {f"{path}::{name}" for path, name in NAMED if name not in functions_of(ROOT / path)}
    assert missing == set()


def test_every_line_of_the_threats_names_a_test() -> None:
    threats = PAGE.partition("## Who attacks")[2].partition("## What is not done")[0]
    lines = [line for line in threats.splitlines() if line.startswith("| ") and "---" not in line]
    claims = [line for line in lines if not line.startswith("| what is tried")]
    assert len(claims) > 25
    assert [line for line in claims if "`tests/" not in line] == []


def test_the_readme_leads_to_it() -> None:
    assert "(SECURITY.md)" in (ROOT / "README.md").read_text(encoding="utf-8")
    assert "(SECURITY.md)" in (ROOT / "README.vi.md").read_text(encoding="utf-8")
