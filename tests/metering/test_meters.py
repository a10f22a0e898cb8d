"""What a process counts of itself: the quick ways count what the library's own do."""

import asyncio
import time

import pytest
from prometheus_client import Histogram
from prometheus_client.registry import Collector

from service.metering.meters import REQUEST_S, Meters
from service.metering.sampler import Sampler, resident_bytes

Samples = dict[tuple[str, tuple[tuple[str, str], ...]], float]


def samples(collector: Collector, name: str) -> Samples:
    """The samples of one metric, by name and labels; when it was made is left out."""
    return {
        (sample.name, tuple(sorted(sample.labels.items()))): sample.value
        for metric in collector.collect()
        for sample in metric.samples
        if metric.name == name and not sample.name.endswith("_created")
    }


def test_requests_are_counted_as_one_observation_each() -> None:
    times = [0.0, 0.001, 0.0011, 0.3, 9.99, 10.0, 10.1, 600.0, 0.001]
    name = "codau_http_request_duration_seconds"
    ours, theirs = Meters(), Histogram(name, "x", ("method", "route"), buckets=REQUEST_S, registry=None)
    for second in times:
        ours.requests.answered("GET", "/r", 200, second)
        theirs.labels("GET", "/r").observe(second)
        ours.requests.flush()
    assert samples(ours.registry, name) == pytest.approx(samples(theirs, name))


def test_what_was_flushed_is_counted_once_and_states_apart() -> None:
    meters = Meters()
    for status in (200, 200, 404):
        meters.requests.answered("GET", "/r", status, 0.01)
    for _ in range(3):
        meters.requests.flush()
    counted = samples(meters.registry, "codau_http_requests")
    assert sorted(counted.values()) == [1, 2]
    seconds = samples(meters.registry, "codau_http_request_duration_seconds")
    labels = (("method", "GET"), ("route", "/r"))
    assert seconds["codau_http_request_duration_seconds_count", labels] == 3


async def test_a_process_measures_itself_until_it_ends() -> None:
    meters, asked = Meters(), asyncio.Event()

    async def ping() -> None:
        asked.set()

    async with Sampler(meters, "worker", ping).running():
        await asyncio.wait_for(asked.wait(), 10)
        meters.requests.answered("GET", "/r", 200, 0.01)
    part = (("part", "worker"),)
    assert samples(meters.registry, "codau_store_ping_seconds")["codau_store_ping_seconds_count", part] == 1
    assert (
        samples(meters.registry, "codau_event_loop_lag_seconds")["codau_event_loop_lag_seconds_count", part]
        == 1
    )
    memory = samples(meters.registry, "codau_process_resident_bytes")["codau_process_resident_bytes", part]
    assert 0.5 < memory / resident_bytes() < 2
    assert samples(meters.registry, "codau_http_requests"), "what was not flushed yet is handed on at the end"


async def test_a_blocked_loop_is_seen() -> None:
    meters, asked = Meters(), asyncio.Event()

    async def ping() -> None:
        asked.set()

    async with Sampler(meters, "api", ping).running():
        await asyncio.sleep(0)  # it sleeps now
        asyncio.get_running_loop().call_soon(time.sleep, 0.65)  # for longer than its sleep lasts
        await asyncio.wait_for(asked.wait(), 10)
    lag = samples(meters.registry, "codau_event_loop_lag_seconds")
    assert lag["codau_event_loop_lag_seconds_sum", (("part", "api"),)] > 0.1
