"""Requests drawn from the API's own document, and answers held to it: `bench.torture requests` in short."""

import asyncio

from bench.fuzzing import Fuzzer
from tests.running import ADMIN_KEY, Running


async def test_no_drawn_request_is_answered_otherwise_than_the_document_says(service: Running) -> None:
    url = str(service.website.http.make_url("")).rstrip("/")
    fuzzer = await asyncio.to_thread(Fuzzer, url, ADMIN_KEY, 1)
    await asyncio.to_thread(fuzzer.call_by_call, 150)
    await asyncio.to_thread(fuzzer.in_chains, 50)
    assert "\n\n".join(fuzzer.findings.values()) == ""
    assert fuzzer.requests >= 200
    assert {200, 201, 404, 422} <= set(fuzzer.statuses())
