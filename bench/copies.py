"""What waiting for a replica costs: `python -m bench.copies`.

A primary and its replica on this machine, both writing through (`appendfsync always`), and a line to the
primary with and without `CODAU_REPLICAS=1`, in turns: what one caller waits for a write of 600 bytes, how
many writes a second 32 callers get through, and what a write costs this process.
"""

import asyncio
import statistics
import tempfile
import time
from pathlib import Path

from service.store.connection import commands
from service.store.wire import Commands
from tests.store.servers import copied

ROUNDS = 9
WRITES = 2_000
CALLERS = 32
VALUE = b"x" * 600


async def one_by_one(line: Commands) -> float:
    """Median ms of a write."""
    took = []
    for number in range(WRITES // 10):
        began = time.perf_counter()
        await line.run("SET", f"{{a}}{number}", VALUE)
        took.append(time.perf_counter() - began)
    return statistics.median(took) * 1000


async def side_by_side(line: Commands) -> tuple[float, float]:
    """Writes a second of all callers, and µs of this process for each."""
    numbers = iter(range(WRITES))

    async def caller() -> None:
        for number in numbers:
            await line.run("SET", f"{{a}}{number}", VALUE)

    began, worked = time.perf_counter(), time.process_time()
    await asyncio.gather(*(caller() for _ in range(CALLERS)))
    return WRITES / (time.perf_counter() - began), (time.process_time() - worked) / WRITES * 1e6


async def measure(url: str) -> None:
    """Both in turns; prints the medians."""
    lines = {replicas: commands(url, replicas) for replicas in (0, 1)}
    found: dict[int, list[tuple[float, float, float]]] = {0: [], 1: []}
    for _ in range(ROUNDS):
        for replicas, line in lines.items():
            found[replicas].append((await one_by_one(line), *await side_by_side(line)))
    print("| CODAU_REPLICAS | one write, ms | writes a second | µs for each |\n| --- | ---: | ---: | ---: |")
    for replicas, rounds in found.items():
        alone, rate, cost = (statistics.median(figures) for figures in zip(*rounds, strict=True))
        print(f"| {replicas} | {alone:.2f} | {rate:,.0f} | {cost:.0f} |")
    for line in lines.values():
        await line.close()


def main() -> None:
    with tempfile.TemporaryDirectory() as folder, copied(Path(folder)) as (primary, _):
        asyncio.run(measure(f"redis://{primary.host}:{primary.port}"))


if __name__ == "__main__":
    main()
