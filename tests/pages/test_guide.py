"""The guides for moderators have the keys and reasons of the page, each in its place, in both languages."""

import re
from pathlib import Path

import pytest

from service import pages
from service.comments import reasons

DOCS = Path(__file__).parents[2] / "docs"
GUIDES = pytest.mark.parametrize(
    "guide", [DOCS / "moderation.md", DOCS / "vi" / "moderation.md"], ids=["en", "vi"]
)


def defaults() -> dict[str, str]:
    """Action → key, as the page has them before anybody changes one."""
    script = (Path(pages.__file__).parent / "js" / "keys.js").read_text(encoding="utf-8")
    listed = script.partition("DEFAULTS = {")[2].partition("}")[0]
    return dict(re.findall(r'^ +(\w+): "([^"]+)",$', listed, re.MULTILINE))


@GUIDES
def test_the_guide_has_every_key_of_the_page_and_no_other(guide: Path) -> None:
    rows = re.findall(r"^\| `(\S+)` \| `([a-zA-Z]+)` \| \S", guide.read_text(encoding="utf-8"), re.MULTILINE)
    keys = [(action, key) for key, action in rows if not key.isdigit()]
    assert len(keys) == 19
    assert dict(keys) == defaults()


@GUIDES
def test_the_guide_has_every_reason_under_its_digit(guide: Path) -> None:
    rows = re.findall(r"^\| `(\d)` \| `(\w+)` \| \S", guide.read_text(encoding="utf-8"), re.MULTILINE)
    assert rows == [(str(digit), reason) for digit, reason in enumerate(reasons.MODERATOR_REASONS, start=1)]


def test_the_vietnamese_guide_calls_things_as_the_page_does() -> None:
    text = (DOCS / "vi" / "moderation.md").read_text(encoding="utf-8")
    folder = Path(pages.__file__).parent / "js"
    said = "".join((folder / f"strings-{name}.js").read_text(encoding="utf-8") for name in ("vi", "codes"))
    labels = [
        *re.findall(r"\*([^*\n]+)\*", text),
        *(
            name
            for row in re.findall(r"^\| ([A-ZĐ][^|`]+) \| ", text, re.MULTILINE)
            for name in row.split(", ")
        ),
    ]
    assert len(labels) > 12
    assert [label for label in labels if f'"{label}"' not in said] == []
