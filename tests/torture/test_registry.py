"""Every scenario has what the command and the document about it rest on."""

from dataclasses import fields
from pathlib import Path

import pytest

from bench.torture.__main__ import main, parser, size_of
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
    assert size_of(one, parser(name).parse_args([])) == one.long()
    assert size_of(one, parser(name).parse_args(["--short"])) == one.short
    first = fields(one.long)[0].name
    chosen = size_of(one, parser(name).parse_args(["--short", f"--{first}", "17"]))
    assert getattr(chosen, first) == 17


def test_who_names_none_is_told_which_there_are(capsys: pytest.CaptureFixture[str]) -> None:
    for arguments in ([], ["nothing"], ["--help"]):
        with pytest.raises(SystemExit):
            main(arguments)
        told = "".join(capsys.readouterr())
        assert all(name in told for name in (*SCENARIOS, "all"))
