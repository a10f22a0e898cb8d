"""The drawings show what the code says, all of it and nothing else."""

import re
from xml.etree import ElementTree

import pytest

from service.comments.lifecycle import TRANSITIONS
from service.comments.model import State
from tests.drawing import DRAWINGS, FOLDER, life
from workers.__main__ import DUTIES

SVG = "{http://www.w3.org/2000/svg}"


def words(name: str) -> list[str]:
    """Every line of text in a file."""
    tree = ElementTree.parse(FOLDER / name)  # noqa: S314 - a file of ours
    return [element.text or "" for element in tree.iter(f"{SVG}text")]


@pytest.mark.parametrize("name", DRAWINGS)
def test_the_file_is_what_the_code_draws(name: str) -> None:
    assert (FOLDER / name).read_text(encoding="utf-8") == DRAWINGS[name](), "python -m tests.drawing"


def test_the_life_of_a_comment_has_every_move_of_the_table() -> None:
    shown = words("life.svg")
    assert {state.value for state in State} <= set(shown)
    for (_, event), (ends, actors) in TRANSITIONS.items():
        by = f"({', '.join(sorted(actor.value for actor in actors))})"
        assert any(event.value in line for line in shown), event
        assert any(by in line for line in shown), (event, ends)
    pairs = {(begin, end) for (begin, event), (ends, _) in TRANSITIONS.items() for end in ends
             if event.value not in ("undone", "erased")}  # fmt: skip
    assert set(life.moves()) == pairs
    assert sum(line.count("judged") for line in shown) == 3


def test_the_flow_has_every_loop() -> None:
    assert DUTIES.keys() <= set(words("flow.svg"))


@pytest.mark.parametrize("name", DRAWINGS)
def test_nothing_stands_outside_of_the_picture(name: str) -> None:
    tree = ElementTree.parse(FOLDER / name).getroot()  # noqa: S314 - a file of ours
    width, height = map(float, tree.attrib["viewBox"].split()[2:])
    for element in tree.iter(f"{SVG}text"):
        half = 0 if element.get("class") == "name" else len(element.text or "") * 3.4
        x, y = float(element.attrib["x"]), float(element.attrib["y"])
        assert 0 <= x - half <= x + half <= width and 0 < y < height, element.text
    ways = [path.attrib["d"] for path in tree.iter(f"{SVG}path") if path.get("marker-end")]
    assert len(ways) > 10
    assert all(0 <= float(number) <= width for way in ways for number in re.findall(r"[\d.]+", way))
