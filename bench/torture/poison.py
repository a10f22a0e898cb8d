"""A check that raises, computes without end, waits for ever or ends its process stops no other comment.

One text in a hundred is such a poison. Workers are supervised as under `codau up`, started again when they
die. In the end every other comment has its verdict, and each poisonous one waits for a person with
`check_failed`, after three tries at the most.
"""

import asyncio
import time
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

from bench.torture.comparing import STATES, compare, look_into
from bench.torture.crowd import CLIENTS, Crowd, comment, crowd
from bench.torture.ledger import Ledger
from bench.torture.outcome import Figure, Outcome
from bench.torture.poisoned import HARMS, harm_in
from bench.torture.stack import Apart, apart
from service.supervision.children import Child, environment, program
from workers.validator import TRIES

WITHIN_S = 7_200.0


@dataclass(frozen=True, slots=True)
class Size:
    """How many comments, and how many workers judge them."""

    comments: int = 20_000
    workers: int = 2


SHORT = Size(comments=300)


def run(size: Size, folder: Path) -> Outcome:
    """Poison, compare, tell."""
    with apart(folder, workers=0) as stack, Ledger(folder / "ledger") as ledger:
        return asyncio.run(_torture(size, folder, stack, ledger))


async def _torture(size: Size, folder: Path, stack: Apart, ledger: Ledger) -> Outcome:
    tries, deaths = folder / "tries", list[int]()
    argv = program("bench.torture.poisoned", str(tries))
    env = environment({"CODAU_REDIS_URL": stack.redis_url})
    began = time.monotonic()
    children = [Child(f"worker {n}", argv, env=env, buried=deaths.append) for n in range(size.workers)]
    async with crowd(stack, ledger) as people:
        for child in children:
            await child.start()
        await people.submit(range(size.comments), CLIENTS)
        await people.settled(WITHIN_S)
        took_s = time.monotonic() - began
        died = len(deaths)
        for child in children:
            await child.stop(10)
        failed = await _failed(people)
        broken = [*_misjudged(people, failed, size), *await compare(people), *look_into(people)]
    tried = Counter(tries.read_text(encoding="ascii").splitlines())
    broken += _tried_too_often(tried)
    figures: dict[str, Figure] = {
        "comments": size.comments,
        **_poison(size),
        "pending with check_failed": len(failed),
        "tries of one, at most": max(tried.values(), default=0),
        "workers that ended": died,
        "until all were judged, s": took_s,
    }
    return Outcome(figures, broken)


def _bodies(size: Size) -> Iterable[str]:
    return (str(comment(number)["body"]) for number in range(size.comments))


async def _failed(people: Crowd) -> dict[str, Any]:
    """What no check could judge, by text; each as its list shows it."""
    found: dict[str, Any] = {}
    for state in STATES:
        cursor = ""
        while True:
            path = f"/v1/queue?state={state}&code=check_failed&limit=100{cursor}"
            _, page = await people.moderator.until_answered("GET", path)
            found |= {item["submitted_body"]: item for item in page["items"]}
            if page["next_cursor"] is None:
                break
            cursor = f"&cursor={quote(page['next_cursor'])}"
    return found


def _misjudged(people: Crowd, failed: dict[str, Any], size: Size) -> list[str]:
    poison = {body for body in _bodies(size) if harm_in(body)}
    broken = []
    if spared := poison - failed.keys():
        broken.append(f"{len(spared):,} poisonous comments were judged: {next(iter(spared))}")
    if innocent := failed.keys() - poison:
        broken.append(f"{len(innocent):,} other comments were not judged: {next(iter(innocent))}")
    if elsewhere := [item["id"] for item in failed.values() if item["state"] != "pending"]:
        broken.append(f"{len(elsewhere):,} poisonous comments are not pending: {elsewhere[0]}")
    return broken


def _tried_too_often(tried: Counter[str]) -> list[str]:
    often = [text for text, times in tried.items() if times > TRIES]
    return [f"{len(often):,} poisonous comments were tried more than {TRIES} times"] if often else []


def _poison(size: Size) -> dict[str, Figure]:
    harms = Counter(harm for harm in map(harm_in, _bodies(size)) if harm)
    return {f"of them a check {harm}": harms[harm] for harm in HARMS}
