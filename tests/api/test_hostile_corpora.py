"""Hostile texts and documents, sent wherever they can go: kept as they should be, or refused, never a 500."""

import asyncio
import re
import time
import unicodedata
from collections.abc import Callable
from typing import Any

import pytest
from yarl import URL

from service.api.markup import html_of
from service.comments.listed import domain, word
from tests.api.calls import refused, set_policy, thread_path
from tests.hostile import documents, texts
from tests.running import WAIT, Answer, Running

JSON = {"Content-Type": "application/json"}


async def test_every_document_is_taken_or_refused_as_it_should_be(idle_service: Running) -> None:
    wrong = []
    for what, sent, status in documents():
        answer = await idle_service.website("POST", "/v1/comments", data=sent, headers=JSON)
        if answer.status != status or "Traceback" in answer.text:
            wrong.append(f"{what}: {answer.status}, not {status}: {answer.text[:200]}")
    assert not wrong, "\n".join(wrong)


async def test_a_refusal_says_no_more_of_what_was_sent_than_a_line(idle_service: Running) -> None:
    for _, sent, status in documents():
        if status != 202:
            answer = await idle_service.website("POST", "/v1/comments", data=sent, headers=JSON)
            assert answer.code in ("invalid_json", "invalid_request", "invalid_parent")
            assert len(answer.text) < 1_000
            assert answer.json["detail"].isprintable()
            assert all(error["field"].isprintable() for error in answer.json.get("errors", []))


async def test_thousands_of_wrong_fields_are_not_all_told(idle_service: Running) -> None:
    many = {f"field-{number}": 1 for number in range(3_000)}
    for document in (many, {"x" * 60_000: 1}, {"\N{RIGHT-TO-LEFT OVERRIDE}": 1}):
        for path in ("/v1/comments", "/v1/check"):
            answer = await idle_service.website("POST", path, json=document)
            assert refused(answer, 422, "invalid_request")["detail"].isprintable()
            assert len(answer.text) < 10_000
    answer = await idle_service.admin("GET", "/v1/queue", params={"site": "x" * 60_000})
    assert refused(answer, 404, "not_found") and len(answer.text) < 1_000


@pytest.mark.parametrize(
    "text", ["www.https://a.vn/b", "WWW.javascript://%0aalert(1)", "www.x/?a=://", "hTTp://a.vn"]
)
def test_every_link_leads_to_the_web(text: str) -> None:
    [address] = re.findall('href="([^"]*)"', html_of(text))
    assert URL(address).scheme in ("http", "https") and URL(address).host


@pytest.mark.parametrize("taken", [word, domain])
def test_what_is_too_long_for_a_list_is_refused_without_composing_it(taken: Callable[[str], str]) -> None:
    began = time.process_time()
    for long in ("a" + "\u0301\u0323" * 100_000, "é." * 100_000, "a." * 100_000):
        with pytest.raises(ValueError, match=r"a word or phrase|write a domain"):
            taken(long)
    assert time.process_time() - began < 5, "ordering the marks would take a minute"
    apart = unicodedata.normalize("NFD", "ứ" * 99)
    assert taken is domain or word(f"  {apart[:-3]} a ") == "ứ" * 98 + " a"


async def published(service: Running, text: str) -> Any:
    """A comment with this text wherever a website can put one, judged and published; None where refused."""
    who = {"name": text[:80], "id": text[:254], "email": text[:254], "user_agent": text[:512]}
    document = {"thread": text[:256], "body": text, "author": who, "thread_title": text[:300]}
    answer = await service.website("POST", "/v1/comments", json=document, headers=WAIT)
    if answer.status == 422:
        return None
    assert answer.status == 201, (text[:60], answer.text)
    assert answer.json["state"] in ("pending", "rejected")
    assert "check_failed" not in answer.text, text[:60]
    return await brought_forward(service, answer.json)


async def brought_forward(service: Running, comment: Any) -> Any:
    if comment["state"] == "rejected":
        comment = await service.decide(comment, "reopen")
    return await service.decide(comment, "approve")


async def looked_at(service: Running, comment: Any) -> list[Answer]:
    """What is asked for one comment, or for its thread."""
    path, thread = f"/v1/comments/{comment['id']}", comment["thread"]
    return await asyncio.gather(
        service.website("GET", path),
        service.website("GET", thread_path(thread, "/comments")),
        service.website("GET", "/v1/counts", params={"thread": thread}),
        service.moderator("GET", f"{path}/history"),
        service.moderator("GET", "/v1/queue", params={"state": "published", "thread": thread}),
    )


async def test_every_text_is_taken_judged_decided_and_shown(service: Running) -> None:
    await set_policy(service, limits={"author": None, "address": None})
    comments = await asyncio.gather(*(published(service, text) for text in texts().values()))
    shown = [comment for comment in comments if comment is not None]
    assert len(shown) > len(texts()) * 0.9
    for answers in await asyncio.gather(*(looked_at(service, comment) for comment in shown)):
        assert {answer.status for answer in answers} == {200}
    for comment in shown:
        assert unicodedata.is_normalized("NFC", comment["body"])
        assert not any(unicodedata.category(one) == "Cc" and one not in "\n\t" for one in comment["body"])
    for query in ({}, {"q": "bài"}, {"code": "hidden_characters"}):
        answer = await service.moderator("GET", "/v1/queue", params={"state": "published"} | query)
        assert answer.status == 200 and answer.json["items"]
