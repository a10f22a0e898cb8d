"""The live stream: whoever follows a site is told everything once, and nothing that was taken back."""

import asyncio
import signal
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest

from service.api import event_ids
from service.api.stream import STREAMS, Streams
from service.clock import unix_ms
from service.store import keys
from service.supervision.valkey import EmbeddedValkey
from tests.api.calls import BETTER, GOOD, PRIVATE, UNMARKED, WHO, refused, with_key_of
from tests.api.listening import Listening, listening
from tests.running import Caller, Running, running
from tests.store.cluster import cluster

HOUR_MS = 3_600_000


def streams_of(service: Running) -> Streams:
    found: Streams = service.website.http.server.app[STREAMS]
    return found


async def published(service: Running, count: int, **fields: Any) -> list[str]:
    """Ids of new comments, judged and approved, each in a thread of its own."""
    made = []
    for number in range(count):
        body = f"Ý kiến thứ {number} của tôi về bài viết này."
        made.append((await service.publish(body, thread=f"bai/{number}", **fields))["id"])
    return made


async def test_every_step_that_others_see_is_told_as_it_happens(service: Running) -> None:
    async with listening(service.moderator) as stream:
        comment = await service.submit(GOOD, author=WHO)
        told = [await stream.event()]
        for action, fields in (
            ("edit", {"body": BETTER}),
            ("approve", {}),
            ("reject", {"reason": "other"}),
            ("reopen", {}),
        ):
            comment = await service.decide(comment, action, **fields)
            told.append(await stream.event())
            assert told[-1].payload["data"]["version"] == comment["version"]
        await service.moderator("POST", f"/v1/comments/{comment['id']}/undo", json={})
        await service.website("DELETE", f"/v1/comments/{comment['id']}")
        while told[-1].type != "comment.erased":
            told.append(await stream.event())
    assert [block.type for block in told if block.type != "comment.rejected"] == [
        "comment.pending",
        "comment.updated",
        "comment.published",
        "comment.pending",
        "comment.erased",
    ]
    assert all(block.payload["type"] == block.type for block in told)


async def test_what_is_told_is_the_comment_as_its_website_sees_it(service: Running) -> None:
    async with listening(service.moderator) as stream:
        comment = await service.submit(GOOD, author=WHO)
        payload = (await stream.event()).payload
    assert payload == {"type": "comment.pending", "timestamp": comment["updated_at"], "data": comment}
    assert not any(text in str(payload) for text in PRIVATE)


async def test_messages_are_in_the_language_of_whoever_listens(service: Running) -> None:
    async with (
        listening(service.moderator) as vietnamese,
        listening(service.colleague, **{"Accept-Language": "en"}) as english,
    ):
        await service.submit(UNMARKED)
        messages = [(await stream.event()).payload["data"]["message"] for stream in (vietnamese, english)]
    assert messages[0].startswith("Vui lòng")
    assert messages[1].isascii()


async def test_a_site_hears_nothing_of_another(service: Running) -> None:
    other = await with_key_of(service, "khac", "website")
    async with listening(service.stranger) as theirs, listening(service.moderator) as ours:
        own = await service.submit(GOOD)
        document = {"thread": "doi-song/1", "body": GOOD, "author": {"name": "Lan"}}
        answer = await other("POST", "/v1/comments", json=document, headers={"Prefer": "wait=10"})
        assert await theirs.events(1) == [("comment.pending", answer.json["id"])]
        assert await ours.events(1) == [("comment.pending", own["id"])]


async def test_every_id_leads_to_exactly_what_came_after_it(service: Running) -> None:
    places = []
    async with listening(service.moderator) as stream:
        places.append(stream.last_id)
        await published(service, 4)
        events = []
        for _ in range(8):
            events += await stream.events(1)
            places.append(stream.last_id)
    for number, place in enumerate(places[:-1]):
        async with listening(service.colleague, place) as again:
            assert await again.events(len(events) - number) == events[number:]
    async with listening(service.moderator, places[-1]) as last:
        after = await service.submit(BETTER)
        assert await last.events(1) == [("comment.pending", after["id"])]


async def test_nothing_is_missed_or_doubled_between_catching_up_and_following(service: Running) -> None:
    async with listening(service.moderator) as stream:
        place = stream.last_id
    await published(service, 40)
    coming = asyncio.create_task(published(service, 40))
    async with listening(service.moderator, place) as stream:
        events = await stream.events(160)
    later = await coming
    for kind in ("comment.pending", "comment.published"):
        ids = [comment_id for told, comment_id in events if told == kind]
        assert len(ids) == len(set(ids)) == 80
        assert set(later) <= set(ids)


async def test_a_text_that_was_taken_back_is_not_told_of_later(service: Running) -> None:
    async with listening(service.moderator) as stream:
        place = stream.last_id
    erased = await service.publish(GOOD, author=WHO)
    await service.website("DELETE", f"/v1/comments/{erased['id']}")
    async with listening(service.moderator, place) as stream:
        blocks = [await stream.event() for _ in range(3)]
    assert [block.type for block in blocks] == ["comment.pending", "comment.published", "comment.erased"]
    for block in blocks:
        assert (block.payload["data"]["state"], block.payload["data"]["body"]) == ("erased", None)
        assert GOOD not in block.fields["data"]


async def a_day_ago(service: Running, more_ms: int) -> str:
    """The id of a client that was told everything until 24 hours before now, and some ms."""
    until_ms = unix_ms() - 24 * HOUR_MS - more_ms
    return event_ids.dump(event_ids.Place(until_ms, await service.store.events.ends()))


async def test_whoever_was_away_for_a_day_goes_on_without_a_gap(service: Running) -> None:
    place = await a_day_ago(service, -60_000)
    comment = await service.submit(GOOD)
    async with listening(service.moderator, place) as stream:
        assert await stream.events(1) == [("comment.pending", comment["id"])]


@pytest.mark.parametrize("place", [None, "khong-phai-id", "AAAA", "\u00ff\u00fe", "A" * 4_000])
async def test_whoever_was_away_for_longer_or_sends_no_id_of_ours_is_told_so(
    service: Running, place: str | None
) -> None:
    place = place or await a_day_ago(service, 60_000)
    await service.submit(GOOD)
    async with listening(service.moderator, place) as stream:
        reset = await stream.event()
        assert (reset.type, reset.payload) == ("reset", {})
        comment = await service.submit(BETTER)
        assert await stream.events(1) == [("comment.pending", comment["id"])]


async def test_a_sign_of_life_comes_in_silence_and_keeps_the_place(service: Running) -> None:
    streams_of(service).heartbeat_s = 0.05
    other = await with_key_of(service, "khac", "website")
    async with listening(service.moderator) as stream:
        begun = stream.last_id
        document = {"thread": "doi-song/1", "body": GOOD, "author": {"name": "Lan"}}
        await other("POST", "/v1/comments", json=document, headers={"Prefer": "wait=10"})
        ends = await service.store.events.ends()
        while True:
            block = await stream.block()
            assert block is not None
            assert (block.comments, list(block.fields)) == ([""], ["id"])
            place = event_ids.load(stream.last_id, len(ends))
            assert place is not None
            if list(place.places) == ends:
                break
    assert stream.last_id != begun, "what happened elsewhere is behind it"


async def test_the_head_tells_proxies_to_pass_everything_on_at_once(service: Running) -> None:
    async with listening(service.moderator) as stream:
        headers = stream.response.headers
    assert headers["Content-Type"] == "text/event-stream"
    assert headers["Cache-Control"] == "no-cache"
    assert headers["X-Accel-Buffering"] == "no"
    assert (await service.moderator("HEAD", "/v1/events")).status == 200


async def test_the_stream_is_for_moderators_of_one_site(service: Running) -> None:
    refused(await service.nobody("GET", "/v1/events"), 401, "unauthorized")
    refused(await service.website("GET", "/v1/events"), 403, "forbidden")
    refused(await service.admin("GET", "/v1/events"), 422, "invalid_request")
    refused(await service.admin("GET", "/v1/events?site=chua-co"), 404, "not_found")


async def test_the_stream_ends_with_its_key(service: Running) -> None:
    made = await service.admin("POST", "/v1/sites/bao/keys", json={"role": "moderator", "name": "Hoa"})
    async with listening(Caller(service.website.http, made.json["key"])) as stream:
        await service.submit(GOOD)
        assert (await stream.event()).type == "comment.pending"
        await service.admin("DELETE", f"/v1/sites/bao/keys/{made.json['id']}")
        await service.submit(BETTER)
        assert await stream.ended() == []


async def test_the_stream_of_a_moderator_who_signs_out_ends(service: Running) -> None:
    http = service.website.http
    origin = str(http.make_url("/")).rstrip("/")
    signed_in = {"Origin": origin}
    answer = await http.post("/moderate/session", json={"key": service.moderator.key}, headers=signed_in)
    assert answer.status < 300, await answer.text()
    async with http.get("/v1/events") as response:
        stream = Listening(response)
        await service.submit(GOOD)
        assert (await stream.event()).type == "comment.pending"
        assert (await http.delete("/moderate/session", headers=signed_in)).status < 300
        await service.submit(BETTER)
        assert await stream.ended() == []


async def test_the_store_is_asked_for_events_only_while_somebody_listens(service: Running) -> None:
    follower = streams_of(service).follower
    streams_of(service).heartbeat_s = 0.05
    assert not follower.reads
    async with listening(service.moderator):
        assert follower.reads
    await nobody_listens(streams_of(service))
    async with listening(service.moderator) as stream:
        comment = await service.submit(GOOD)
        assert await stream.events(1) == [("comment.pending", comment["id"])]


async def unread(service: Running) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    """An open stream of somebody who reads its head, and then nothing."""
    reader, writer = await asyncio.open_connection("127.0.0.1", service.website.http.server.port, limit=1024)
    head = (
        f"GET /v1/events HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {service.moderator.key}\r\n\r\n"
    )
    writer.write(head.encode())
    assert b" 200 " in await reader.readline()
    return reader, writer


async def much_to_read(service: Running) -> None:
    """Some twenty megabytes of events: one long comment, told of again and again."""
    comment = await service.submit("Bài viết này rất đúng với những gì gia đình tôi đã trải qua. " * 75)
    events = keys.events(service.store.partitions.of_comment(comment["id"]))
    told = f"comment.pending bao {comment['id']} {comment['version']}"
    await asyncio.gather(*(service.store.commands.run("XADD", events, "*", "e", told) for _ in range(2_000)))


async def nobody_listens(streams: Streams) -> None:
    """Wait until the process has done with the last client."""
    async with asyncio.timeout(60):
        while streams.follower.reads:  # noqa: ASYNC110 - what a user of the store would see, and no event of ours
            await asyncio.sleep(0.02)


async def test_whoever_reads_too_slowly_is_sent_away(service: Running) -> None:
    streams = streams_of(service)
    streams.send_within_s = 0.3
    _, writer = await unread(service)
    await much_to_read(service)
    await nobody_listens(streams)
    writer.transport.abort()


async def test_streams_end_at_once_with_the_process_also_those_that_nobody_reads(redis_url: str) -> None:
    async with running(redis_url) as service:
        streams = streams_of(service)
        _, writer = await unread(service)
        await much_to_read(service)
        async with asyncio.timeout(60):
            while not any(is_full(transport) for transport in streams.transports):  # noqa: ASYNC110
                await asyncio.sleep(0.01)
        async with listening(service.moderator) as stream:
            begun = asyncio.get_running_loop().time()
            await service.website.http.server.close()
            assert asyncio.get_running_loop().time() - begun < 1.0
            assert await stream.ended() == []
        writer.transport.abort()


def is_full(transport: asyncio.Transport) -> bool:
    """Whether it takes nothing more, since its client reads nothing."""
    return transport.get_write_buffer_size() > transport.get_write_buffer_limits()[1]


async def test_a_refused_read_costs_nothing(service: Running) -> None:
    run = service.store.commands.run
    async with listening(service.moderator) as stream:
        refused = 0
        while not refused:  # as a server does that becomes a replica
            lines = (await run("CLIENT", "LIST")).decode().splitlines()
            blocked = [line.split()[0].removeprefix("id=") for line in lines if " cmd=xread " in line]
            refused = sum([await run("CLIENT", "UNBLOCK", number, "ERROR") for number in blocked])
        comment = await service.submit(GOOD)
        assert await stream.events(1) == [("comment.pending", comment["id"])]


async def test_a_stream_that_is_opened_while_the_process_ends_ends_at_once(service: Running) -> None:
    await streams_of(service).close()
    async with listening(service.moderator) as stream:
        assert stream.last_id
        assert await stream.ended() == []
    assert not streams_of(service).follower.reads


@pytest.fixture
def mortal(tmp_path: Path) -> Iterator[EmbeddedValkey]:
    with EmbeddedValkey(tmp_path) as server:
        yield server


@pytest.fixture
async def mortal_service(mortal: EmbeddedValkey) -> AsyncIterator[Running]:
    async with running(mortal.url, validating=False) as service:
        yield service


async def judged(service: Running, body: str) -> str:
    """The id of a new comment that waits for a moderator."""
    document = {"thread": body, "body": body, "author": {"name": "Lan"}}
    answer = await service.website("POST", "/v1/comments", json=document)
    assert answer.status == 202, answer.text
    await service.validator.drain()
    return str(answer.json["id"])


async def test_a_stream_ends_when_the_store_is_gone_and_goes_on_without_a_gap_when_it_is_back(
    mortal: EmbeddedValkey, mortal_service: Running
) -> None:
    service = mortal_service
    async with listening(service.moderator) as stream:
        first = await judged(service, GOOD)
        assert await stream.events(1) == [("comment.pending", first)]
        signal.pidfd_send_signal(mortal.pidfd, signal.SIGKILL)
        assert await stream.ended() == []
    mortal.serve()
    meanwhile = [await judged(service, f"{GOOD} Lần {number}.") for number in range(3)]
    async with listening(service.moderator, stream.last_id) as again:
        assert [comment_id for _, comment_id in await again.events(3)] == meanwhile
        last = await judged(service, BETTER)
        assert await again.events(1) == [("comment.pending", last)]


async def test_a_store_that_is_back_at_once_has_cost_nothing(
    mortal: EmbeddedValkey, mortal_service: Running
) -> None:
    service = mortal_service
    async with listening(service.moderator) as stream:
        told = [await judged(service, GOOD)]
        assert [comment_id for _, comment_id in await stream.events(1)] == told
        signal.pidfd_send_signal(mortal.pidfd, signal.SIGKILL)
        mortal.serve()  # nothing else of this process runs meanwhile
        ids = [await judged(service, f"{GOOD} Lần {number}.") for number in range(3)]
        assert [comment_id for _, comment_id in await stream.events(3)] == ids


async def test_all_partitions_are_followed_on_a_cluster(tmp_path: Path) -> None:
    with cluster(tmp_path) as url:
        async with running(url) as service, listening(service.moderator) as stream:
            place, ids = stream.last_id, await published(service, 12)
            followed = await stream.events(24)
            assert {comment_id for _, comment_id in followed} == set(ids)
            async with listening(service.colleague, place) as again:
                assert sorted(await again.events(24)) == sorted(followed)


async def test_how_long_somebody_listened_is_not_taken_for_a_slow_answer(service: Running) -> None:
    async with listening(service.moderator) as stream:
        await streams_of(service).close()
        assert await stream.ended() == []
    assert (await service.nobody("GET", "/v1/events")).status == 401
    figures = (await service.nobody("GET", "/metrics")).text
    assert 'route="/v1/events",status="401"' in figures
    assert 'route="/v1/events",status="200"' not in figures
