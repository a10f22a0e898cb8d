"""What a release is made of fits together: one version, a changelog in order, a page on going back."""

import re
from pathlib import Path

from packaging.version import Version

from service import __version__
from service.store.partitions import FORMAT, Mismatch, compare

ROOT = Path(__file__).parents[1]
CHANGELOG = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
SECTIONS = re.findall(r"^## (.+?)\n(.*?)(?=^## |\Z)", CHANGELOG, re.MULTILINE | re.DOTALL)
KINDS = ["Added", "Changed", "Deprecated", "Removed", "Fixed", "Security"]


def test_the_changelog_begins_with_what_is_not_released_and_goes_back_in_order() -> None:
    (first, _), *released = SECTIONS
    assert first == "[Unreleased]"
    versions = []
    for title, _ in released:
        found = re.fullmatch(r"\[(\d+\.\d+\.\d+)\] - \d{4}-\d{2}-\d{2}", title)
        assert found is not None, title
        versions.append(Version(found[1]))
    assert versions == sorted(set(versions), reverse=True)
    assert not versions or versions[0] <= Version(__version__)


def test_every_entry_is_of_a_kind_and_the_kinds_are_in_order() -> None:
    for title, text in SECTIONS:
        kinds = re.findall(r"^### (.+)$", text, re.MULTILINE)
        assert kinds == [kind for kind in KINDS if kind in kinds], title
        assert not re.search(r"^- ", text.partition("### ")[0], re.MULTILINE), title


def test_the_version_stands_in_one_place() -> None:
    project = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    assert 'version = { attr = "service.__version__" }' in project
    for path in ("Dockerfile", "docker-compose.yml", "README.md", "docs/upgrade.md", "Makefile"):
        assert __version__ not in (ROOT / path).read_text(encoding="utf-8"), path


def test_the_page_on_going_back_shows_what_an_old_version_says() -> None:
    page = " ".join((ROOT / "docs" / "upgrade.md").read_text(encoding="utf-8").split())
    assert f"The present format is {FORMAT}." in page
    try:
        compare(FORMAT + 1, 16, 16)
    except Mismatch as mismatch:
        assert f"`{mismatch.what}`" in page
    else:
        raise AssertionError("taken")
