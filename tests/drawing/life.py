"""The life of a comment, drawn from the table of `service.comments.lifecycle`.

Moves that any of several states make to any of them (an undo), or all to one (erasing), are drawn once, as a
frame around those states.
"""

from collections import defaultdict
from collections.abc import Mapping

from service.comments.lifecycle import TRANSITIONS, Actor
from service.comments.model import Event, State
from tests.drawing.svg import Box, Drawing

Pair = tuple[State | None, State]

PLACES = {
    State.QUEUED: (160, 290),
    State.PENDING: (500, 290),
    State.PUBLISHED: (830, 170),
    State.REJECTED: (830, 410),
    State.ERASED: (1090, 290),
}
BEGINNINGS = {State.QUEUED: (160.0, 24.0), State.PUBLISHED: (640.0, 24.0)}
BENDS: Mapping[Pair, float] = {
    (State.QUEUED, State.PENDING): 22,
    (State.PENDING, State.QUEUED): 22,
    (State.QUEUED, State.PUBLISHED): 62,
    (State.QUEUED, State.REJECTED): -34,
    (State.REJECTED, State.QUEUED): 62,
    (State.PENDING, State.REJECTED): 20,
    (State.REJECTED, State.PENDING): 20,
}
BELOW = frozenset({State.QUEUED, State.REJECTED})
"""Where a loop would meet an arrow above."""

LIVING = ((70, 60), (900, 486))
UNDONE = ((410, 86), (540, 440))
"""Corner and size of the frames, in pixels."""


def moves() -> dict[Pair, list[str]]:
    """What leads from a state to another, each with who does it; without what the frames show."""
    found = defaultdict(list)
    for (begin, event), (ends, actors) in TRANSITIONS.items():
        if event not in (Event.UNDONE, Event.ERASED):
            for end in sorted(ends):
                found[begin, end].append(f"{event.value} ({told(actors)})")
    return dict(found)


def told(actors: frozenset[Actor]) -> str:
    """Who may."""
    return ", ".join(sorted(actor.value for actor in actors))


def framed(event: Event) -> tuple[frozenset[State | None], frozenset[State], str]:
    """From where an event leads where, and by whom; the same from every state, or there is no frame for it.

    Raises:
        ValueError: it is not.
    """
    rows = {row for (_, one), row in TRANSITIONS.items() if one is event}
    (ends, actors), *others = rows
    if others:
        raise ValueError(f"{event} leads to different states")
    return frozenset(begin for begin, one in TRANSITIONS if one is event), ends, told(actors)


def drawn() -> str:
    """The picture."""
    drawing = Drawing(1180, 560, "The life of a comment")
    boxes = {state: Box(state.value, *PLACES[state]) for state in State}
    living, erased, erasing = framed(Event.ERASED)
    undone, back, undoing = framed(Event.UNDONE)
    if living != set(State) - erased or undone != back:
        raise ValueError("the frames are around other states")
    drawing.frame(*LIVING)
    drawing.frame(*UNDONE, dashed=True)
    drawing.words((680, 512), [f"undone ({undoing}): back to where it stood before the decision"])
    drawing.arrow((970, 290), boxes[State.ERASED], [])
    drawing.words((1090, 236), ["erased", f"({erasing})"])
    for (begin, end), lines in moves().items():
        if begin is None:
            drawing.dot(BEGINNINGS[end])
            drawing.arrow(BEGINNINGS[end], boxes[end], lines)
        elif begin is end:
            drawing.loop(boxes[end], lines, below=end in BELOW)
        else:
            drawing.arrow(boxes[begin], boxes[end], lines, bend=BENDS.get((begin, end), 0))
    for box in boxes.values():
        drawing.box(box)
    return drawing.text()
