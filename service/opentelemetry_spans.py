"""Spans as OpenTelemetry records them; imported only where a process is traced (`tracing`).

A span carries names, ids and counts; never a text, an address, or the message of an exception, which may
quote one.
"""

import contextlib
import threading
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager
from typing import Any

from opentelemetry import propagate
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import OTELResourceDetector, Resource
from opentelemetry.sdk.trace import SpanProcessor, TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.trace import Span, SpanKind, StatusCode

from service import __version__

FINISH_S = 1.0


class Spans:
    """Records with one provider."""

    def __init__(self, provider: TracerProvider) -> None:
        self._provider = provider
        self._tracer = provider.get_tracer("codau", __version__)

    def span(self, name: str, attributes: Mapping[str, str | int]) -> AbstractContextManager[Span]:
        """A span in the one that is current."""
        return self._recorded(name, attributes=attributes)

    def request(self, name: str, headers: Mapping[str, str]) -> AbstractContextManager[Span]:
        """A request's span, in the trace that its headers name."""
        lower = {key.lower(): value for key, value in headers.items()}
        return self._recorded(name, kind=SpanKind.SERVER, context=propagate.extract(lower))

    def finish(self) -> None:
        """Send what is recorded; a collector that does not answer keeps nobody for longer than `FINISH_S`."""
        sending = threading.Thread(target=self._provider.force_flush, daemon=True)
        sending.start()
        sending.join(FINISH_S)

    @contextlib.contextmanager
    def _recorded(self, name: str, **options: Any) -> Iterator[Span]:
        with self._tracer.start_as_current_span(
            name, record_exception=False, set_status_on_exception=False, **options
        ) as span:
            try:
                yield span
            except Exception as error:
                span.set_attribute("error.type", type(error).__name__)
                span.set_status(StatusCode.ERROR)
                raise


def exporting(part: str) -> Spans:
    """Spans that are sent to a collector; `part` is `api` or `worker`. The rest is in the environment."""
    return made(part, BatchSpanProcessor(OTLPSpanExporter()))


def made(part: str, processor: SpanProcessor) -> Spans:
    """Spans that are handed to a processor."""
    ours = {"service.name": "codau", "service.version": __version__, "codau.part": part}
    resource = Resource.create(ours).merge(OTELResourceDetector().detect())  # what the operator says wins
    provider = TracerProvider(resource=resource, shutdown_on_exit=False)  # that would wait for 10 s
    provider.add_span_processor(processor)
    return Spans(provider)
