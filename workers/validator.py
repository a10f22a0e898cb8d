"""Queued comments are judged and their verdicts committed: queued → pending, rejected or published.

Delivery is at least once; the effect is once, since a verdict on a comment that is no longer queued at the
version that was read changes nothing.
"""

import asyncio
import contextlib
import time
from collections.abc import Callable, Sequence
from functools import partial

import structlog

from service import tracing
from service.clock import unix_ms
from service.comments.authors import known_as
from service.comments.lifecycle import Actor, move
from service.comments.model import ActedFinding, Comment, Entry, Event, State
from service.comments.verdict import Verdict, decide
from service.judging.judge import judge
from service.judging.model import Context, Judgement, Rules
from service.store.directory import Snapshot
from service.store.queue import UNREACHABLE, WAITS_S, Queue, Task
from service.store.steps import Step
from service.store.store import Store
from workers.history import Case, History
from workers.persevering import RETRY_S, Complaints, keep_going, side_by_side

READ = 128
"""Entries in one read, about, from all partitions together; all that the store is asked and told of them goes
in a few calls."""

HANDS = 2
"""How many readings of a lane are worked on at once: while one waits for the store, the other is judged."""

TURN_S = 0.01
"""How long to judge before the verdicts so far are committed."""

HOLD_S = 1.0
"""How often to say of the rest that it is still in hand."""

TRIES = 3
"""After so many deliveries a comment that no check can finish goes to a person (design, poison)."""

Judge = Callable[[str, Rules, Context], Judgement]
log = structlog.get_logger()


class Validator:
    """Judges what the queue hands out."""

    def __init__(
        self, store: Store, queue: Queue, *, judge: Judge = judge, now_ms: Callable[[], int] = unix_ms
    ) -> None:
        self._store = store
        self._queue = queue
        self._judge = judge
        self._now_ms = now_ms
        self._history = History(store)

    async def run(self, stop: asyncio.Event) -> None:
        """Judge until told to stop; what has been read is finished first.

        Each hand begins again by itself when its server was gone: of a cluster others are there.
        """
        complaints, hands = Complaints("validator"), []
        for lane in self._queue.lanes:
            reading = asyncio.Lock()
            following = partial(self._follow, lane, reading, complaints)
            hands += [keep_going(complaints, following, stop) for _ in range(HANDS)]
        await side_by_side(hands)

    async def _follow(
        self, lane: Sequence[int], reading: asyncio.Lock, complaints: Complaints, stop: asyncio.Event
    ) -> None:
        while not stop.is_set():
            async with reading:
                asked_at = time.monotonic()
                tasks = [] if stop.is_set() else await self._queue.read(lane, _share(lane))
            await self._see_through(tasks, asked_at + WAITS_S, complaints, stop)

    async def _see_through(
        self, tasks: Sequence[Task], held_at: float, complaints: Complaints, stop: asyncio.Event
    ) -> None:
        """Judge what was read, and again when the store was gone meanwhile: others would take it over one by
        one. Each time is a try, as it would be with them."""
        while True:
            try:
                return await self.judge_all(tasks, held_at)
            except UNREACHABLE as error:
                complaints.unreachable(error)
                if stop.is_set():
                    raise
            await asyncio.sleep(RETRY_S)
            with contextlib.suppress(*UNREACHABLE):
                tasks, held_at = await self._queue.hold(tasks, again=True), time.monotonic()

    async def drain(self) -> int:
        """Judge all that is in the queue now; returns how many entries there were."""
        judged = 0
        for lane in self._queue.lanes:
            while tasks := await self._queue.read(lane, _share(lane), block=False):
                await self.judge_all(tasks)
                judged += len(tasks)
        return judged

    async def judge_all(self, tasks: Sequence[Task], held_at: float | None = None) -> None:
        """Judge what the tasks name, and commit the verdicts, of which who waits is told.

        Args:
            held_at: when they came into hand, by the monotonic clock, s; None: just now.
        """
        if not tasks:
            return
        with tracing.span("verdicts", comments=len(tasks)):
            waiting, snapshot = await asyncio.gather(self._comments(tasks), self._store.directory.current())
            wanted = {task.place for task, _ in waiting}
            await self._discard([task for task in tasks if task.place not in wanted])
            # what is of a site that cannot be read comes to a person in the end
            readable = [one for one in waiting if one[1].site not in snapshot.unreadable]
            cases = await self._cases([comment for _, comment in readable], snapshot)
            await self._judge_in_turns(readable, cases, time.monotonic() if held_at is None else held_at)

    async def _judge_in_turns(
        self, waiting: Sequence[tuple[Task, Comment]], cases: Sequence[Case | Exception], held_at: float
    ) -> None:
        """Judge comments in turns: long texts take their time, and nobody shall wait for all of them.

        What others took over meanwhile is theirs: a check that never ends lets a whole process stand still.

        While verdicts are being committed the next ones are judged, so the slower the disk, the more of them
        go together.
        """
        steps: list[Step] = []
        committing = asyncio.create_task(self._commit([]))
        turn, mine = time.monotonic(), {task.place for task, _ in waiting}
        try:
            for number, ((task, comment), case) in enumerate(zip(waiting, cases, strict=True)):
                if time.monotonic() - held_at > HOLD_S:
                    held = await self._queue.hold([task for task, _ in waiting[number:]])
                    mine, held_at = {task.place for task in held}, time.monotonic()
                if task.place not in mine:
                    continue
                steps.extend(self._step(task, comment, case))
                if time.monotonic() - turn > TURN_S:
                    if committing.done():
                        await committing
                        committing, steps = asyncio.create_task(self._commit(steps)), []
                    await _let_others_begin()
                    turn = time.monotonic()
        finally:
            await committing
        await self._commit(steps)

    async def _discard(self, tasks: Sequence[Task]) -> None:
        """Do away with what needs no verdict any more; who waits for one shall look."""
        if not tasks:
            return
        await self._queue.discard(tasks)
        await self._queue.tell([(task.waiter, task.comment_id) for task in tasks if task.waiter])

    async def give_up(self, task: Task) -> None:
        """Hand over to a person what no worker survives judging."""
        log.error(
            "check_killed_its_worker", site=task.site, comment=task.comment_id, deliveries=task.deliveries
        )
        waiting = await self._comments([task])
        await self._commit([self._judged(task, comment, set_aside("worker")) for _, comment in waiting])
        if not waiting:
            await self._discard([task])

    async def _commit(self, steps: Sequence[Step]) -> None:
        if not steps:
            return
        committed = await self._store.comments.commit_all(steps)
        log.debug("judged", committed=sum(committed.values()), of=len(steps))
        for step in steps:
            if step.before is not None and committed[step.after.id]:
                self._history.follow(step.before, step.after)
        await self._forget_erased([step.after for step in steps if not committed[step.after.id]])

    async def _forget_erased(self, changed: Sequence[Comment]) -> None:
        """Take back what was noted of comments that were erased while they were judged."""
        for comment in changed:
            now = await self._store.comments.find(comment.site, comment.id)
            if now is not None and now.state is State.ERASED:
                await self._store.likeness.forget(comment)
                await self._store.authors.unsent(comment.site, known_as(comment), comment.id)

    async def _comments(self, tasks: Sequence[Task]) -> list[tuple[Task, Comment]]:
        """The comments that still wait for the verdict that their task asks for."""
        by_site: dict[str, list[Task]] = {}
        for task in tasks:
            by_site.setdefault(task.site, []).append(task)
        waiting = []
        for site, asked in by_site.items():
            found = await self._store.comments.many(site, [task.comment_id for task in asked])
            for task, comment in zip(asked, found, strict=True):
                if comment and comment.state is State.QUEUED and comment.version == task.version:
                    waiting.append((task, comment))
        return waiting

    async def _cases(self, comments: Sequence[Comment], snapshot: Snapshot) -> list[Case | Exception]:
        """What bears on each comment beside its text; or why it cannot be told.

        What is wrong with one must not keep the others from their verdicts: then each is looked at alone.
        """
        try:
            return list(await self._history.of(comments, snapshot))
        except UNREACHABLE:
            raise
        except Exception as error:
            if len(comments) == 1:
                return [error]
        return [case for one in comments for case in await self._cases([one], snapshot)]

    def _step(self, task: Task, comment: Comment, case: Case | Exception) -> list[Step]:
        """The verdict on one comment; none leaves it for another try."""
        cluster = None
        try:
            if isinstance(case, Exception):
                raise case
            judgement = self._judge(comment.now.submitted, case.policy.rules(), case.context)
            verdict = decide(judgement, case.policy, trusted=case.trusted)
            cluster = case.cluster
        except Exception as error:
            log.exception("check_failed", site=task.site, comment=task.comment_id, deliveries=task.deliveries)
            if task.deliveries < TRIES:
                return []
            verdict = set_aside(type(error).__name__)
        return [self._judged(task, comment, verdict, cluster)]

    def _judged(self, task: Task, comment: Comment, verdict: Verdict, cluster: str | None = None) -> Step:
        entry = Entry(
            Event.JUDGED,
            verdict.state,
            by="worker",
            at=max(self._now_ms(), comment.updated_at),
            reason=verdict.reason,
            findings=verdict.findings,
            suggestion=verdict.suggestion,
            risk=verdict.risk,
            cluster=cluster,
        )
        return Step(comment, move(comment, entry, Actor.WORKER), task.entry, task.waiter)


def _share(lane: Sequence[int]) -> int:
    """Entries to ask of each partition."""
    return max(1, READ // len(lane))


async def _let_others_begin() -> None:
    """Let what is ready begin, and what it has to say to the store be written: that is a turn later."""
    for _ in range(2):
        await asyncio.sleep(0)


def set_aside(error: str) -> Verdict:
    """The verdict on a comment that no check could finish: a person must judge it."""
    finding = ActedFinding(check=error, code="check_failed", action="flag", score=1.0)
    return Verdict(State.PENDING, None, (finding,), None, risk=1.0)
