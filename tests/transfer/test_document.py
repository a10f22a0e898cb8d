"""The example in docs/transfer.md is an export that imports, and comes back as it stands there."""

import re
from pathlib import Path

from tests.transfer.sites import exported, imported, opened

DOCUMENT = Path(__file__).parents[2] / "docs" / "transfer.md"


async def test_the_example_is_an_export(redis_url: str) -> None:
    [example] = re.findall(r"```jsonl\n(.*?)```", DOCUMENT.read_text(encoding="utf-8"), re.DOTALL)
    lines = example.encode().splitlines()
    async with opened(redis_url) as store:
        tally, bad = await imported(store, lines)
        assert bad == []
        assert (tally.threads, tally.standings, tally.restored) == (1, 1, 3)
        assert await exported(store) == lines
