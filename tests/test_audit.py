"""`make audit` fails for a known vulnerability, and says so where nothing could be looked up."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

AUDIT = Path(__file__).parents[1] / ".ci" / "audit.py"
SAFE = {"name": "safe", "version": "1", "vulns": []}
SKIPPED = {"name": "unknown", "skip_reason": "Dependency not found on PyPI"}
HOLED = {"name": "holed", "version": "1", "vulns": [{"id": "PYSEC-2026-1", "fix_versions": ["2"]}]}


def audit(folder: Path, prints: str, status: int = 0) -> subprocess.CompletedProcess[str]:
    """Run it with a pip-audit that prints this."""
    program = folder / "pip-audit"
    code = f"#!{sys.executable}\nprint({prints!r})\nraise SystemExit({status})\n"
    program.write_text(code, encoding="utf-8")
    program.chmod(0o755)
    command = [sys.executable, str(AUDIT), str(program), "requirements.lock"]
    return subprocess.run(command, capture_output=True, text=True, check=False)


@pytest.mark.parametrize(
    ("packages", "status", "says"),
    [
        ([SAFE], 0, "1 packages audited, 0 not known to the advisories, 0 vulnerabilities"),
        ([SAFE, SKIPPED], 0, "1 packages audited, 1 not known"),
        ([SKIPPED, SKIPPED], 0, "NOT AUDITED, 2 not known"),
        ([SAFE, HOLED], 1, "holed 1: PYSEC-2026-1, fixed in 2"),
        ([SKIPPED, HOLED], 1, "1 vulnerabilities"),
    ],
)
def test_a_known_vulnerability_alone_fails(
    tmp_path: Path, packages: list[dict[str, Any]], status: int, says: str
) -> None:
    done = audit(tmp_path, json.dumps({"dependencies": packages, "fixes": []}), status)
    assert done.returncode == status
    assert says in done.stdout


def test_advisories_out_of_reach_are_told_and_do_not_fail(tmp_path: Path) -> None:
    done = audit(tmp_path, "", status=1)
    assert (done.returncode, "NOT AUDITED" in done.stdout) == (0, True)
    missing = subprocess.run(
        [sys.executable, str(AUDIT), str(tmp_path / "khong-co"), "requirements.lock"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (missing.returncode, "NOT AUDITED" in missing.stdout) == (0, True)
