"""python3 .ci/audit.py PIP_AUDIT LOCK…: fail where a lock file names what has a known vulnerability.

Where pip-audit is not installed, cannot reach the advisories, or is told nothing of any package, this says so
and does not fail: a network that is missing is no fault of the project. Alone it would tell of none.
"""

import json
import subprocess
import sys
from typing import Any

OPTIONS = ("--require-hashes", "--disable-pip", "--progress-spinner=off", "--timeout=15", "--format=json")
LONGEST_S = 300


def report(pip_audit: str, lock: str) -> list[dict[str, Any]] | str:
    """What it says of each package of a lock file; or why it says nothing, in a line."""
    command = [pip_audit, *OPTIONS, "--requirement", lock]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=LONGEST_S, check=False)  # noqa: S603
    except (OSError, subprocess.TimeoutExpired) as error:
        return str(error)
    try:
        packages: list[dict[str, Any]] = json.loads(done.stdout)["dependencies"]
    except (ValueError, KeyError):
        return (done.stderr.strip().splitlines() or [f"pip-audit ended with {done.returncode}"])[-1]
    return packages


def audited(pip_audit: str, lock: str) -> bool:
    """Tell what is known of a lock file's packages; whether none is vulnerable as far as could be seen."""
    packages = report(pip_audit, lock)
    if isinstance(packages, str):
        print(f"{lock}: NOT AUDITED: {packages[:300]}")
        return True
    skipped = sum("skip_reason" in package for package in packages)
    found = [(package, one) for package in packages for one in package.get("vulns", ())]
    for package, one in found:
        fixed = ", ".join(one["fix_versions"]) or "no version"
        print(f"{lock}: {package['name']} {package['version']}: {one['id']}, fixed in {fixed}")
    said = "NOT AUDITED" if skipped == len(packages) else f"{len(packages) - skipped} packages audited"
    print(f"{lock}: {said}, {skipped} not known to the advisories, {len(found)} vulnerabilities")
    return not found


if __name__ == "__main__":
    clean = [audited(sys.argv[1], lock) for lock in sys.argv[2:]]
    sys.exit(0 if all(clean) else 1)
