"""`python -m bench.torture NAME|all [--short] [--OPTION N …]`: see the package, and docs/reliability.md.

Ends with a table of figures, kept as `outcome.json` in the scenario's folder, and with 1 if a promise was
broken.
"""

import argparse
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import asdict, fields, replace
from pathlib import Path
from typing import Any

from bench.command import quiet
from bench.torture.outcome import Outcome, keep
from bench.torture.registry import SCENARIOS, Scenario, scenario

ALL = "all"


def parser(name: str) -> argparse.ArgumentParser:
    """What one scenario takes, an option for each figure of its size; or what `all` takes."""
    one = None if name == ALL else scenario(name)
    promise = one.promise if one else "every scenario, one after the other"
    made = argparse.ArgumentParser(prog=f"python -m bench.torture {name}", description=promise)
    made.add_argument("--short", action="store_true", help="seconds instead of minutes")
    made.add_argument("--folder", type=Path, help="what is left to be read (by default a temporary one)")
    for field in fields(one.long) if one else ():
        made.add_argument(f"--{field.name}", type=int, help=f"long form: {field.default:,}")
    return made


def overview() -> argparse.ArgumentParser:
    """What there is to choose from."""
    made = argparse.ArgumentParser(prog="python -m bench.torture", description=__doc__)
    made.add_argument("name", choices=[*SCENARIOS, ALL])
    return made


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
    name, *options = [*(sys.argv[1:] if arguments is None else arguments), ""]
    if name not in SCENARIOS and name != ALL:
        overview().parse_args([name] if name else [])
    given = parser(name).parse_args(options[:-1])
    quiet()
    base = given.folder or Path(tempfile.mkdtemp(prefix="torture-"))
    names = SCENARIOS if name == ALL else [name]
    outcomes = [tortured(one, size_of(one, given), base / one.name) for one in map(scenario, names)]
    return int(not all(outcome.kept for outcome in outcomes))


if __name__ == "__main__":
    raise SystemExit(main())
