"""What the documents list is what there is."""

import re
from pathlib import Path

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
