"""What each process counts for Prometheus: all of its own doing. What waits in the store is not here.

How the figures of several processes come together is in `shared`; what each of them means is told in
docs/operations.md, which a test holds to this file.
"""

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from typing import Final

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

from service.comments.lifecycle import DECISIONS
from service.comments.model import Event, State

REQUEST_S: Final = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
_QUICK_S = (0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1.0)
_VERDICT_S = (0.01, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 300.0)
_MINUTE, _HOUR = 60.0, 3_600.0
_DECISION_S = (
    *(10.0, 30.0, _MINUTE, 2 * _MINUTE, 5 * _MINUTE, 10 * _MINUTE, 30 * _MINUTE),
    *(_HOUR, 2 * _HOUR, 4 * _HOUR, 8 * _HOUR, 24 * _HOUR),
)
_DELIVERY_S = (0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 5 * _MINUTE, _HOUR, 12 * _HOUR)
"""Upper bounds of histograms, s: what is waited for by a browser, a reader, a newsroom, another program."""

OUTCOMES: Final = ("delivered", "failed", "dead")
"""Of an attempt at a delivery: taken, to be tried again, given up."""


class Meters:
    """The metrics of one process, in a registry of their own."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.requests = Requests(self.registry)
        self.received = self._counter("received", "Comments taken in, by site.", "site")
        self.verdicts = self._counter("verdicts", "Verdicts, by the state they led to.", "state")
        self.findings = self._counter("findings", "Findings, by what they did.", "code", "action")
        self.decisions = self._counter("decisions", "What moderators did.", "decision")
        self.verdict_s = self._histogram(
            "verdict_seconds", "From a reader's text to its verdict.", _VERDICT_S
        )
        self.decision_s = self._histogram(
            "decision_seconds", "From a reader's text to the first decision on it.", _DECISION_S
        )
        self.deliveries = self._counter("deliveries", "Attempts to tell a webhook.", "outcome")
        self.delivery_s = self._histogram(
            "delivery_seconds", "From an event until its webhook took it.", _DELIVERY_S
        )
        self.recovered = self._counter("recovered", "Entries of the queue taken over from a dead worker.")
        self.lag_s = self._histogram(
            "event_loop_lag_seconds", "How late a process woke up.", _QUICK_S, "part"
        )
        self.ping_s = self._histogram("store_ping_seconds", "How long a PING took.", _QUICK_S, "part")
        self.cpu_s = self._counter("process_cpu_seconds", "Processor time used.", "part")
        self.memory = self._gauge("process_resident_bytes", "Memory that processes hold.", "part")
        self.processes = self._gauge("processes", "Processes that live.", "part")
        self._begin()

    def _begin(self) -> None:
        """Show what is known beforehand as 0: a rate can be told from the first of its kind on."""
        for state in (State.PENDING, State.PUBLISHED, State.REJECTED):
            self.verdicts.labels(state.value)
        for event in (*DECISIONS, Event.UNDONE, Event.REPLIED):
            self.decisions.labels(event.value)
        for outcome in OUTCOMES:
            self.deliveries.labels(outcome)

    def _counter(self, name: str, text: str, *labels: str) -> Counter:
        return Counter(f"codau_{name}", text, labels, registry=self.registry)

    def _gauge(self, name: str, text: str, *labels: str) -> Gauge:
        """Of all processes that live the sum."""
        return Gauge(f"codau_{name}", text, labels, registry=self.registry, multiprocess_mode="livesum")

    def _histogram(self, name: str, text: str, bounds: Sequence[float], *labels: str) -> Histogram:
        return Histogram(f"codau_{name}", text, labels, buckets=bounds, registry=self.registry)


class Requests:
    """Requests, counted in plain numbers and handed on by `flush`.

    It is on the path of every request: this way one costs less than a microsecond, and to write it into the
    shared files at once, a counter and a histogram, some seven.
    """

    def __init__(self, registry: CollectorRegistry) -> None:
        self._count = Counter(
            "codau_http_requests",
            "Requests, by route and status.",
            ("method", "route", "status"),
            registry=registry,
        )
        self._seconds = Histogram(
            "codau_http_request_duration_seconds",
            "From a request's head until its answer was ready.",
            ("method", "route"),
            buckets=REQUEST_S,
            registry=registry,
        )
        self._tallies: dict[tuple[str, str, int], _Tally] = {}

    def answered(self, method: str, route: str, status: int, seconds: float) -> None:
        """Count one request; `route` is its pattern, never the address itself."""
        name = (method, route, status)
        tally = self._tallies.get(name)
        if tally is None:
            tally = self._tallies[name] = _Tally()
        tally.counts[bisect_left(REQUEST_S, seconds)] += 1
        tally.seconds += seconds

    def flush(self) -> None:
        """Hand on what was counted since the last time."""
        for (method, route, status), tally in self._tallies.items():
            count = sum(tally.counts)
            if count:
                self._count.labels(method, route, status).inc(count)
                _add(self._seconds.labels(method, route), tally.counts, tally.seconds)
                self._tallies[method, route, status] = _Tally()


class _Tally:
    """Requests of one kind: how many fell between each two bounds, and how long all of them took."""

    __slots__ = ("counts", "seconds")

    def __init__(self) -> None:
        self.counts = [0] * (len(REQUEST_S) + 1)
        self.seconds = 0.0


def _add(series: Histogram, counts: Iterable[int], seconds: float) -> None:
    """Many observations at once, which prometheus-client has no call for; a test holds it to `observe`."""
    series._sum.inc(seconds)
    for bucket, count in zip(series._buckets, counts, strict=True):
        if count:
            bucket.inc(count)
