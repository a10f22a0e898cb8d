"""What holds for every text, held to the corpus of hostile ones and to some thousand drawn by chance.

The long form draws 200,000: `python -m bench.torture texts`.
"""

from collections import Counter
from pathlib import Path

import pytest

from bench.torture.texts import SHORT, broken_laws, run
from service.judging.judge import judge
from tests.hostile import texts


@pytest.mark.parametrize("what", texts())
def test_a_hostile_text_breaks_no_law(what: str) -> None:
    text = texts()[what][:1_000]
    assert not list(broken_laws(f"{text} rat hay {text}", Counter()))


@pytest.mark.parametrize(
    "text", ["\U0001d427\U0001d428\U0001d427\U0001d428)ngu_", "ôtieesng Vieejt\u200b\U0001f469"]
)
def test_no_text_is_suggested_as_it_stands(text: str) -> None:
    assert judge(text).suggestion != text


def test_no_drawn_text_breaks_a_law(tmp_path: Path) -> None:
    outcome = run(SHORT, tmp_path)
    assert not outcome.broken
    assert outcome.figures["texts drawn"] == SHORT.texts
    assert outcome.figures["kinds of findings seen"] > 10
