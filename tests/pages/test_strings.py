"""What the page says: the same in both languages, and a name for every code of the service."""

import re
from pathlib import Path

from service import pages
from service.comments import reasons
from service.comments.policy import Policy

FOLDER = Path(pages.__file__).parent / "js"


def strings(language: str) -> set[str]:
    """The names of all texts in a language; a form for a count of one belongs to its own language."""
    codes = (FOLDER / "strings-codes.js").read_text(encoding="utf-8")
    part = codes.split("\n  en: {")[0 if language == "vi" else 1]
    text = (FOLDER / f"strings-{language}.js").read_text(encoding="utf-8") + part
    return {
        name for name in re.findall(r'^ +"([\w.]+)":\s+"', text, re.MULTILINE) if not name.endswith(".one")
    }


def test_both_languages_say_the_same_things() -> None:
    assert strings("vi") == strings("en")


def test_every_text_that_the_scripts_name_is_there() -> None:
    named = set()
    for script in FOLDER.glob("*.js"):
        named |= set(re.findall(r'\bt\("([\w.]+)"', script.read_text(encoding="utf-8")))
    assert named and named <= strings("vi")


def test_every_code_has_a_name() -> None:
    findings = {f"code.{code}" for code in Policy().actions.model_dump()}
    rejections = {f"reason.{reason}" for reason in reasons.MODERATOR_REASONS}
    assert findings | rejections <= strings("vi")


def test_the_digits_are_the_reasons_of_the_api() -> None:
    listed = (
        (FOLDER / "decisions.js").read_text(encoding="utf-8").partition("REASONS = [")[2].partition("]")[0]
    )
    assert re.findall(r'"(\w+)"', listed) == list(reasons.MODERATOR_REASONS)
