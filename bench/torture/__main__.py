"""`python -m bench.torture NAME|all [--short] [--OPTION N …]`: see the package, and docs/reliability.md.

Ends with a table of figures, kept as `outcome.json` in the scenario's folder, and with 1 if a promise was
broken.
"""

import argparse
import tempfile
import time
from collections.abc import Sequence
from dataclasses import asdict, fields, replace
from pathlib import Path
from typing import Any

from bench.command import quiet
from bench.torture.outcome import Outcome, keep
from bench.torture.registry import SCENARIOS, Scenario, scenario


def parser() -> argparse.ArgumentParser:
    """One command for each scenario, with an option for each figure of its size."""
    made = argparse.ArgumentParser(prog="python -m bench.torture", description=__doc__)
    commands = made.add_subparsers(dest="name", required=True)
    for one in map(scenario, SCENARIOS):
        command = _command(commands, one.name, one.promise)
        for field in fields(one.long):
            command.add_argument(f"--{field.name}", type=int, help=f"long form: {field.default:,}")
    _command(commands, "all", "every scenario, one after the other")
    return made


def _command(commands: Any, name: str, promise: str) -> Any:
    command = commands.add_parser(name, help=promise, description=promise)
    command.add_argument("--short", action="store_true", help="seconds instead of minutes")
    command.add_argument("--folder", type=Path, help="what is left to be read (by default a temporary one)")
    return command


def size_of(one: Scenario, given: argparse.Namespace) -> Any:
    """Short or long, with what was given beside."""
    base = one.short if given.short else one.long()
    chosen = {field.name: getattr(given, field.name, None) for field in fields(one.long)}
    return replace(base, **{name: value for name, value in chosen.items() if value is not None})


def tortured(one: Scenario, size: Any, folder: Path) -> Outcome:
    """Run one scenario, and tell what it came to."""
    print(f"\n{one.name}: {one.promise}\n{size}", flush=True)
    folder.mkdir(parents=True, exist_ok=True)
    began = time.monotonic()
    outcome = one.run(size, folder)
    kept = keep(outcome, one.name, asdict(size), folder)
    print(f"\n{outcome.table()}\n{time.monotonic() - began:.0f} s; {kept}", flush=True)
    return outcome


def main(arguments: Sequence[str] | None = None) -> int:
    """Run what is asked for; returns the status."""
    given = parser().parse_args(arguments)
    quiet()
    base = given.folder or Path(tempfile.mkdtemp(prefix="torture-"))
    names = SCENARIOS if given.name == "all" else [given.name]
    outcomes = [tortured(one, size_of(one, given), base / one.name) for one in map(scenario, names)]
    return int(not all(outcome.kept for outcome in outcomes))


if __name__ == "__main__":
    raise SystemExit(main())
