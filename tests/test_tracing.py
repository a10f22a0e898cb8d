"""Spans of a request and what follows, collected in memory; without a collector none, nor their library."""

import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pytest

from service import tracing
from tests.api.calls import GOOD, WHO, comment_of
from tests.running import WAIT, running
from tests.supervision.codau import ROOT

export = pytest.importorskip("opentelemetry.sdk.trace.export", reason="codau[otel] is not installed")
memory = pytest.importorskip("opentelemetry.sdk.trace.export.in_memory_span_exporter")
spans = pytest.importorskip("service.opentelemetry_spans")

TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"
PARENT = "00f067aa0ba902b7"


@pytest.fixture
def exporter() -> Iterator[Any]:
    collected = memory.InMemorySpanExporter()
    tracing.trace_with(spans.made("api", export.SimpleSpanProcessor(collected)))
    yield collected
    tracing.trace_with(None)


def named(exporter: Any, name: str) -> list[Any]:
    return [span for span in exporter.get_finished_spans() if span.name == name]


async def test_a_request_and_its_scripts_are_in_the_callers_trace(exporter: Any, redis_url: str) -> None:
    async with running(redis_url) as service:
        headers = WAIT | {"traceparent": f"00-{TRACE}-{PARENT}-01", "X-Request-ID": "ten-toi"}
        await service.website("POST", "/v1/comments", json=comment_of(GOOD, author=WHO), headers=headers)
    [request] = named(exporter, "POST /v1/comments")
    assert f"{request.context.trace_id:032x}" == TRACE
    assert f"{request.parent.span_id:016x}" == PARENT
    assert dict(request.attributes) == {
        "http.request.method": "POST",
        "http.route": "/v1/comments",
        "http.response.status_code": 201,
        "codau.request_id": "ten-toi",
    }
    inner = [span for span in exporter.get_finished_spans() if span.parent == request.context]
    assert any(span.name.startswith("script ") for span in inner)
    [verdicts] = named(exporter, "verdicts")
    assert dict(verdicts.attributes) == {"comments": 1}
    assert "script commit" in {span.name for span in exporter.get_finished_spans()}
    assert request.resource.attributes["service.name"] == "codau"


async def test_no_span_tells_of_a_reader(exporter: Any, redis_url: str) -> None:
    async with running(redis_url) as service:
        comment = await service.submit(GOOD, author=WHO, thread="chuyen-rieng/1")
        await service.decide(comment, "approve", note="ghi chú")
        await service.website("GET", "/v1/threads/chuyen-rieng%2F1/comments")
        await service.moderator("GET", f"/v1/authors/{WHO['id']}")
        await service.website("GET", "/v1/counts", params={"thread": "chuyen-rieng/1"})
        await service.website("GET", "/khong/co/chuyen-rieng")
    told = "".join(span.to_json() for span in exporter.get_finished_spans())
    assert named(exporter, "GET /v1/threads/{thread}/comments")
    assert not [word for word in (*WHO.values(), GOOD, "chuyen-rieng", "ghi chú") if word in told]


def test_a_failure_is_told_by_its_kind_alone(exporter: Any) -> None:
    with pytest.raises(ValueError, match="Minh Anh"), tracing.span("work"):
        raise ValueError("Minh Anh")
    [work] = named(exporter, "work")
    assert work.attributes["error.type"] == "ValueError"
    assert not work.events
    assert "Minh Anh" not in work.to_json()


def test_what_the_operator_says_of_the_service_wins(exporter: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OTEL_SERVICE_NAME", "binh-luan")
    monkeypatch.setenv("OTEL_RESOURCE_ATTRIBUTES", "deployment.environment.name=thu")
    tracing.trace_with(spans.made("worker", export.SimpleSpanProcessor(exporter)))
    with tracing.span("work"):
        pass
    [work] = named(exporter, "work")
    found = work.resource.attributes
    assert (found["service.name"], found["codau.part"]) == ("binh-luan", "worker")
    assert found["deployment.environment.name"] == "thu"


def test_without_a_collector_nothing_of_it_is_loaded() -> None:
    parts = ("opentelemetry.exporter", "service.opentelemetry_spans")  # redis-py loads the rest
    code = f"import sys, service.app, workers.__main__; print([p for p in {parts} if p in sys.modules])"
    told = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert told.stdout == "[]\n"
    assert tracing.span("work") is tracing.NOTHING
