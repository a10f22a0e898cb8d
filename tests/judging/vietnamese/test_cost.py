"""What judging costs: time on hostile texts, and what is loaded when."""

import subprocess
import sys
import time
from pathlib import Path

import pytest

from service.judging import vietnamese
from tests.judging.vietnamese.cases import diacritics, keystrokes, language

_TABLES = Path(vietnamese.__file__).parent / "tables"
_SIZE = 65_536
_HOSTILE = {
    "one word": "a",
    "short words": "a ",
    "unmarked": "toi khong biet ",
    "marked": "tôi không biết ",
    "apart": "a\N{COMBINING ACUTE ACCENT}",
    "stacked": "\N{COMBINING ACUTE ACCENT}\N{COMBINING DOT BELOW}",
    "dots": "a.b",
    "addresses": "x@y.",
    "quotes": '"a',
    "capitals": "Abc Def ",
    "keys": "tieesng Vieejt ",
    "hidden": "a\N{ZERO WIDTH SPACE}",
    "line ends": "\n",
    "Chinese": "汉字",
    "emoji": "😀",
    "drawn out": "b" * 70 + " ",
}
_LOADED = """
from service.judging.checks.diacritics import diacritics
from service.judging.reading import read
from service.judging.vietnamese.counts import counts
diacritics(read("Bài viết rất hay, cảm ơn tòa soạn!"))
print(counts.cache_info().currsize)
"""


@pytest.mark.parametrize("piece", _HOSTILE.values(), ids=_HOSTILE.keys())
def test_64_kib_of_anything_is_judged_at_once(piece: str) -> None:
    text = (piece * _SIZE)[:_SIZE]
    diacritics("Bai viet rat hay")  # the tables are read
    started = time.process_time()
    for check in (diacritics, keystrokes, language):
        check(text)
    assert time.process_time() - started < 0.2  # a quadratic step would take seconds


def test_who_never_restores_never_loads_the_restorer() -> None:
    done = subprocess.run([sys.executable, "-c", _LOADED], check=True, capture_output=True, text=True)
    assert done.stdout == "0\n"


def test_every_table_has_a_card_and_all_fit_into_the_wheel() -> None:
    tables = sorted(_TABLES.glob("*.npz"))
    assert [table.stem for table in tables] == ["neighbours", "sequences"]
    assert all(
        table.with_suffix(".md").read_text(encoding="utf-8").startswith(f"# {table.name}") for table in tables
    )
    assert sum(table.stat().st_size for table in tables) < 25 * 1024 * 1024
