"""Every scenario has what the command and the document about it rest on."""

from dataclasses import fields
from pathlib import Path

import pytest

from bench.torture.__main__ import parser, size_of
from bench.torture.registry import SCENARIOS, scenario

DOCUMENT = Path(__file__).parents[2] / "docs" / "reliability.md"


@pytest.mark.parametrize("name", SCENARIOS)
def test_a_scenario_promises_something_and_is_documented(name: str) -> None:
    one = scenario(name)
    assert one.promise.endswith(".")
    assert one.run.__doc__
    assert f"`python -m bench.torture {name}`" in DOCUMENT.read_text(encoding="utf-8")


@pytest.mark.parametrize("name", SCENARIOS)
def test_a_size_is_long_or_short_and_each_figure_can_be_chosen(name: str) -> None:
    one = scenario(name)
    assert size_of(one, parser().parse_args([name])) == one.long()
    assert size_of(one, parser().parse_args([name, "--short"])) == one.short
    first = fields(one.long)[0].name
    chosen = size_of(one, parser().parse_args([name, "--short", f"--{first}", "17"]))
    assert getattr(chosen, first) == 17


def test_all_of_them_are_one_command() -> None:
    given = parser().parse_args(["all", "--short"])
    assert (given.name, given.short) == ("all", True)
