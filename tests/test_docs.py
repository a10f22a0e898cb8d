"""What the documents list is what there is."""

import importlib.util
import inspect
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import typer.main

from service import errors
from service.api import problems, server
from service.api.documented import OPERATIONS
from service.app import ENDPOINTS
from service.commands import app
from service.comments.policy_sections import Actions
from service.settings import PREFIX, Settings
from service.store import scripts
from service.store.webhooks import TYPES

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "docs"

CLIENTS = {f"{PREFIX}{name}" for name in ("URL", "KEY", "WEBHOOK_SECRETS", "CACHE")}
"""What the clients of docs/clients and the examples take; no settings of the service."""


def test_every_setting_is_documented_with_its_default() -> None:
    text = (DOCS / "settings.md").read_text(encoding="utf-8")
    rows = dict(re.findall(rf"^\| `{PREFIX}(\w+)` \| (.*?) \|", text, re.MULTILINE))
    assert set(rows) == {name.upper() for name in Settings.model_fields}
    for name, field in Settings.model_fields.items():
        if isinstance(field.default, int | str):
            assert f"`{str(field.default).lower()}`" in rows[name.upper()], name


def test_every_script_is_described() -> None:
    text = (DOCS / "architecture.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| (`\w+\.lua`.*?) \|", text, re.MULTILINE)
    assert set(re.findall(r"`(\w+)\.lua`", " ".join(rows))) == set(scripts.ALL)


def test_every_call_is_listed_with_who_may_make_it() -> None:
    text = (DOCS / "api.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| `([A-Z]+) (/\S*)` \| (.*?) \| \S.* \|$", text, re.MULTILINE)
    calls = {(one.method, one.path, ", ".join(sorted(role.value for role in one.roles))) for one in ENDPOINTS}
    assert len(rows) == len(set(rows))
    assert set(rows) == calls | {("GET", path, "no key") for path in OPERATIONS}


def test_every_problem_is_listed_with_its_status() -> None:
    text = (DOCS / "api.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| `(\w+)` \| (\d{3}) \| \S.* \|$", text, re.MULTILINE)
    known = {
        (kind.code, str(kind.status))
        for module in (errors, server, problems)
        for _, kind in inspect.getmembers(module, inspect.isclass)
        if issubclass(kind, errors.Problem) and kind is not errors.Problem
    }
    assert len(rows) == len(set(rows))
    assert set(rows) == known


def test_every_finding_is_listed() -> None:
    text = (DOCS / "policy.md").read_text(encoding="utf-8")
    assert set(re.findall(r"^\| `actions\.(\w+)` \|", text, re.MULTILINE)) == set(Actions.model_fields)


def test_every_type_of_message_is_listed() -> None:
    text = (DOCS / "webhooks.md").read_text(encoding="utf-8")
    listed = re.findall(r"^\| `((?:comment|codau)\.\w+)` \| \S", text, re.MULTILINE)
    assert set(listed) == {*TYPES, "codau.test"}


def pages() -> Iterator[Path]:
    """Every page that people read: at the top, in docs, and beside what it is about."""
    yield from ROOT.glob("*.md")
    for folder in ("docs", "examples", "service", "workers", "bench", "tests"):
        yield from (ROOT / folder).rglob("*.md")


PAGES = {page.relative_to(ROOT).as_posix(): page.read_text(encoding="utf-8") for page in pages()}


def without_code(text: str) -> str:
    """What is not set as code: nothing in code is a link or a heading."""
    return re.sub(r"^```.*?^```", "", text, flags=re.MULTILINE | re.DOTALL)


def anchors(text: str) -> set[str]:
    """What `#…` may name: headings, as GitHub and GitLab make anchors of them."""
    found: list[str] = []
    for heading in re.findall(r"^#+ (.+)$", without_code(text), re.MULTILINE):
        words = re.sub(r"[^\w\- ]", "", re.sub(r"\[([^]]*)\]\([^)]*\)", r"\1", heading).lower()).strip()
        anchor = words.replace(" ", "-")
        found.append(anchor if anchor not in found else f"{anchor}-{found.count(anchor)}")
    return set(found)


@pytest.mark.parametrize("name", PAGES)
def test_every_link_leads_somewhere(name: str) -> None:
    missing = []
    for target in re.findall(r"\]\((?!\w+:)([^)\s]+)\)", without_code(PAGES[name])):
        path, _, anchor = target.partition("#")
        place = ((ROOT / name).parent / path).resolve() if path else ROOT / name
        if not place.exists() or (anchor and anchor not in anchors(place.read_text(encoding="utf-8"))):
            missing.append(target)
    assert missing == []


def test_the_index_leads_to_every_document() -> None:
    links = re.findall(r"\]\((?!\w+:)([^)#\s]+)", PAGES["docs/README.md"])
    linked = {(DOCS / link).resolve().relative_to(ROOT).as_posix() for link in links}
    documents = {name for name in PAGES if name.startswith("docs/") and name != "docs/README.md"}
    assert documents - linked == set()


def test_every_document_and_its_translation_lead_to_each_other() -> None:
    translated = list((DOCS / "vi").glob("*.md"))
    assert translated
    for page in translated:
        assert f"](../{page.name})" in page.read_text(encoding="utf-8")
        assert f"](vi/{page.name})" in PAGES[f"docs/{page.name}"]


@pytest.mark.parametrize("name", PAGES)
def test_every_module_and_command_that_a_page_runs_is_there(name: str) -> None:
    modules = set(
        re.findall(r"python -m\s+((?:bench|tests|workers|service|examples)(?:\.[a-z_]+)*)", PAGES[name])
    )
    assert [module for module in modules if importlib.util.find_spec(module) is None] == []
    made = re.findall(r"^\s*(?:sudo .*)?make(?: -C \S+)? ([a-z]+)\b", PAGES[name], re.MULTILINE)
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    assert [target for target in made if not re.search(rf"^{target}:", makefile, re.MULTILINE)] == []


@pytest.mark.parametrize("name", PAGES)
def test_every_command_line_that_a_page_shows_is_one(name: str) -> None:
    group = typer.main.get_command(app)
    unknown = []
    for block in re.findall(r"^```\w*\n(.*?)^```", PAGES[name], re.MULTILINE | re.DOTALL):
        for command in re.findall(r"(?:^|[ (]|bin/)codau ([a-z][a-z-]+)", block, re.MULTILINE):
            if command not in group.commands:  # type: ignore[attr-defined]
                unknown.append(command)
    assert unknown == []


@pytest.mark.parametrize("name", PAGES)
def test_every_setting_that_a_page_names_is_one(name: str) -> None:
    known = {PREFIX + field.upper() for field in Settings.model_fields} | CLIENTS
    assert set(re.findall(rf"(?<![\w/]){PREFIX}[A-Z_]*[A-Z]", PAGES[name])) - known == set()


def test_the_guide_to_tuning_measures_what_there_is() -> None:
    text = PAGES["docs/policy.md"].partition("### What each check touches")[2].partition("\n## ")[0]
    measured = set(re.findall(r"`(\w+)`", "".join(re.findall(r"^\| .*%", text, re.MULTILINE))))
    assert (
        {"toxic", "spam", "shouting", "missing_diacritics"}
        <= measured
        <= {
            *Actions.model_fields,
            *re.findall(r"`(\w+\.\w+)`", text),
        }
    )
