"""The hot path keeps its promises when connections break: nothing crosses, nothing is done twice."""

import asyncio

import pytest

from bench.torture.cutter import cut
from service.comments import ids
from service.comments.model import Author, Comment, Entry, Event, State
from service.errors import Unavailable
from service.store.connection import again_if_interrupted
from service.store.steps import Step
from service.store.store import Store
from service.store.submissions import Submission
from service.store.wire import Interrupted, ReplyError, Wire
from tests.store.looking import assert_consistent, everything

pytestmark = pytest.mark.one_server

NOW = 1_763_900_000_000


def a_comment(number: int) -> Comment:
    entry = Entry(Event.SUBMITTED, State.QUEUED, "web", NOW + number, text=f"Ý kiến số {number}")
    return Comment("bao", ids.new_id("t", NOW + number, number), "t", Author("A"), (entry,))


async def test_commands_of_one_turn_get_each_its_own_reply(redis_url: str) -> None:
    wire = Wire(redis_url)
    await asyncio.gather(*(wire.run("SET", f"k{i}", i) for i in range(500)))
    assert await asyncio.gather(*(wire.run("GET", f"k{i}") for i in range(500))) == [
        str(i).encode() for i in range(500)
    ]
    await wire.close()


async def test_a_caller_that_goes_away_takes_nobody_elses_reply(redis_url: str) -> None:
    wire = Wire(redis_url)
    await wire.run("SET", "mine", "1")
    await wire.run("SET", "theirs", "2")
    gone = asyncio.ensure_future(wire.run("GET", "mine"))
    stays = asyncio.ensure_future(wire.run("GET", "theirs"))
    await asyncio.sleep(0)  # both are sent
    gone.cancel()
    assert await stays == b"2"
    await wire.close()


async def test_a_refused_command_fails_alone(redis_url: str) -> None:
    wire = Wire(redis_url)
    wrong, right = await asyncio.gather(wire.run("NOSUCHCOMMAND"), wire.run("PING"), return_exceptions=True)
    assert isinstance(wrong, ReplyError)
    assert right == b"PONG"
    await wire.close()


async def test_no_server_is_told_at_once(tmp_path_factory: pytest.TempPathFactory) -> None:
    wire = Wire(f"unix://{tmp_path_factory.mktemp('nobody')}/s")
    with pytest.raises(Unavailable):
        await wire.run("PING")
    with pytest.raises(Unavailable):
        await again_if_interrupted(wire, "PING", within_s=0.1)


async def test_a_cut_line_is_told_and_the_next_command_dials_again(
    redis_url: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = f"{tmp_path_factory.mktemp('cut')}/s"
    async with cut(redis_url, path, share=0.0) as cutter:
        wire = Wire(f"unix://{path}")
        assert await wire.run("PING") == b"PONG"
        cutter.share = 1.0
        with pytest.raises(Interrupted):
            await wire.run("PING")
        cutter.share = 0.0
        assert await wire.run("PING") == b"PONG"
        await wire.close()


async def test_lost_replies_make_no_comment_twice_and_lose_none(
    redis_url: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = f"{tmp_path_factory.mktemp('cut')}/s"
    async with cut(redis_url, path, share=0.05) as cutter:
        store = Store(f"unix://{path}", 4)
        for number in range(200):
            made = a_comment(number)
            assert await store.comments.submit(Submission(made, 10, 1, 5000)) == made.id
            judged = made.with_entry(Entry(Event.JUDGED, State.PENDING, "worker", NOW + number))
            assert await store.comments.commit(Step(made, judged))
        await store.close()
        assert cutter.cuts > 10
    found = everything(redis_url)
    assert len(found.comments) == 200
    assert all(comment.state is State.PENDING for comment in found.comments.values())
    assert set(found.queued.values()) == {1}, "no comment was queued twice"
    assert_consistent(found)


async def test_a_read_asked_for_several_times_in_one_turn_is_sent_once(redis_url: str) -> None:
    """Counted by the server: INCR stands for a read, since it tells how often it was carried out."""
    wire = Wire(redis_url)
    await wire.run("PING")
    first, leaves, last = [wire.ask("INCR", "n") for _ in range(3)]
    other = wire.ask("INCR", "m")
    leaves.cancel()
    assert (await first, await last, await other) == (1, 1, 1)
    assert await wire.ask("INCR", "n") == 2, "the next turn sees what happened meanwhile"
    await wire.close()


async def test_who_asks_while_nothing_is_connected_is_answered_too(redis_url: str) -> None:
    wire = Wire(redis_url)
    assert await wire.ask("PING") == b"PONG"
    await wire.close()
    with pytest.raises(Unavailable):
        await Wire("unix:///nowhere/at/all").ask("PING")
