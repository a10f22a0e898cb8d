"""What a scenario came to: its figures, and what of the promise was broken."""

import json
import os
import statistics
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

Figure = int | float | str


@dataclass(frozen=True, slots=True)
class Outcome:
    """What is told of a run.

    Attributes:
        figures: by what they count, with the unit in the words.
        broken: what is wrong, in sentences.
        late: what took longer than is promised, in sentences: a busy machine may be why.
    """

    figures: Mapping[str, Figure]
    broken: Sequence[str] = ()
    late: Sequence[str] = ()

    @property
    def kept(self) -> bool:
        """Whether all that is promised held."""
        return not self.broken and not self.late

    def table(self) -> str:
        """The figures in Markdown, and what was broken below."""
        rows = [f"| {what} | {told(figure)} |" for what, figure in self.figures.items()]
        table = ["| what | figure |", "| --- | ---: |", *rows, ""]
        words = [*(f"broken: {one}" for one in self.broken), *(f"late: {one}" for one in self.late)]
        return "\n".join([*table, *(words or ["The promise was kept."])])


def told(figure: Figure) -> str:
    """As people read it."""
    if isinstance(figure, float):
        return f"{figure:,.2f}" if figure < 100 else f"{figure:,.0f}"
    return f"{figure:,}" if isinstance(figure, int) else figure


def keep(outcome: Outcome, name: str, size: Mapping[str, object], folder: Path) -> Path:
    """Write the outcome beside what the scenario left, with the load of the machine at its end."""
    kept = folder / "outcome.json"
    document = {"scenario": name, "size": dict(size), "load_average": os.getloadavg(), **asdict(outcome)}
    kept.write_text(json.dumps(document, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
    return kept


def percentiles(name: str, seconds: Sequence[float]) -> dict[str, Figure]:
    """The median, the 99th percentile and the longest of some times, as figures."""
    if not seconds:
        return {f"{name}: none": 0}
    ordered = sorted(seconds)
    return {
        f"{name}: median, s": statistics.median(ordered),
        f"{name}: 99th percentile, s": percentile(ordered, 99),
        f"{name}: longest, s": ordered[-1],
    }


def percentile(figures: Sequence[float], share: int) -> float:
    """The smallest figure that so many of a hundred do not exceed."""
    ordered = sorted(figures)
    return ordered[max(0, -(-len(ordered) * share // 100) - 1)]
