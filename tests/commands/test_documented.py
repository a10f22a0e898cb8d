"""docs/commands.md has every command with its options and an example, and nothing that there is not."""

import re
import shlex
from collections.abc import Iterator
from enum import EnumType
from typing import Any

import pytest
import typer.main

from service.commands import app
from tests.commands.conftest import Terminal
from tests.supervision.codau import ROOT

TEXT = (ROOT / "docs" / "commands.md").read_text(encoding="utf-8")
SECTIONS = dict(re.findall(r"^## codau (.+?)\n(.*?)(?=^## |\Z)", TEXT, re.MULTILINE | re.DOTALL))


def commands(group: Any, *before: str) -> Iterator[tuple[str, Any]]:
    """Each command by its words."""
    for name, command in group.commands.items():
        if hasattr(command, "commands"):
            yield from commands(command, *before, name)
        else:
            yield " ".join([*before, name]), command


COMMANDS = dict(commands(typer.main.get_command(app)))


def parameters(command: Any) -> set[str]:
    """Options with their dashes, arguments in capitals; what typer adds to every command aside."""
    return {
        parameter.opts[0]
        if parameter.param_type_name == "option"
        else (parameter.metavar or parameter.name).upper()
        for parameter in command.params
        if not {"--help", "--version"} & set(parameter.opts)
    }


def listed(section: str) -> set[str]:
    """What stands in front of the colon of each point."""
    points = re.findall(r"^- ((?:`[^`]+`(?:, )?)+)", section, re.MULTILINE)
    return {name for point in points for name in re.findall(r"`([^`]+)`", point)}


def examples(section: str) -> list[list[str]]:
    """The words behind `codau` in each line of the examples."""
    lines = [
        line
        for block in re.findall(r"^```sh\n(.*?)^```", section, re.M | re.S)
        for line in block.splitlines()
    ]
    return [shlex.split(line.partition("codau ")[2].partition(" |")[0].rstrip(")")) for line in lines]


def test_every_command_has_a_section_and_no_other_has() -> None:
    assert set(SECTIONS) == set(COMMANDS)


@pytest.mark.parametrize("name", COMMANDS)
def test_every_option_is_documented_and_no_other_is(name: str) -> None:
    assert listed(SECTIONS[name]) == parameters(COMMANDS[name])


@pytest.mark.parametrize("name", COMMANDS)
def test_the_examples_are_commands_as_they_are(name: str) -> None:
    found = examples(SECTIONS[name])
    assert found
    for words in found:
        assert " ".join(words).startswith(name)
        options = {word.partition("=")[0] for word in words if word.startswith("--")}
        assert options <= parameters(COMMANDS[name])


@pytest.mark.parametrize("name", COMMANDS)
def test_the_help_teaches_with_an_example(name: str, terminal: Terminal) -> None:
    told = terminal(*name.split(), "--help").out
    assert re.search(r"Examples?: .*codau", told)


def test_every_choice_is_documented() -> None:
    found = 0
    for name, command in COMMANDS.items():
        for parameter in command.params:
            kind = parameter.type_descriptor.annotation
            choices = [choice.value for choice in kind] if isinstance(kind, EnumType) else []
            assert [choice for choice in choices if f"`{choice}`" not in SECTIONS[name]] == [], name
            found += len(choices)
    assert found > 10


def test_the_shell_completes_commands_options_and_values(
    terminal: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    def completed(line: str) -> list[str]:
        monkeypatch.setenv("_CODAU_COMPLETE", "complete_bash")
        monkeypatch.setenv("COMP_WORDS", line)
        monkeypatch.setenv("COMP_CWORD", str(len(line.split(" ")) - 1))
        return terminal().out.splitlines()

    assert completed("codau dea") == ["dead-letters"]
    assert completed("codau queue --sta") == ["--state"]
    assert completed("codau deliveries bao --state d") == ["done", "dead"]
    assert completed("codau key c") == ["create"]
