"""A picture of rows and their goals, as SVG: how much of each goal was reached, on a logarithmic axis.

A dot is the median, a line goes from the worst round to the best, 1 is the goal. It follows the reader's
choice of a light or a dark page.
"""

import math
from collections.abc import Callable, Sequence
from html import escape

from bench.results import Row, amount

LABEL, PLOT, LINE, EDGE = 560, 360, 26, 40  # pixels: of names, of the axis, of a row, of the margins
MARKS = (0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 20)

_STYLE = """\
text { font: 13px system-ui, sans-serif; fill: #222 }
.axis { stroke: #ccc } .goal { stroke: #222; stroke-width: 1.5 }
.mark { text-anchor: middle; font-size: 11px }
.met { fill: #1a7f37; stroke: #1a7f37 } .missed { fill: #b42318; stroke: #b42318 } .range { stroke-width: 2 }
@media (prefers-color-scheme: dark) {
  text { fill: #ddd } .axis { stroke: #444 } .goal { stroke: #ddd }
  .met { fill: #4ac26b; stroke: #4ac26b } .missed { fill: #f97066; stroke: #f97066 }
}"""


def picture(title: str, rows: Sequence[Row]) -> str:
    """Rows that have goals, one below the other."""
    shown = [row for row in rows if row.goal is not None]
    reached = [value for row in shown for value in _reached(row)]
    low, high = min([*reached, 0.5]) * 0.8, max([*reached, 2.0]) * 1.25

    def x(value: float) -> float:
        return LABEL + PLOT * math.log(value / low) / math.log(high / low)

    height = EDGE * 2 + LINE * len(shown)
    axis = [_mark(value, x(value), height) for value in MARKS if low <= value <= high]
    lines = [_line(row, EDGE + LINE * (n + 0.5), x) for n, row in enumerate(shown)]
    head = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {LABEL + PLOT + 140} {height}" role="img">'
    parts = [head, f"<title>{escape(title)}</title>", f"<style>{_STYLE}</style>", *axis, *lines, "</svg>"]
    return "\n".join(parts) + "\n"


def _reached(row: Row) -> tuple[float, float, float]:
    """Median, worst and best round, as shares of the goal."""
    goal = row.goal or 1.0
    shares = sorted(goal / one if row.at_most else one / goal for one in row.figures)
    return row.reached or 0.0, shares[0], shares[-1]


def _mark(value: float, at: float, height: int) -> str:
    kind = "goal" if value == 1 else "axis"
    label = "goal" if value == 1 else f"{value:g}"
    return (
        f'<line class="{kind}" x1="{at:.1f}" x2="{at:.1f}" y1="{EDGE}" y2="{height - EDGE}"/>'
        f'<text class="mark" x="{at:.1f}" y="{height - EDGE + 16}">{label}</text>'
    )


def _line(row: Row, y: float, x: Callable[[float], float]) -> str:
    median, worst, best = _reached(row)
    kind = "met" if median >= 1 else "missed"
    name = escape(row.what.replace("`", ""))
    shown = name if len(name) < 88 else f"{name[:86]}…"
    return (
        f'<text x="8" y="{y + 4:.1f}">{shown}</text>'
        f'<line class="range {kind}" x1="{x(worst):.1f}" x2="{x(best):.1f}" y1="{y}" y2="{y}"/>'
        f'<circle class="{kind}" cx="{x(median):.1f}" cy="{y}" r="5"/>'
        f'<text x="{LABEL + PLOT + 16}" y="{y + 4:.1f}">{amount(row.median)} {row.unit}</text>'
    )
