"""A backup made under load has everything that was acknowledged before, and all of it as of one moment.

While websites submit and moderators decide, `codau backup` is run again and again, as people run it. Before
each the ledger is read. Each backup is then restored into a server of its own, by `codau restore`, where an
API and a worker are started on it: what was acknowledged before is there, once, what came later is there
whole or not at all, nothing is there that nobody sent, and it can be worked on with.
"""

import asyncio
import os
import random
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from bench.torture.comparing import compare, look_into
from bench.torture.crowd import PROBES, Crowd, crowd
from bench.torture.ledger import Decision, Fate, Ledger, Submission
from bench.torture.outcome import Figure, Outcome, percentiles
from bench.torture.stack import Apart, apart
from tests.store.looking import everything

MODERATORS = 3
WEBSITES = 3
MORE = 50  # comments that are submitted after a restore


@dataclass(frozen=True, slots=True)
class Size:
    """How many backups are made, how many comments there are before the first, and how long between them."""

    backups: int = 5
    comments: int = 5_000
    seconds: int = 10
    seed: int = 1


SHORT = Size(backups=1, comments=100, seconds=1)


@dataclass(frozen=True, slots=True)
class Backup:
    """One that was made.

    Attributes:
        acknowledged: the ids of comments, by key, that had been acknowledged before.
        decided: the notes of decisions that had been.
        took_s: the command.
    """

    file: Path
    acknowledged: Mapping[str, str]
    decided: frozenset[str]
    took_s: float


def run(size: Size, folder: Path) -> Outcome:
    """Back up under load; restore each, compare, tell."""
    with Ledger(folder / "ledger") as ledger:
        with apart(folder) as stack:
            backups = asyncio.run(_load(size, stack, ledger, folder))
            keys = stack.keys
        broken, restoring = [], []
        for number, backup in enumerate(backups):
            place = folder / f"restored-{number}"
            place.mkdir()
            with apart(place) as other, Ledger(place / "ledger") as known:
                restoring.append(_restore(other, backup.file))
                _remember(known, ledger, backup, other.redis_url)
                broken += asyncio.run(_compared(replace(other, keys=keys), known, size))
    figures: dict[str, Figure] = {
        "comments acknowledged": ledger.acknowledged,
        "decisions acknowledged": ledger.fates()[Fate.DONE],
        "comments in the last backup, acknowledged before": len(backups[-1].acknowledged),
        "size of the last backup, MB": backups[-1].file.stat().st_size / 1e6,
        **percentiles("backing up", [backup.took_s for backup in backups]),
        **percentiles("restoring", restoring),
        "answers": ledger.told(),
    }
    return Outcome(figures, [*ledger.wrong, *broken])


async def _load(size: Size, stack: Apart, ledger: Ledger, folder: Path) -> list[Backup]:
    chance = random.Random(size.seed)  # noqa: S311 - seeded
    backups = []
    async with crowd(stack, ledger) as people:
        await people.submit(range(size.comments))
        async with people.moderating(MODERATORS, chance), people.submitting(size.comments, WEBSITES):
            for number in range(size.backups):
                await asyncio.sleep(size.seconds)  # of load, so that each backup has more in it
                backups.append(await _back_up(people, folder / f"{number}.backup"))
    return backups


async def _back_up(people: Crowd, file: Path) -> Backup:
    ledger = people.ledger
    acknowledged = {key: sent.id for key, sent in ledger.submissions.items() if sent.id is not None}
    decided = frozenset(note for note, made in ledger.decisions.items() if made.fate is Fate.DONE)
    began = time.monotonic()
    await asyncio.to_thread(_codau, people.stack.redis_url, "backup", str(file))
    return Backup(file, acknowledged, decided, time.monotonic() - began)


def _restore(stack: Apart, file: Path) -> float:
    """Put a backup back on a server on which nobody is at work; returns how long that took, in seconds."""
    stack.api.kill()
    stack.worker.kill()
    began = time.monotonic()
    _codau(stack.redis_url, "restore", str(file), "--replace")
    took_s = time.monotonic() - began
    stack.api.start()
    stack.worker.start()
    return took_s


def _codau(redis_url: str, *words: str) -> None:
    done = subprocess.run(  # noqa: S603  the arguments are ours
        [sys.executable, "-m", "service", *words],
        env=os.environ | {"CODAU_REDIS_URL": redis_url},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise SystemExit(f"codau {words[0]}: {done.stderr}")


def _remember(known: Ledger, ledger: Ledger, backup: Backup, redis_url: str) -> None:
    """What was known before the backup; of what was sent later, that it may be there."""
    there = everything(redis_url).comments
    for key, sent in ledger.submissions.items():
        known.submissions[key] = Submission(sent.thread, sent.text, backup.acknowledged.get(key))
    known.acknowledged = len(backup.acknowledged)
    for note, made in ledger.decisions.items():
        done = note in backup.decided
        if done or made.comment_id in there:
            fate = Fate.DONE if done else Fate.OPEN
            known.decisions[note] = Decision(made.comment_id, made.action, made.text, fate)


async def _compared(stack: Apart, known: Ledger, size: Size) -> list[str]:
    """Work on with what is there, and compare all of it."""
    async with crowd(stack, known) as people:
        await people.submit(range(PROBES, PROBES + MORE))
        await people.settled()
        return [*await compare(people), *look_into(people)]
