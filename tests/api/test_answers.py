"""Verdicts reach those who wait for them, though a connection was lost without a word."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from service.api import answers
from service.api.answers import Answers
from service.store.wire import Wire


class Swallowing:
    """A proxy whose lines can be swallowed: they stay open and carry nothing more; new ones serve."""

    def __init__(self, target: str) -> None:
        self._target = target
        self._lines: dict[asyncio.Task[None], bool] = {}
        self.lines = asyncio.Queue[None]()

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._lines[task] = True
        self.lines.put_nowait(None)
        back, on = await asyncio.open_unix_connection(self._target)
        try:
            await asyncio.gather(self._carry(task, reader, on), self._carry(task, back, writer))
        finally:
            on.close()
            writer.close()
            with contextlib.suppress(OSError):
                await asyncio.gather(on.wait_closed(), writer.wait_closed())

    async def _carry(
        self, line: asyncio.Task[None], source: asyncio.StreamReader, sink: asyncio.StreamWriter
    ) -> None:
        while data := await source.read(65_536):
            if self._lines[line]:
                sink.write(data)

    def swallow(self) -> None:
        self._lines = dict.fromkeys(self._lines, False)

    async def close(self) -> None:
        for line in self._lines:
            line.cancel()
        await asyncio.gather(*self._lines, return_exceptions=True)


@contextlib.asynccontextmanager
async def swallowing(redis_url: str, path: Path) -> AsyncIterator[Swallowing]:
    proxy = Swallowing(redis_url.removeprefix("unix://"))
    server = await asyncio.start_unix_server(proxy.serve, path)
    try:
        yield proxy
    finally:
        server.close()
        await proxy.close()


async def told(listening: Answers, store: Wire, comment_id: str) -> None:
    """Publish a verdict until somebody hears it."""
    with listening.expected(comment_id) as heard:
        while not heard.is_set():
            await store.run("PUBLISH", listening.channel, comment_id)
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(heard.wait(), 0.05)


@pytest.mark.one_server
async def test_a_line_that_is_lost_without_a_word_is_replaced(
    redis_url: str, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(answers, "_ASK_AFTER_S", 0.05)
    monkeypatch.setattr(answers, "_RETRY_S", 0.01)
    path = tmp_path_factory.mktemp("s") / "s"
    store = Wire(redis_url)
    async with swallowing(redis_url, path) as proxy:
        listening = Answers(f"unix://{path}")
        task = asyncio.create_task(listening.listen())
        async with asyncio.timeout(60):
            await told(listening, store, "one")
            await asyncio.sleep(0.2)  # several questions are asked and answered
            assert proxy.lines.qsize() == 1, "silence alone is no reason for another line"
            proxy.swallow()
            await told(listening, store, "two")
        while not task.done():
            task.cancel()
            await asyncio.wait([task], timeout=0.1)
    await store.close()
