"""What an attacker tried, and was not to get."""

import time

import pytest
from yarl import URL

from service.api.server import MAX_PATH
from tests.running import Running

FAR = "9999-12-31T23:59:59-23:59"


@pytest.mark.parametrize(
    "name",
    ["/etc/hostname.js", "//etc/x.css", "..%2f..%2fx.js", "js//main.js", "/js/main.js", "%2Ftmp%2Fx.js"],
)
async def test_the_page_gives_no_file_but_its_own(service: Running, name: str) -> None:
    answer = await service.nobody("GET", URL(f"/moderate/{name}", encoded=True))
    assert (answer.status, answer.code) == (404, "not_found")
    assert (await service.nobody("GET", "/moderate/js/main.js")).status == 200


async def test_a_path_of_very_many_segments_is_refused_at_once(service: Running) -> None:
    began = time.process_time()
    answer = await service.nobody("GET", URL("/" + "a/" * 100_000, encoded=True))
    assert (answer.status, answer.code) == (414, "uri_too_long")
    assert time.process_time() - began < 5, "finding its route would take minutes"
    longest = "é" * 256
    assert len(f"/v1/threads/{longest}/comments".encode()) * 3 < MAX_PATH
    assert (await service.website("GET", f"/v1/threads/{longest}/comments")).status == 200


async def test_a_malformed_origin_is_refused(service: Running) -> None:
    for origin in ("http://[::1", "http://a]b", "null", ""):
        answer = await service.nobody(
            "POST", "/moderate/session", json={"key": "x"}, headers={"Origin": origin}
        )
        assert (answer.status, answer.code) == (403, "forbidden")


async def test_malformed_decisions_fail_each_alone(service: Running) -> None:
    comment = await service.submit("Bài viết hay lắm!")
    decisions = [
        {"id": "x", "action": [], "version": 1},
        {"id": "x", "action": {}, "version": 1},
        {"id": 10**30, "action": "approve", "version": 1},
        {"id": comment["id"], "action": "approve", "version": 2},
    ]
    answer = await service.moderator("POST", "/v1/decisions", json={"decisions": decisions})
    assert [result["status"] for result in answer.json["results"]] == [422, 422, 422, 200]
    assert answer.json["results"][2]["id"] is None


async def test_a_time_beyond_the_calendar_is_refused(service: Running) -> None:
    path = "/v1/authors/u1/standing"
    answer = await service.moderator("PUT", path, json={"standing": "trusted", "until": FAR})
    assert (answer.status, answer.json["errors"][0]["field"]) == (422, "until")
    assert (await service.moderator("GET", "/v1/authors/u1")).status == 200


async def test_a_query_of_thousands_of_parameters_is_refused(service: Running) -> None:
    query = "&".join(f"p{n}=" for n in range(5_000))
    answer = await service.website("GET", f"/v1/counts?{query}")
    assert (answer.status, answer.code) == (422, "invalid_request")
    assert len(answer.text) < 1_000


async def test_an_address_with_a_user_in_it_is_none_of_an_article(service: Running) -> None:
    for url in ("https://user:pw@x.vn/", "https://a@b@c.vn/"):
        answer = await service.website("PUT", "/v1/threads/a", json={"url": url})
        assert (answer.status, answer.json["errors"][0]["field"]) == (422, "url")
