"""A client of the live stream for tests: blocks as they come, with the id to go on from."""

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

from tests.running import Caller

PATIENCE_S = 60.0


@dataclass
class Block:
    """One block of a stream: its fields by name; `comments` are the lines that begin with a colon."""

    fields: dict[str, str] = field(default_factory=dict)
    comments: list[str] = field(default_factory=list)

    @property
    def type(self) -> str | None:
        return self.fields.get("event")

    @property
    def payload(self) -> Any:
        return json.loads(self.fields["data"])


class Listening:
    """One open stream.

    Attributes:
        last_id: what a browser would send as `Last-Event-ID`.
    """

    def __init__(self, response: Any) -> None:
        self.response = response
        self.last_id = ""

    async def block(self) -> Block | None:
        """The next block, or None at the end of the stream."""
        lines = await self._lines()
        if not lines:
            return None
        made = Block()
        for line in lines:
            name, _, value = line.partition(":")
            if name:
                made.fields[name] = value.removeprefix(" ")
            else:
                made.comments.append(value)
        self.last_id = made.fields.get("id", self.last_id)
        return made

    async def _lines(self) -> list[str]:
        lines: list[str] = []
        async for line in self.response.content:
            if line == b"\n":
                break
            lines.append(line.decode().removesuffix("\n"))
        return lines

    async def event(self) -> Block:
        """The next block with data."""
        async with asyncio.timeout(PATIENCE_S):
            while (block := await self.block()) is not None:
                if "data" in block.fields:
                    return block
        raise AssertionError("the stream has ended")

    async def events(self, count: int) -> list[tuple[str, str]]:
        """The next events: type and comment's id."""
        found = [await self.event() for _ in range(count)]
        return [(block.type or "", block.payload["data"]["id"]) for block in found]

    async def ended(self) -> list[Block]:
        """Wait for the end; returns what came before it."""
        blocks = []
        async with asyncio.timeout(PATIENCE_S):
            while (block := await self.block()) is not None:
                blocks.append(block)
        return blocks


@contextlib.asynccontextmanager
async def listening(caller: Caller, last_id: str | None = None, **headers: str) -> AsyncIterator[Listening]:
    """Open the stream and read its first block."""
    named = {"Authorization": f"Bearer {caller.key}"} | headers
    if last_id is not None:
        named["Last-Event-ID"] = last_id
    async with caller.http.get("/v1/events", headers=named) as response:
        assert response.status == 200, await response.text()
        stream = Listening(response)
        first = await stream.block()
        assert first is not None
        assert int(first.fields["retry"]) > 0
        yield stream
