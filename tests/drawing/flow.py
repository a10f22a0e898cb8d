"""Who talks to whom: audiences and their calls from `service.app`, loops from `workers`."""

from collections import Counter
from collections.abc import Mapping

from service.app import ENDPOINTS
from tests.drawing.svg import Box, Drawing
from workers.__main__ import DUTIES

AUDIENCES: Mapping[str, tuple[str, float]] = {
    "websites": ("website", 110),
    "moderators": ("moderators' page", 245),
    "admins": ("admin", 380),
}
"""Tag → (who that is, how far down)."""

WHAT_THEY_DO: Mapping[str, tuple[str, str]] = {
    "validator": ("judges what is queued", "queue, verdicts"),
    "recoverer": ("takes over from the dead", "queue"),
    "statistician": ("counts what happened", "events, figures"),
    "courier": ("tells webhooks", "events, deliveries"),
    "janitor": ("erases what is old", "lists, erasures"),
}
"""Loop → (what it does, what it reads and writes)."""

API = Box("API", 440, 245, 150, 420, "commits by scripts")
STORE = Box("Valkey or Redis", 730, 245, 190, 420, "comments, queue, events")


def drawn() -> str:
    """The picture.

    Raises:
        ValueError: there are other audiences or loops than are drawn.
    """
    calls = Counter(endpoint.tag for endpoint in ENDPOINTS)
    if calls.keys() != AUDIENCES.keys() or DUTIES.keys() != WHAT_THEY_DO.keys():
        raise ValueError("there are other audiences or loops than are drawn")
    drawing = Drawing(1180, 520, "What talks to what")
    for tag, (who, y) in AUDIENCES.items():
        box = Box(who, 150, y, 170)
        drawing.arrow(box, (API.x - API.width / 2, y), [])
        drawing.words((300, y - 8), [f"{calls[tag]} calls"])
        drawing.box(box)
    drawing.arrow(API, STORE, ["scripts"], bend=18)
    drawing.arrow(STORE, API, ["reads, news"], bend=18)
    for number, (duty, (does, over)) in enumerate(WHAT_THEY_DO.items()):
        box = Box(duty, 1060, 65 + number * 90, 190, below=does)
        drawing.arrow((STORE.x + STORE.width / 2, box.y), box, [])
        drawing.words((895, box.y - 8), [over])
        drawing.box(box)
        if duty == "courier":
            _webhooks(drawing, box)
    drawing.box(API)
    drawing.box(STORE)
    return drawing.text()


def _webhooks(drawing: Drawing, courier: Box) -> None:
    """Out of the courier, under everything, back to the website."""
    website = AUDIENCES["websites"][1]
    bottom, left, right = 495.0, 40.0, courier.x + courier.width / 2 + 14
    drawing.route(
        [
            (right - 14, courier.y),
            (right, courier.y),
            (right, bottom),
            (left, bottom),
            (left, website),
            (65, website),
        ]
    )
    drawing.words((500, bottom + 4), ["webhooks, signed"])
