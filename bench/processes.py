"""Two API processes against one: `python -m bench.processes [REQUESTS [ROUNDS]]` (4,000, 5).

On two cores the processes share them with Valkey and with the load, so the rate alone says little. What the
processes would do with a core each follows from the processor time that a request costs them: twice what one
does, as far as a request costs no more there. Both are told.
"""

import asyncio

from bench.command import run
from bench.load import generator
from bench.results import Row, ratios, spread
from bench.sides import check, measure, ours

CONNECTIONS = 64


def rows(requests: int = 4_000, rounds: int = 5) -> list[Row]:
    """Measure in turns, then check; the first round warms up."""
    with generator() as sender, ours() as one, ours(processes=2) as two:
        for turn in range(rounds + 1):
            for side in (one, two):
                numbers = range(turn * requests, (turn + 1) * requests)
                measure(side, sender, numbers, CONNECTIONS, kept=turn > 0)
        for side in (one, two):
            asyncio.run(check(side))
    single, double = one.rounds[CONNECTIONS], two.rounds[CONNECTIONS]
    rates = [[each.per_s for each in found] for found in (single, double)]
    costs = [[each.core_us for each in found] for found in (single, double)]
    return [
        Row(
            "processes",
            "two API processes against one, intake, by the processor time of a request",
            [2 * ratio for ratio in ratios(costs[0], costs[1])],
            goal=1.6,
            context=[f"one {spread(costs[0], 'µs')}", f"two {spread(costs[1], 'µs')}"],
        ),
        Row(
            "processes-rate",
            "two API processes against one by the rate, Valkey and the load on the same cores",
            ratios(rates[1], rates[0]),
            context=[f"one {spread(rates[0], 'requests/s')}", f"two {spread(rates[1], 'requests/s')}"],
        ),
    ]


if __name__ == "__main__":
    run(rows)
