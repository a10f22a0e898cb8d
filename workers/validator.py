"""Queued comments are judged and their verdicts committed: queued → pending, rejected or published.

Delivery is at least once; the effect is once, since a verdict on a comment that is no longer queued at the
version that was read changes nothing.
"""

import asyncio
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import structlog

from service import tracing
from service.clock import unix_ms
from service.comments.authors import known_as
from service.comments.lifecycle import Actor, move
from service.comments.model import ActedFinding, Comment, Entry, Event, State
from service.comments.policy import Policy
from service.comments.verdict import Verdict, decide
from service.judging.judge import judge
from service.judging.model import Context, Judgement, Rules
from service.store.comments import Step
from service.store.directory import Snapshot
from service.store.queue import UNREACHABLE, Queue, Task
from service.store.store import Store
from workers.history import Background, background_of

READ = 128
"""Entries in one read, about, from all partitions together."""

CHUNK = 32
"""Comments whose past is looked up together."""

TURN_S = 0.2
"""How long to judge before the verdicts so far are committed, and before the rest is said to be held."""

TRIES = 3
"""After so many deliveries a comment that no check can finish goes to a person (design, poison)."""

Judge = Callable[[str, Rules, Context], Judgement]
log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Case:
    """What bears on a comment beside its text."""

    policy: Policy
    background: Background


class Validator:
    """Judges what the queue hands out."""

    def __init__(
        self, store: Store, queue: Queue, *, judge: Judge = judge, now_ms: Callable[[], int] = unix_ms
    ) -> None:
        self._store = store
        self._queue = queue
        self._judge = judge
        self._now_ms = now_ms

    async def run(self, stop: asyncio.Event) -> None:
        """Judge until told to stop; what has been read is finished first."""
        async with asyncio.TaskGroup() as lanes:
            for lane in self._queue.lanes:
                lanes.create_task(self._follow(lane, stop))

    async def _follow(self, lane: Sequence[int], stop: asyncio.Event) -> None:
        while not stop.is_set():
            await self.judge_all(await self._queue.read(lane, _share(lane)))

    async def drain(self) -> int:
        """Judge all that is in the queue now; returns how many entries there were."""
        judged = 0
        for lane in self._queue.lanes:
            while tasks := await self._queue.read(lane, _share(lane), block=False):
                await self.judge_all(tasks)
                judged += len(tasks)
        return judged

    async def judge_all(self, tasks: Sequence[Task]) -> None:
        """Judge what the tasks name, commit the verdicts, and tell those who wait."""
        for start in range(0, len(tasks), CHUNK):
            chunk = tasks[start : start + CHUNK]
            with tracing.span("verdicts", comments=len(chunk)):
                await self._judge_chunk(chunk, later=tasks[start + CHUNK :])

    async def _judge_chunk(self, tasks: Sequence[Task], later: Sequence[Task]) -> None:
        """Judge some comments, in turns: long texts take their time, and nobody shall wait for all of them.

        Args:
            later: what else this worker has read; it stays this worker's meanwhile.
        """
        waiting = await self._comments(tasks)
        wanted = {task.entry for task, _ in waiting}
        await self._discard([task for task in tasks if task.entry not in wanted])
        snapshot = await self._store.directory.current()
        waiting = [one for one in waiting if one[1].site not in snapshot.unreadable]  # in the end to a person
        known = await asyncio.gather(*(self._known(comment, snapshot) for _, comment in waiting))
        steps: list[Step] = []
        since = time.monotonic()
        for number, ((task, comment), case) in enumerate(zip(waiting, known, strict=True), start=1):
            steps += self._step(task, comment, case)
            if time.monotonic() - since > TURN_S:
                await self._commit(steps)
                await self._queue.hold([*(task for task, _ in waiting[number:]), *later])
                steps, since = [], time.monotonic()
        await self._commit(steps)

    async def _discard(self, tasks: Sequence[Task]) -> None:
        """Do away with what needs no verdict any more; who waits for one shall look."""
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
        await self._forget_erased([step.after for step in steps if not committed[step.after.id]])
        await self._queue.tell([(step.waiter, step.after.id) for step in steps if step.waiter])

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

    async def _known(self, comment: Comment, snapshot: Snapshot) -> Case | Exception:
        """What bears on a comment beside its text, rules and past; or why it cannot be told."""
        try:
            thread = await self._store.threads.get(comment.site, comment.thread)
            policy = thread.policy.over(snapshot.site(comment.site).policy)
            return Case(policy, await background_of(self._store, comment, policy))
        except UNREACHABLE:
            raise
        except Exception as error:
            return error

    def _step(self, task: Task, comment: Comment, case: Case | Exception) -> list[Step]:
        """The verdict on one comment; none leaves it for another try."""
        cluster = None
        try:
            if isinstance(case, Exception):
                raise case
            judgement = self._judge(comment.now.submitted, case.policy.rules(), case.background.context)
            verdict = decide(judgement, case.policy, trusted=case.background.trusted)
            cluster = case.background.cluster
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


def set_aside(error: str) -> Verdict:
    """The verdict on a comment that no check could finish: a person must judge it."""
    finding = ActedFinding(check=error, code="check_failed", action="flag", score=1.0)
    return Verdict(State.PENDING, None, (finding,), None, risk=1.0)
