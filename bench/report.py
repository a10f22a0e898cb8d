"""Writes what a whole run found into docs/performance.md, its pictures, and bench/recorded.json.

Of the page only what is between the two marks; the text around it is written by hand.
"""

import json
import os
import platform
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bench.plot import picture
from bench.results import Row

HOME = Path(__file__).parents[1]
PAGE = HOME / "docs" / "performance.md"
PICTURES = HOME / "docs" / "pictures"
RECORDED = HOME / "bench" / "recorded.json"
BEGIN, END = "<!-- figures of `make bench` -->", "<!-- end of the figures -->"


@dataclass(frozen=True, slots=True)
class Whole:
    """One run of everything.

    Attributes:
        rows: what was measured; `quick` the same by the short run.
        failed: what could not be measured, and why.
        load: the load average before it began.
        took_s: how long the whole run took.
    """

    rows: Sequence[Row]
    quick: Sequence[Row]
    failed: Sequence[str]
    load: float
    took_s: float


def write(run: Whole) -> None:
    """Put the figures where they belong."""
    before, _, rest = PAGE.read_text(encoding="utf-8").partition(BEGIN)
    after = rest.partition(END)[2]
    PAGE.write_text(f"{before}{BEGIN}\n\n{figures(run)}\n{END}{after}", encoding="utf-8")
    growth = [row for row in run.rows if row.name.startswith("growth-")]
    others = [row for row in run.rows if row not in growth]
    for name, title, rows in (
        ("performance-goals.svg", "How much of each goal is reached", others),
        ("performance-growth.svg", "Many comments stored against few", growth),
    ):
        (PICTURES / name).write_text(picture(title, rows), encoding="utf-8")
    kept = {"full": _kept(run.rows), "quick": _kept(run.quick)}
    RECORDED.write_text(json.dumps(kept, indent=1) + "\n", encoding="utf-8")


def recorded() -> dict[str, Any]:
    """The figures of the last whole run; nothing before the first."""
    if not RECORDED.exists():
        return {"full": {}, "quick": {}}
    found: dict[str, Any] = json.loads(RECORDED.read_text(encoding="utf-8"))
    return found


def _kept(rows: Sequence[Row]) -> dict[str, Any]:
    return {row.name: row.recorded() for row in rows}


def figures(run: Whole) -> str:
    """The part of the page between the marks."""
    goals = [row for row in run.rows if row.goal is not None]
    met = sum(row.verdict() == "met" for row in goals)
    day = datetime.now(UTC).date().isoformat()
    parts = [
        f"Measured on {day} in {run.took_s / 60:.0f} minutes: {machine()}; load average {run.load:.1f} "
        f"before the run. {met} of {len(goals)} goals are met.",
        _table(goals),
        *([f"Not measured: {'; '.join(run.failed)}."] if run.failed else []),
        "![how much of each goal is reached](pictures/performance-goals.svg)\n\n"
        "![many comments stored against few](pictures/performance-growth.svg)",
        "Beside them, without a goal of their own:",
        _told([row for row in run.rows if row.goal is None]),
        "What the figures come from, medians with the least and the most of the rounds:",
        "\n".join(f"- **{row.name}**: {'; '.join(row.context)}." for row in goals if row.context),
    ]
    return "\n\n".join(parts) + "\n"


def _table(rows: Sequence[Row]) -> str:
    lines = ["| | what | goal | measured | |", "| --- | --- | --- | --- | --- |"]
    lines += [
        f"| {row.name} | {row.what} | {row.goal_told()} | {row.told()} | {row.verdict()} |" for row in rows
    ]
    return "\n".join(lines)


def _told(rows: Sequence[Row]) -> str:
    lines = ["| what | measured | from |", "| --- | --- | --- |"]
    lines += [f"| {row.what} | {row.told()} | {'; '.join(row.context)} |" for row in rows]
    return "\n".join(lines)


def machine() -> str:
    """What it ran on: cores, kind of processor, versions."""
    lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    kind = next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), "")
    cores = len(os.sched_getaffinity(0))
    return f"{cores} cores{f' ({kind})' if kind else ''}, Linux, Python {platform.python_version()}"
