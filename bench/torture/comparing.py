"""The ledger against what the service tells in the end: what was acknowledged is there, once, as it was sent.

`compare` asks over HTTP alone, as a moderator: all lists, page by page, each comment's history, each thread.
`look_into` reads the store itself: lists and counts agree with the comments, and every step was told once.
Both return sentences, one for each kind of breach with its count and some examples; none is what is wanted.
"""

import asyncio
import random
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping
from typing import Any, NamedTuple
from urllib.parse import quote

from bench.torture.crowd import Crowd
from bench.torture.ledger import Decision, Fate, digest
from bench.torture.moderator import undo_note
from tests.store.looking import Everything, assert_consistent, assert_told_once, everything

STATES = ("pending", "published", "rejected")
DECISIONS: Mapping[str, str] = {"approve": "approved", "reject": "rejected", "undo": "undone"}
EXAMPLES = 3
AT_ONCE = 16


class Breaches:
    """What was found, by kind."""

    def __init__(self) -> None:
        self._found: defaultdict[str, list[str]] = defaultdict(list)

    def add(self, kind: str, which: str) -> None:
        self._found[kind].append(which)

    def sentences(self) -> list[str]:
        return [
            f"{len(which):,} {kind}: {', '.join(which[:EXAMPLES])}{' …' if len(which) > EXAMPLES else ''}"
            for kind, which in self._found.items()
        ]


class Item(NamedTuple):
    """What is kept of a listed comment: digests instead of texts.

    Attributes:
        submitted, body: of the reader's own text, and of what is shown.
    """

    id: str
    state: str
    version: int
    thread: str
    submitted: bytes
    body: bytes


async def compare(people: Crowd, histories: int | None = None) -> list[str]:
    """All that is wrong, by what HTTP tells; nobody else may be at work meanwhile.

    Args:
        histories: of how many comments, drawn at random, the history is read; by default of all.
    """
    breaches, ledger = Breaches(), people.ledger
    items = await _all_items(people, breaches)
    _submissions(people, items, breaches)
    decisions: defaultdict[str, dict[str, Decision]] = defaultdict(dict)
    for note, decision in ledger.decisions.items():
        decisions[decision.comment_id][note] = decision
    looked_at = list(items.values())
    if histories is not None:
        looked_at = random.Random(1).sample(looked_at, min(histories, len(looked_at)))  # noqa: S311 - seeded
    for item, entries in await _histories(people, looked_at):
        _history(item, entries, decisions[item.id], breaches)
    for comment_id in decisions.keys() - items.keys():
        breaches.add("decided comments that are in no list", comment_id)
    await _threads(people, items, breaches)
    return [*ledger.wrong, *breaches.sentences()]


async def _all_items(people: Crowd, breaches: Breaches) -> dict[str, Item]:
    """Every comment of every list by its id."""
    found: dict[str, Item] = {}
    for state in STATES:
        total, cursor = 0, ""
        while True:
            page = await _asked(people, f"/v1/queue?state={state}&limit=100{cursor}")
            for item in page["items"]:
                total += 1
                if item["id"] in found:
                    breaches.add("comments listed twice", item["id"])
                if item["state"] != state:
                    breaches.add(f"comments listed as {state} that are not", item["id"])
                found[item["id"]] = _kept(item)
            if page["next_cursor"] is None:
                break
            cursor = f"&cursor={quote(page['next_cursor'])}"
        if page["total"] != total:
            breaches.add("lists whose total is not what they list", f"{state} {page['total']} for {total}")
    return found


def _kept(item: Any) -> Item:
    texts = digest(item["submitted_body"]), digest(item["body"])
    return Item(item["id"], item["state"], item["version"], item["thread"], *texts)


async def _asked(people: Crowd, path: str) -> Any:
    status, told = await people.moderator.until_answered("GET", path)
    if status != 200:
        raise SystemExit(f"GET {path}: {status} {told}")
    return told


def _submissions(people: Crowd, items: Mapping[str, Item], breaches: Breaches) -> None:
    """Every acknowledged comment is there once, under its id, with its text; nothing else is there."""
    by_text: defaultdict[bytes, list[str]] = defaultdict(list)
    for item in items.values():
        by_text[item.submitted].append(item.id)
    for key, sent in people.ledger.submissions.items():
        found = by_text.pop(sent.text, [])
        if len(found) > 1:
            breaches.add("comments made twice of one that was sent", f"{key} {found}")
        if sent.id is not None and sent.id not in found:
            breaches.add("acknowledged comments lost, or with another text", f"{key} {sent.id}")
        if any(items[one].thread != sent.thread for one in found):
            breaches.add("comments in another thread", key)
    for found in by_text.values():
        breaches.add("comments that nobody sent", found[0])


async def _histories(people: Crowd, items: Iterable[Item]) -> list[tuple[Item, list[Any]]]:
    """Each item with the entries of its history."""
    waiting, found = iter(items), []

    async def ask() -> None:
        for item in waiting:
            told = await _asked(people, f"/v1/comments/{item.id}/history")
            found.append((item, told["entries"]))

    await asyncio.gather(*(ask() for _ in range(AT_ONCE)))
    return found


def _history(item: Item, entries: list[Any], sent: Mapping[str, Decision], breaches: Breaches) -> None:
    """One arrival, one verdict, each acknowledged decision once and none that was refused or not sent."""
    which, events = item.id, Counter(entry["event"] for entry in entries)
    if [entry["version"] for entry in entries] != list(range(1, item.version + 1)):
        breaches.add("histories with other versions than their comment", which)
    if entries[0]["event"] != "submitted" or events["submitted"] != 1:
        breaches.add("comments that did not begin once", which)
    if events["judged"] != 1:
        breaches.add("comments not judged once", f"{which} {events['judged']} times")
    if entries[-1]["to"] != item.state:
        breaches.add("comments whose history ends elsewhere", which)
    noted = Counter(_note(which, entry) for entry in entries if entry["event"] in DECISIONS.values())
    for note, decision in sent.items():
        if noted[note] > 1:
            breaches.add("decisions carried out twice", note)
        if decision.fate is Fate.DONE and not noted[note]:
            breaches.add("acknowledged decisions lost", note)
        if decision.fate is Fate.REFUSED and noted[note]:
            breaches.add("decisions carried out though refused", note)
    for entry in entries:
        if entry["event"] in DECISIONS.values() and not _was_sent(which, entry, sent):
            breaches.add("decisions that nobody sent", f"{which} {_note(which, entry)}")


def _note(comment_id: str, entry: Any) -> str:
    """By which note the ledger knows a step; an undo has none of its own."""
    if entry["event"] == "undone":
        return undo_note(comment_id, entry["version"] - 1)
    return str(entry["note"])


def _was_sent(comment_id: str, entry: Any, sent: Mapping[str, Decision]) -> bool:
    decision = sent.get(_note(comment_id, entry))
    if decision is None or DECISIONS[decision.action] != entry["event"]:
        return False
    return decision.action == "undo" or decision.text == (
        None if entry["body"] is None else digest(entry["body"])
    )


async def _threads(people: Crowd, items: Mapping[str, Item], breaches: Breaches) -> None:
    """Every thread shows each of its published comments once, with its text, and no other; it counts them."""
    published: defaultdict[str, dict[str, bytes]] = defaultdict(dict)
    for sent in people.ledger.submissions.values():
        published[sent.thread] = {}
    for item in items.values():
        if item.state == "published":
            published[item.thread][item.id] = item.body
    for thread, expected in published.items():
        shown, count = await _shown(people, thread)
        if Counter(shown) != Counter(expected.items()) or count != len(expected):
            breaches.add(
                "threads that show other than what is published",
                f"{thread} {len(shown)} for {len(expected)}, count {count}",
            )


async def _shown(people: Crowd, thread: str) -> tuple[list[tuple[str, bytes]], int]:
    """Id and digest of the text of every comment that a thread shows, and its count."""
    found: list[tuple[str, bytes]] = []
    cursor = ""
    while True:
        page = await _asked(people, f"/v1/threads/{quote(thread, safe='')}/comments?limit=200{cursor}")
        shown = (one for one in _flat(page["comments"]) if one["body"] is not None)
        found += ((one["id"], digest(one["body"])) for one in shown)
        if page["next_cursor"] is None:
            return found, page["count"]
        cursor = f"&cursor={quote(page['next_cursor'])}"


def _flat(nodes: Iterable[Any]) -> Iterable[Any]:
    for node in nodes:
        yield node
        yield from _flat(node["replies"])


async def set_aside(people: Crowd) -> int:
    """How many comments went to a person because no check could judge them."""
    found = 0
    for state in STATES:
        page = await _asked(people, f"/v1/queue?state={state}&code=check_failed&limit=1")
        found += page["total"]
    return found


def look_into(people: Crowd, *laws: Callable[[Everything], None]) -> list[str]:
    """What the store's own indexes, and whoever lays down further laws, say otherwise than its comments."""
    found = everything(people.stack.redis_url)
    broken = []
    for law in (assert_consistent, assert_told_once, *laws):
        try:
            law(found)
        except AssertionError as error:
            broken.append(f"in the store: {str(error).splitlines()[0]}")
    return broken
