"""All figures in Prometheus' text format: what processes counted, and what waits in the store."""

import platform
from collections.abc import Iterable, Iterator, Mapping
from itertools import chain
from typing import Final

from prometheus_client.exposition import CONTENT_TYPE_LATEST, generate_latest
from prometheus_client.metrics_core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from service import __version__
from service.store.health import Backlog
from service.store.waiting import Load, Waiting

CONTENT_TYPE: Final = CONTENT_TYPE_LATEST


def exposition(counted: Collector, waiting: Waiting | None) -> bytes:
    """The whole of a scrape.

    Args:
        counted: by this process and those beside it.
        waiting: None where the store does not answer.
    """
    return generate_latest(_Everything(chain(counted.collect(), _installed(), _of_store(waiting))))


class _Everything(Collector):
    def __init__(self, metrics: Iterable[Metric]) -> None:
        self._metrics = metrics

    def collect(self) -> Iterable[Metric]:
        return self._metrics


def _installed() -> Iterator[Metric]:
    labels = ("version", "python")
    built = GaugeMetricFamily("codau_build_info", "What is installed; always 1.", labels=labels)
    built.add_metric([__version__, platform.python_version()], 1)
    yield built


def _of_store(waiting: Waiting | None) -> Iterator[Metric]:
    yield _gauge("store_up", "Whether the store answered this scrape.", waiting is not None)
    if waiting is None:
        return
    yield from _backlog("queue", "Comments that wait for a verdict", {(): waiting.queue})
    by_site: dict[tuple[str, ...], Backlog] = {(site,): backlog for site, backlog in waiting.pending.items()}
    yield from _backlog("pending", "Comments that wait for a moderator", by_site, "site")
    yield from _backlog("deliveries_waiting", "Deliveries that wait", {(): waiting.deliveries})
    yield _gauge("deliveries_dead", "Deliveries that were given up and are kept.", waiting.dead)
    lag = GaugeMetricFamily(
        "codau_follower_lag_seconds", "Age of the oldest event that was not read.", labels=("follower",)
    )
    for follower, lag_ms in waiting.lag_ms.items():
        lag.add_metric([follower], lag_ms / 1_000)
    yield lag
    yield from _load(waiting.load)


def _load(load: Load) -> Iterator[Metric]:
    """Of what the server does not tell there is no figure."""
    if load.used is not None:
        yield _gauge("store_memory_used_bytes", "Memory that the server uses.", load.used)
    if load.most is not None:
        yield _gauge("store_memory_max_bytes", "Memory that it may use; none without a limit.", load.most)
    if load.durable is not None:
        yield _gauge("store_durable", "Whether its append-only file is on and was written.", load.durable)


def _backlog(
    name: str, text: str, found: Mapping[tuple[str, ...], Backlog], *labels: str
) -> Iterator[Metric]:
    """How much waits, and for how long the oldest of it."""
    length = GaugeMetricFamily(f"codau_{name}_length", f"{text}.", labels=labels)
    oldest = GaugeMetricFamily(
        f"codau_{name}_oldest_seconds", f"{text}: for how long the oldest does; 0 with none.", labels=labels
    )
    for values, backlog in found.items():
        length.add_metric(values, backlog.length)
        oldest.add_metric(values, backlog.oldest_ms / 1_000)
    yield length
    yield oldest


def _gauge(name: str, text: str, value: float) -> Metric:
    return GaugeMetricFamily(f"codau_{name}", text, value=value)
