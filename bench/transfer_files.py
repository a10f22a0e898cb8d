"""Made-up comments, the same each time, and the files that hold them in each format of `codau import`.

Not the formats themselves: as much of each as the programs write who made it, one record after the other.
"""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from service.comments.ids import new_id
from service.comments.model import ActedFinding, Author, Comment, Entry, Event, State
from service.comments.policy import Policy
from service.store.directory import Site
from service.store.transfer import Placed
from service.transfer import writing

START_MS = 1_700_000_000_000
DECIDED_AFTER_MS = 60_000
PER_THREAD = 100
READERS = 5_000
SENTENCE = "bài viết rất hay tôi nghĩ con đường này cần được sửa sớm cho bà con đi lại"
FOUND = ActedFinding("link", "link", "flag", 0.75, ((0, 8),))


@dataclass(frozen=True, slots=True)
class Made:
    """One comment; `parent` is the number of the one it answers, `at` unix ms."""

    number: int
    article: int
    reader: int
    at: int
    text: str
    state: State
    parent: int | None


def comments(count: int) -> Iterator[Made]:
    """Every third a reply; seven in ten published, two rejected, one pending; 20 to 60 words each."""
    chance = random.Random(1)  # noqa: S311 - the same comments each time
    words = SENTENCE.split()
    root: Made | None = None
    for number in range(count):
        article = number // PER_THREAD
        answers = root is not None and root.article == article and number % 3 == 2
        text = " ".join(chance.choices(words, k=chance.randint(20, 60)))
        state = _state(chance.random())
        parent = root.number if root and answers else None
        made = Made(number, article, number % READERS, START_MS + number * 1000, text, state, parent)
        yield made
        if parent is None and state is State.PUBLISHED:
            root = made


def _state(drawn: float) -> State:
    return State.PUBLISHED if drawn < 0.7 else State.REJECTED if drawn < 0.9 else State.PENDING


def write_codau(file: Path, count: int) -> None:
    """An export of a site that never was."""
    with file.open("wb") as out:
        site = Site("bao", "Báo Ví Dụ", START_MS, Policy())
        out.write(writing.header() + b"\n" + writing.site(site) + b"\n")
        out.writelines(writing.comment(placed(made)) + b"\n" for made in comments(count))
        out.write(writing.end() + b"\n")


def placed(made: Made) -> Placed:
    thread = f"doi-song/{made.article}"
    path = () if made.parent is None else (new_id(thread, _at(made.parent), made.parent),)
    comment = Comment(
        "bao",
        new_id(thread, made.at, made.number),
        thread,
        Author(f"Bạn đọc {made.reader}", f"u-{made.reader}", ip="203.0.113.9"),
        _log(made),
        path[0] if path else None,
        path,
    )
    if made.parent is None or made.state is not State.PUBLISHED:
        return Placed(comment)
    return Placed(comment, _at(made.parent) + DECIDED_AFTER_MS)


def _at(number: int) -> int:
    return START_MS + number * 1000


def _log(made: Made) -> tuple[Entry, ...]:
    entries = [
        Entry(Event.SUBMITTED, State.QUEUED, "website", made.at, text=made.text),
        Entry(Event.JUDGED, State.PENDING, "worker", made.at + 200, findings=(FOUND,), risk=0.5),
    ]
    if made.state is State.PUBLISHED:
        entries.append(Entry(Event.APPROVED, State.PUBLISHED, "Thu Hà", made.at + DECIDED_AFTER_MS, "k1"))
    elif made.state is State.REJECTED:
        at = made.at + DECIDED_AFTER_MS
        entries.append(Entry(Event.REJECTED, State.REJECTED, "Thu Hà", at, "k1", reason="other"))
    return tuple(entries)
