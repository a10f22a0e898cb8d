"""What a bench found: one row of the table of goals, from the rounds that were measured.

Not how anything is measured. A row's figures are one for each round, so that the spread is seen; whether the
goal is met is said of their median.
"""

import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

NOISE = 0.10
"""Share by which a median may be worse than the recorded one before it counts as fallen."""


@dataclass(frozen=True, slots=True)
class Row:
    """One goal and what was measured for it.

    Attributes:
        name: stays the same from run to run; recorded figures are found by it.
        what: the row in words.
        figures: one for each round.
        goal: what the median is to reach, None for a figure that is told without one.
        at_most: whether smaller is better.
        unit: of the figures; "×" for a ratio to something measured in the same run.
        context: what else was seen, in words.
    """

    name: str
    what: str
    figures: Sequence[float]
    goal: float | None = None
    at_most: bool = False
    unit: str = "×"
    context: Sequence[str] = field(default_factory=tuple)

    @property
    def median(self) -> float:
        return statistics.median(self.figures)

    @property
    def reached(self) -> float | None:
        """How much of the goal was reached: 1 and more is all of it."""
        if self.goal is None:
            return None
        return self.goal / self.median if self.at_most else self.median / self.goal

    def verdict(self) -> str:
        """Whether the goal was met, and if not by how much it was missed."""
        if self.reached is None:
            return "–"
        if self.reached >= 1:
            return "met"
        return f"missed by {abs(self.median / (self.goal or 1) - 1):.0%}"

    def goal_told(self) -> str:
        if self.goal is None:
            return "–"
        return f"{'≤' if self.at_most else '≥'} {amount(self.goal)} {self.unit}"

    def told(self) -> str:
        """The median, and in parentheses the smallest and the largest of the rounds."""
        low, high = min(self.figures), max(self.figures)
        return f"{amount(self.median)} {self.unit} ({amount(low)}–{amount(high)})"

    def sentence(self) -> str:
        """All of it, for a terminal."""
        context = f" ({'; '.join(self.context)})" if self.context else ""
        return f"{self.what}: {self.told()}, goal {self.goal_told()}: {self.verdict()}{context}"

    def fell(self, recorded: Sequence[float]) -> bool:
        """Whether it is worse than every recorded round, and its median worse by more than noise."""
        if self.at_most:
            return self.median > max(recorded) and self.median > statistics.median(recorded) * (1 + NOISE)
        return self.median < min(recorded) and self.median < statistics.median(recorded) * (1 - NOISE)

    def recorded(self) -> dict[str, Any]:
        """What is kept of it for later runs."""
        return {"figures": [float(f"{one:.4g}") for one in self.figures], "unit": self.unit}


def amount(value: float) -> str:
    """Three digits, or the whole number where that has more; whole goals without decimals.

    >>> [amount(one) for one in (0.6512, 23.456, 900, 14823.4)]
    ['0.65', '23.5', '900', '14,823']
    """
    digits = 0 if abs(value) >= 100 or value == int(value) else 1 if abs(value) >= 10 else 2
    return f"{value:,.{digits}f}"


def ratios(ours: Sequence[float], theirs: Sequence[float]) -> list[float]:
    """Round by round, since a round's two sides had the same machine."""
    return [one / other for one, other in zip(ours, theirs, strict=True)]


def within(values: Sequence[float], share: float) -> float:
    """What this share of the values does not exceed: 0.99 is the 99th percentile.

    >>> within([3, 1, 2, 4], 0.5), within([3, 1, 2, 4], 1)
    (3, 4)
    """
    return sorted(values)[min(int(len(values) * share), len(values) - 1)]


def spread(values: Sequence[float], unit: str) -> str:
    """The median, and in parentheses the smallest and the largest."""
    return f"{amount(statistics.median(values))} {unit} ({amount(min(values))}–{amount(max(values))})"


def compared(rows: Sequence[Row], recorded: Mapping[str, Any]) -> str:
    """A table of what was measured now beside what is recorded; what fell is marked."""
    lines = ["| what | recorded | now | |", "| --- | --- | --- | --- |"]
    for row in rows:
        before = recorded.get(row.name, {}).get("figures")
        told = spread(before, row.unit) if before else "–"
        lines.append(
            f"| {row.what} | {told} | {row.told()} | {'FELL' if before and row.fell(before) else ''} |"
        )
    return "\n".join(lines)
