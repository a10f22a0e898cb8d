"""A moderator who claims what waits and decides it: alone, together, and sometimes takes a decision back.

Whatever was not answered is repeated; where that is refused, the history tells whether it was carried out.
"""

import asyncio
import contextlib
import itertools
import random
from collections.abc import Mapping, Sequence
from typing import Any

from bench.torture.again import AGAIN_S
from bench.torture.caller import Caller, Lost
from bench.torture.ledger import Fate

CLAIMED = 20
TOGETHER = 0.25  # share of the claims that are decided by one call
TAKEN_BACK = 0.1  # share of the decisions that are undone
EDITED = " (sửa)"  # what an edit adds
_NUMBERS = itertools.count(1)  # of all decisions in this process: their notes are like no other

Decision = dict[str, Any]
"""As `POST /v1/decisions` takes it: `id`, `action`, and what the action takes."""


class Moderator:
    """One of them, with a key that others may have, too."""

    def __init__(self, caller: Caller) -> None:
        self._call = caller
        self._ledger = caller.ledger

    async def work(self, chance: random.Random, stop: asyncio.Event) -> None:
        """Claim what waits and decide it, until told to stop."""
        while not stop.is_set():
            with contextlib.suppress(Lost):
                _, told = await self._call("POST", "/v1/queue/claim", {"limit": CLAIMED, "lease_seconds": 10})
                if told["items"]:
                    await self._decide_all([_decision(item, chance) for item in told["items"]], chance)
                    continue
            await asyncio.sleep(AGAIN_S)  # nothing waits, or nobody answers

    async def _decide_all(self, decisions: Sequence[Decision], chance: random.Random) -> None:
        for one in decisions:
            self._ledger.deciding(one["note"], one["id"], one["action"], one.get("body"))
        if chance.random() < TOGETHER:
            await self._decide_together(decisions)
            return
        for one in decisions:
            version = await self._decide(one)
            if version is not None and chance.random() < TAKEN_BACK:
                await self._undo(one["id"], version)

    async def _decide(self, decision: Decision) -> int | None:
        """Decide one comment, until it is known whether that was carried out; the version made, if it was."""
        path = f"/v1/comments/{decision['id']}/{decision['action']}"
        document = {name: value for name, value in decision.items() if name not in ("id", "action")}
        status, told = await self._call.until_answered("POST", path, document)
        return await self._answered(decision, status, told)

    async def _decide_together(self, decisions: Sequence[Decision]) -> None:
        status, told = await self._call.until_answered("POST", "/v1/decisions", {"decisions": decisions})
        if status != 200 or [one["id"] for one in told["results"]] != [one["id"] for one in decisions]:
            self._ledger.complain(f"decisions were answered {status} {told}")
            return
        for decision, result in zip(decisions, told["results"], strict=True):
            if result["status"] == 503:  # this one alone was not answered
                await self._decide(decision)
            else:
                await self._answered(decision, result["status"], result.get("comment"))

    async def _answered(self, decision: Decision, status: int, comment: Any) -> int | None:
        """Note what became of a decision; returns the version that it made, if it did."""
        note, version = decision["note"], None
        if status == 200:
            version = int(comment["version"])
        elif status == 409:  # an earlier attempt was carried out, or another was first
            entries = await self._history(decision["id"])
            version = next((entry["version"] for entry in entries if entry["note"] == note), None)
        else:
            self._ledger.complain(f"{note}: {decision['action']} was answered {status} {comment}")
            return None
        self._ledger.decided(note, Fate.REFUSED if version is None else Fate.DONE)
        return version

    async def _undo(self, comment_id: str, version: int) -> None:
        """Take back the decision that made this version."""
        note = undo_note(comment_id, version)
        self._ledger.deciding(note, comment_id, "undo")
        status, told = await self._call.until_answered("POST", f"/v1/comments/{comment_id}/undo", {})
        if status == 409:  # an earlier attempt was carried out, or it is too late
            entries = await self._history(comment_id)
            done = any(entry["event"] == "undone" and entry["version"] == version + 1 for entry in entries)
            self._ledger.decided(note, Fate.DONE if done else Fate.REFUSED)
        elif status == 200:
            self._ledger.decided(note, Fate.DONE)
        else:
            self._ledger.complain(f"{note}: undo was answered {status} {told}")

    async def _history(self, comment_id: str) -> list[Any]:
        _, told = await self._call.until_answered("GET", f"/v1/comments/{comment_id}/history")
        entries: list[Any] = told["entries"]
        return entries


def undo_note(comment_id: str, version: int) -> str:
    """By what the ledger knows that the decision was taken back which made this version."""
    return f"hoan-{comment_id}-{version}"


def _decision(item: Mapping[str, Any], chance: random.Random) -> Decision:
    """What a moderator makes of a comment: mostly it is published, now and then edited or rejected."""
    made = {"id": item["id"], "version": item["version"], "note": f"ghi-{next(_NUMBERS)}"}
    drawn = chance.random()
    if drawn < 0.2:
        return made | {"action": "reject", "reason": "off_topic"}
    if drawn < 0.3:
        return made | {"action": "approve", "body": item["body"] + EDITED}
    return made | {"action": "approve"}
