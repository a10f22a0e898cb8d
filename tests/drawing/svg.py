"""Boxes, arrows and words as SVG, light or dark as the reader's screen is."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from html import escape
from math import hypot

STYLE = """
text { font: 13px system-ui, sans-serif; fill: #1b1b1b; text-anchor: middle; paint-order: stroke;
  stroke: #fff; stroke-width: 4px; stroke-linejoin: round }
text.name { font-weight: 600; font-size: 15px; stroke: none }
text.small { fill: #555; stroke: none }
.ground { fill: #fff } .box { fill: #e3f1f2; stroke: #0b5c63; stroke-width: 1.5 }
.frame { fill: none; stroke: #777 } .dashed { stroke-dasharray: 6 4 }
path { fill: none; stroke: #333; stroke-width: 1.4 } .dot, #tip path { fill: #333; stroke: none }
@media (prefers-color-scheme: dark) {
  text { fill: #eee; stroke: #161616 } text.small { fill: #bbb }
  .ground { fill: #161616 } .box { fill: #123438; stroke: #6cc5cd }
  path { stroke: #ccc } .dot, #tip path { fill: #ccc }
}"""

TIP = (
    '<marker id="tip" viewBox="0 0 10 10" refX="9" refY="5" markerWidth="8" markerHeight="8" '
    'orient="auto-start-reverse"><path d="M0 0 10 5 0 10z"/></marker>'
)

Point = tuple[float, float]
LINE = 16  # pixels from one line of words to the next


@dataclass(frozen=True, slots=True)
class Box:
    """A place with a name; `x` and `y` are its middle, in pixels."""

    name: str
    x: float
    y: float
    width: float = 130
    height: float = 52
    below: str = ""

    def edge(self, towards: Point) -> Point:
        """Where a straight line from the middle to a point leaves the box."""
        dx, dy = towards[0] - self.x, towards[1] - self.y
        share = min(
            self.width / 2 / abs(dx) if dx else float("inf"),
            self.height / 2 / abs(dy) if dy else float("inf"),
        )
        return self.x + dx * share, self.y + dy * share


@dataclass
class Drawing:
    """What has been drawn so far."""

    width: int
    height: int
    title: str
    parts: list[str] = field(default_factory=list)

    def box(self, box: Box) -> None:
        self._rectangle("box", (box.x - box.width / 2, box.y - box.height / 2), (box.width, box.height))
        self.words((box.x, box.y + (5 if not box.below else -3)), [box.name], kind="name")
        if box.below:
            self.words((box.x, box.y + 15), [box.below], kind="small")

    def frame(self, corner: Point, size: Point, *, dashed: bool = False) -> None:
        self._rectangle("frame dashed" if dashed else "frame", corner, size)

    def dot(self, at: Point) -> None:
        self.parts.append(f'<circle class="dot" cx="{at[0]:g}" cy="{at[1]:g}" r="7"/>')

    def words(self, at: Point, lines: Sequence[str], *, kind: str = "") -> None:
        top = at[1] - (len(lines) - 1) * LINE / 2
        named = f' class="{kind}"' if kind else ""
        for number, line in enumerate(lines):
            self.parts.append(f'<text{named} x="{at[0]:g}" y="{top + number * LINE:g}">{escape(line)}</text>')

    def arrow(self, begin: Box | Point, end: Box | Point, lines: Sequence[str], *, bend: float = 0) -> None:
        """An arrow between two places; a positive bend (pixels) turns to the left of its way."""
        a, b = _middle(begin), _middle(end)
        a, b = (_edge(begin, b), _edge(end, a)) if not bend else (a, b)
        length = hypot(b[0] - a[0], b[1] - a[1])
        aside = ((b[1] - a[1]) / length * bend, -(b[0] - a[0]) / length * bend)
        over = ((a[0] + b[0]) / 2 + 2 * aside[0], (a[1] + b[1]) / 2 + 2 * aside[1])
        a, b = (_edge(begin, over), _edge(end, over)) if bend else (a, b)
        self._path(f"M{a[0]:.0f} {a[1]:.0f}Q{over[0]:.0f} {over[1]:.0f} {b[0]:.0f} {b[1]:.0f}")
        middle = ((a[0] + b[0] + 2 * over[0]) / 4, (a[1] + b[1] + 2 * over[1]) / 4)
        self.words((middle[0], middle[1] + 4), lines)

    def route(self, way: Sequence[Point]) -> None:
        """An arrow along straight lines."""
        self._path("M" + "L".join(f"{x:g} {y:g}" for x, y in way))

    def loop(self, box: Box, lines: Sequence[str], *, below: bool = False) -> None:
        """An arrow from a box to itself, over it or below it."""
        side = 1 if below else -1
        rim, far = box.y + side * box.height / 2, box.y + side * (box.height / 2 + 46)
        begin, end = f"M{box.x - 28:g} {rim:g}", f"{box.x + 28:g} {rim:g}"
        self._path(f"{begin}C{box.x - 44:g} {far:g} {box.x + 44:g} {far:g} {end}")
        self.words((box.x, rim + side * (40 + (len(lines) - 1) * LINE / 2) + 4), lines)

    def _rectangle(self, kind: str, corner: Point, size: Point) -> None:
        (x, y), (width, height) = corner, size
        self.parts.append(
            f'<rect class="{kind}" x="{x:g}" y="{y:g}" width="{width:g}" height="{height:g}" rx="10"/>'
        )

    def _path(self, way: str) -> None:
        self.parts.append(f'<path d="{way}" marker-end="url(#tip)"/>')

    def text(self) -> str:
        """The file."""
        head = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {self.width} {self.height}" role="img">'
        ground = f'<rect class="ground" width="{self.width}" height="{self.height}"/>'
        title = f"<title>{escape(self.title)}</title>"
        lines = [
            head,
            title,
            f"<style>{STYLE}\n</style>",
            f"<defs>{TIP}</defs>",
            ground,
            *self.parts,
            "</svg>",
            "",
        ]
        return "\n".join(lines)


def _middle(place: Box | Point) -> Point:
    return (place.x, place.y) if isinstance(place, Box) else place


def _edge(place: Box | Point, towards: Point) -> Point:
    return place.edge(towards) if isinstance(place, Box) else place
