"""Spans for OpenTelemetry: only where the extra `otel` is installed and a collector is named.

Without that nothing of OpenTelemetry is imported, and a `span` costs a call. How spans are made is in
`opentelemetry_spans`.
"""

import contextlib
import importlib
from collections.abc import Mapping
from contextlib import AbstractContextManager
from typing import Any, Protocol

import structlog

log = structlog.get_logger()

NOTHING: AbstractContextManager[None] = contextlib.nullcontext()


class Spans(Protocol):
    """Whatever records spans."""

    def span(self, name: str, attributes: Mapping[str, str | int]) -> AbstractContextManager[Any]: ...

    def request(self, name: str, headers: Mapping[str, str]) -> AbstractContextManager[Any]: ...

    def finish(self) -> None: ...


class _Process:
    """How this process is traced; said once, by a `main`."""

    spans: Spans | None = None


def set_up(part: str) -> None:
    """Trace this process, and send its spans as the variables of OpenTelemetry say (`OTEL_…`).

    Args:
        part: `api` or `worker`.
    """
    try:
        found = importlib.import_module("service.opentelemetry_spans")
    except ModuleNotFoundError:
        log.warning("not_traced", why="a collector is named, but codau[otel] is not installed")
    else:
        trace_with(found.exporting(part))


def trace_with(spans: Spans | None) -> None:
    """Record what this process does from now on; with None no longer."""
    _Process.spans = spans


def finish() -> None:
    """Send what is recorded, before the process ends; harmless where it is not traced."""
    if _Process.spans is not None:
        _Process.spans.finish()


def on() -> bool:
    """Whether this process is traced."""
    return _Process.spans is not None


def span(name: str, **attributes: str | int) -> AbstractContextManager[Any]:
    """What is done within is a span."""
    spans = _Process.spans
    return NOTHING if spans is None else spans.span(name, attributes)


def request_span(name: str, headers: Mapping[str, str]) -> AbstractContextManager[Any]:
    """The same for a request, in the caller's trace if it names one (`traceparent`)."""
    spans = _Process.spans
    return NOTHING if spans is None else spans.request(name, headers)
