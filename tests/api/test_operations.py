"""What operators meet: health, readiness, figures, and the documents in a browser."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from aiohttp.test_utils import TestClient, TestServer
from playwright.async_api import Browser, async_playwright
from prometheus_client.parser import text_string_to_metric_families

from service.app import create_app
from service.settings import Settings
from service.supervision.valkey import EmbeddedValkey
from tests.running import Caller, Running

CHROMIUM = "/usr/bin/chromium"
NEW = {"thread": "doi-song/1", "body": "Bài viết rất hay!", "author": {"name": "Minh Anh"}}


async def figures(caller: Caller) -> dict[tuple[str, tuple[tuple[str, str], ...]], float]:
    """Every sample of a scrape, by name and labels."""
    answer = await caller("GET", "/metrics")
    assert answer.headers["Content-Type"].startswith("text/plain; version=")
    return {
        (sample.name, tuple(sorted(sample.labels.items()))): sample.value
        for family in text_string_to_metric_families(answer.text)
        for sample in family.samples
    }


def requests(method: str, route: str, status: int) -> tuple[str, tuple[tuple[str, str], ...]]:
    labels = (("method", method), ("route", route), ("status", str(status)))
    return ("codau_http_requests_total", labels)


@pytest.fixture
async def storeless(tmp_path: Path) -> AsyncIterator[Caller]:
    """A service whose store went away after the start."""
    with EmbeddedValkey(tmp_path) as server:
        http: TestClient[Any, Any] = TestClient(TestServer(create_app(Settings(redis_url=server.url))))
        await http.start_server()
    yield Caller(http, None)
    await http.close()


async def test_a_ready_service_says_how_far_its_workers_are_behind(idle_service: Running) -> None:
    ready = await idle_service.nobody("GET", "/readyz")
    assert (ready.status, ready.json) == (200, {"status": "ready", "queue": {"length": 0, "oldest_ms": 0}})
    await idle_service.website("POST", "/v1/comments", json=NEW)
    behind = await idle_service.nobody("GET", "/readyz")
    assert behind.json["queue"]["length"] == 1


async def test_figures_show_the_queue_as_it_is(idle_service: Running) -> None:
    for _ in range(3):
        await idle_service.website("POST", "/v1/comments", json=NEW)
    await asyncio.sleep(0.01)  # so that the oldest has waited, by a clock of milliseconds
    shown = await figures(idle_service.nobody)
    assert shown["codau_store_up", ()] == 1
    assert shown["codau_queue_length", ()] == 3
    assert 0.01 <= shown["codau_queue_oldest_seconds", ()] < 60
    await idle_service.validator.drain()
    assert (await figures(idle_service.nobody))["codau_queue_length", ()] == 0


async def test_requests_are_counted_by_route_and_status(service: Running) -> None:
    await service.website("POST", "/v1/comments", json=NEW)
    await service.website("POST", "/v1/comments", json={})
    await service.nobody("POST", "/v1/comments", json=NEW)
    await service.website("GET", "/v1/comments/khong-co")
    await service.website("GET", "/v1/threads/b%C3%AD-m%E1%BA%ADt/comments")
    await service.nobody("GET", "/khong/co")
    shown = await figures(service.nobody)
    for status in (202, 422, 401):
        assert shown[requests("POST", "/v1/comments", status)] == 1
    assert shown[requests("GET", "/v1/comments/{id}", 404)] == 1
    assert shown[requests("GET", "/v1/threads/{thread}/comments", 200)] == 1
    assert shown[requests("GET", "none", 404)] == 1


async def test_no_address_and_no_odd_method_gets_into_the_figures(service: Running) -> None:
    await service.website("GET", "/v1/threads/b%C3%AD-m%E1%BA%ADt/comments")
    await service.website("PROPFIND", "/v1/comments")
    text = (await service.nobody("GET", "/metrics")).text
    assert "mật" not in text
    assert "PROPFIND" not in text
    assert 'method="other"' in text


async def test_without_its_store_the_service_lives_and_says_what_is_wrong(storeless: Caller) -> None:
    assert (await storeless("GET", "/healthz")).status == 200
    ready = await storeless("GET", "/readyz")
    assert (ready.status, ready.code) == (503, "unavailable")
    assert int(ready.headers["Retry-After"]) >= 1
    shown = await figures(storeless)
    assert shown["codau_store_up", ()] == 0
    assert shown[requests("GET", "/readyz", 503)] == 1


async def test_the_page_of_documents_allows_nothing_from_outside(service: Running) -> None:
    page = await service.nobody("GET", "/docs")
    policy = page.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert "http" not in page.text.replace("<!doctype html>", "")
    assert (await service.nobody("GET", "/docs/index.html")).status == 404
    assert (await service.nobody("GET", "/docs/..%2F..%2F__init__.py")).status == 404


@pytest.fixture
async def browser() -> AsyncIterator[Browser]:
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield browser
        await browser.close()


async def test_the_documents_can_be_read_and_tried_in_a_browser(service: Running, browser: Browser) -> None:
    http = service.nobody.http
    assert isinstance(http, TestClient)
    page = await browser.new_page()
    complaints: list[str] = []
    addresses: list[str] = []
    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("request", lambda request: addresses.append(request.url))
    await page.goto(str(http.make_url("/docs")))
    await page.locator("#operations-operators-healthz .opblock-summary-control").click()
    await page.locator("#operations-operators-healthz .try-out__btn").click()
    await page.locator("#operations-operators-healthz .execute").click()
    await page.locator(".live-responses-table .microlight", has_text="ok").first.wait_for()
    assert await page.locator(".opblock").count() > 20
    assert complaints == []
    assert {address for address in addresses if not address.startswith(str(http.make_url("/")))} == set()
