"""A check without end stops neither the other comments nor, for long, its worker."""

import signal
import subprocess
import sys
import time
from collections.abc import Iterator

import pytest

from service.judging.judge import judge
from service.judging.model import Context, Judgement, Rules
from tests.running import Running, handed_out, taken_over
from tests.workers.test_validator import GOOD, queued, state
from workers.validator import TRIES, Judge, Validator
from workers.watchdog import EndlessCheckError, limited

ENDLESS = "Bình luận này không bao giờ được xét xong."

STANDS_STILL = """
import asyncio, itertools, time
from workers.watchdog import watched

async def stand_still():
    async with watched(%s, %s):
        await asyncio.sleep(0)
        %s

asyncio.run(stand_still())
"""

GOES_ON = """
import asyncio, time
from workers.watchdog import watched

async def go_on():
    async with watched(0.2, 0.2):
        await asyncio.sleep(0)
    until = time.process_time() + 0.3
    while time.process_time() < until:
        pass

asyncio.run(go_on())
"""


def endless(text: str, rules: Rules, context: Context) -> Judgement:
    """The real judge, but for one text."""
    while text == ENDLESS:
        pass
    return judge(text, rules, context)


@pytest.fixture
def within_moments() -> Iterator[Judge]:
    """A judge that gives a text 0.1 s of a processor."""
    judge(GOOD, Rules(), Context())  # the first one loads tables
    before = signal.getsignal(signal.SIGPROF)
    yield limited(endless, 0.1)
    signal.signal(signal.SIGPROF, before)


def test_a_text_that_is_judged_in_time_disturbs_nobody_later(within_moments: Judge) -> None:
    assert within_moments(GOOD, Rules(), Context()).findings == ()
    until = time.process_time() + 0.2
    while time.process_time() < until:
        pass


def test_a_text_that_is_judged_without_end_is_given_up(within_moments: Judge) -> None:
    with pytest.raises(EndlessCheckError):
        within_moments(ENDLESS, Rules(), Context())


async def test_what_a_check_never_ends_on_goes_to_a_person_and_the_others_are_judged(
    idle_service: Running, within_moments: Judge
) -> None:
    worker = Validator(idle_service.store, idle_service.queue, judge=within_moments)
    poison, good = await queued(idle_service, ENDLESS), await queued(idle_service, GOOD)
    for task in await handed_out(idle_service.queue):
        await worker.judge_all([task])
    assert (await state(idle_service, good))["state"] == "pending"
    for _ in range(TRIES - 1):
        assert (await state(idle_service, poison))["state"] == "queued"
        async for task in taken_over(idle_service.queue):
            await worker.judge_all([task])
    told = await state(idle_service, poison)
    assert (told["state"], [found["code"] for found in told["findings"]]) == ("pending", ["check_failed"])
    assert await idle_service.queue.length() == 0


@pytest.mark.parametrize(
    ("program", "status"),
    [
        (STANDS_STILL % (0.2, 60, "sum(itertools.repeat(0))"), -signal.SIGVTALRM),
        (STANDS_STILL % (60, 0.2, "time.sleep(60)"), 1),
    ],
    ids=["computing", "waiting"],
)
def test_a_process_that_stands_still_ends_and_says_where(program: str, status: int) -> None:
    ended = subprocess.run([sys.executable, "-c", program], capture_output=True, timeout=60, check=False)
    assert ended.returncode == status
    assert b"in stand_still" in ended.stderr


def test_a_process_that_has_ended_its_work_is_not_ended() -> None:
    subprocess.run([sys.executable, "-c", GOES_ON], timeout=60, check=True)
