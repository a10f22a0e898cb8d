"""Figures for Prometheus: what this process answered, and how much work waits in the store.

Requests are counted by each process for itself and labelled with it: behind one port a scrape meets one of
them, and no two series are ever mixed. What waits is asked of the store and is the same from every process.
"""

import os
import time
from collections.abc import Awaitable, Callable
from typing import Final

from aiohttp import web
from prometheus_client import CollectorRegistry, Gauge, Histogram
from prometheus_client.exposition import CONTENT_TYPE_LATEST, generate_latest

from service.store.health import Backlog

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

CONTENT_TYPE: Final = CONTENT_TYPE_LATEST

_BUCKETS_S = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)


class Metrics:
    """The figures of one process, in a registry of their own."""

    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        self._requests = Histogram(
            "codau_http_request_duration_seconds",
            "Time from the request's head until its answer was ready, by route and status.",
            ("process", "method", "route", "status"),
            buckets=_BUCKETS_S,
            registry=self._registry,
        )
        self._store_up = Gauge(
            "codau_store_up", "1 where the store answered this scrape, else 0.", registry=self._registry
        )
        self._queue_length = Gauge(
            "codau_queue_length", "Comments that wait for their verdict.", registry=self._registry
        )
        self._queue_oldest = Gauge(
            "codau_queue_oldest_seconds",
            "How long the oldest comment has waited for its verdict; 0 with none.",
            registry=self._registry,
        )
        self._series: dict[tuple[str, str, int], Histogram] = {}

    def answered(self, method: str, route: str, status: int, seconds: float) -> None:
        """Count one request; `route` is its pattern, never the address itself."""
        name = (method, route, status)
        series = self._series.get(name)
        if series is None:
            series = self._series[name] = self._requests.labels(os.getpid(), method, route, status)
        series.observe(seconds)

    def exposition(self, backlog: Backlog | None) -> bytes:
        """All figures in Prometheus' text format; `backlog` is None where the store does not answer."""
        self._store_up.set(backlog is not None)
        self._queue_length.set(backlog.length if backlog else float("nan"))
        self._queue_oldest.set(backlog.oldest_ms / 1_000 if backlog else float("nan"))
        return generate_latest(self._registry)


METRICS = web.AppKey("metrics", Metrics)

_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})


@web.middleware
async def measured(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Count and time what every request came to; the outermost middleware, since errors count too."""
    begun = time.perf_counter()
    response = await handler(request)
    if response.content_type == "text/event-stream":  # it lasted as long as somebody listened
        return response
    resource = request.match_info.route.resource
    request.app[METRICS].answered(
        request.method if request.method in _METHODS else "other",
        resource.canonical if resource is not None else "none",
        response.status,
        time.perf_counter() - begun,
    )
    return response
