"""What the documents list is what there is."""

import inspect
import re
from pathlib import Path

from service import errors
from service.api import problems, server
from service.api.documented import OPERATIONS
from service.app import ENDPOINTS
from service.comments.policy_sections import Actions
from service.settings import PREFIX, Settings
from service.store import scripts

DOCS = Path(__file__).parents[1] / "docs"


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


def test_every_link_between_the_documents_leads_somewhere() -> None:
    missing = [
        f"{page.name}: {target}"
        for page in (*DOCS.glob("*.md"), DOCS.parent / "README.md")
        for target in re.findall(r"\]\((?!\w+:|#)([^)#\s]+)", page.read_text(encoding="utf-8"))
        if not (page.parent / target).exists()
    ]
    assert missing == []
