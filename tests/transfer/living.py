"""Random lives of comments, lived through the scripts and the lifecycle as the API and the worker do it."""

import contextlib
from dataclasses import dataclass, field
from typing import Any

from hypothesis import strategies as st

from service.comments import lifecycle
from service.comments.authors import Standing, author_key
from service.comments.ids import new_id
from service.comments.lifecycle import Actor
from service.comments.model import ActedFinding, Author, Comment, Entry, Event, State
from service.comments.placement import TOP, below
from service.comments.thread_policy import ThreadPolicy
from service.errors import InvalidTransition, ThreadClosed
from service.store.authors import Opinion
from service.store.steps import Step
from service.store.store import Store
from service.store.submissions import Submission
from service.store.threads import Thread
from tests.transfer.sites import NOW

THREADS = ("doi-song/1", "thời sự:2", "{0}:comment:bao:3", "x*[?]")
TEXTS = (
    "Bài viết rất hay, cảm ơn tòa soạn!",
    "Chỗ này kẹt xe từ sáng đến tối, mong thành phố sớm mở thêm một làn đường cho xe buýt.",
    "Con đường\ntrước nhà tôi cũng thế 😀",
    "ẩn\N{ZERO WIDTH SPACE}ý",
    '"\\ {"version":9,"state":"published",',
)
AUTHORS = (
    Author("Minh Anh", "u-1", "a@example.vn", "203.0.113.9", "trình duyệt"),
    Author("Bác Ba", email="BA@example.vn", ip="2001:db8::1"),
    Author("Khách", ip="203.0.113.10"),
    Author("Không rõ"),
)
FINDING = ActedFinding("link", "link", "flag", 0.875, ((0, 3), (5, 9)))

texts, authors, threads = st.sampled_from(TEXTS), st.sampled_from(AUTHORS), st.sampled_from(THREADS)
which = st.integers(0, 7)
risks = st.sampled_from([0.0, 0.1, 0.3333333333333333, 1.0])
moves = st.one_of(
    st.tuples(st.just("submit"), threads, authors, texts, which),
    st.tuples(st.just("submit"), threads, authors, texts, which),
    st.tuples(st.just("judge"), which, st.sampled_from(["pending", "rejected", "published"]), risks),
    st.tuples(st.just("judge"), which, st.just("pending"), risks),
    st.tuples(st.just("approve"), which, st.none() | texts),
    st.tuples(st.just("approve"), which, st.none()),
    st.tuples(st.just("reject"), which),
    st.tuples(st.just("edit"), which, texts),
    st.tuples(st.just("reopen"), which),
    st.tuples(st.just("undo"), which),
    st.tuples(st.just("revise"), which, texts),
    st.tuples(st.just("erase"), which),
    st.tuples(st.just("forget"), which),
    st.tuples(st.just("describe"), threads, st.booleans(), st.sampled_from(["", "Kẹt xe"])),
    st.tuples(st.just("stand"), authors, st.sampled_from(list(Standing)), st.none() | st.just(NOW)),
)
_ALREADY = [
    move
    for number, parent in enumerate([99, 0, 1, 0, 99])
    for move in (
        ("submit", THREADS[0], AUTHORS[number % 4], TEXTS[number], parent),
        ("judge", number, "published", 0.0),
    )
]
"""A thread with replies three levels deep, for lives to begin with: chance alone rarely makes one."""

lives = st.lists(moves, min_size=25, max_size=60).map(lambda drawn: _ALREADY + drawn)


@dataclass
class Newspaper:
    """One site and its clock; each move takes ten seconds."""

    store: Store
    site: str = "bao"
    now: int = NOW - 3_600_000
    ids: list[str] = field(default_factory=list)

    async def live(self, moves: list[tuple[Any, ...]]) -> None:
        for name, *arguments in moves:
            self.now += 10_000
            await getattr(self, name)(*arguments)

    async def submit(self, thread: str, author: Author, text: str, parent: int = 0) -> Comment:
        """A reply where the chosen comment is published and in this thread, else at the top."""
        place = TOP
        if parent < len(self.ids):
            found = await self.store.comments.get(self.site, self.ids[parent])
            if found.state is State.PUBLISHED and found.thread == thread:
                place = below(found, 3)
        comment = Comment(
            self.site,
            new_id(thread, self.now, len(self.ids)),
            thread,
            author,
            (Entry(Event.SUBMITTED, State.QUEUED, "website", self.now, text=text),),
            place.parent_id,
            place.path,
        )
        title = "Từ bình luận" if len(text) % 2 else ""
        with contextlib.suppress(ThreadClosed):
            await self.store.comments.submit(Submission(comment, len(text), 1, 5000, title=title))
            self.ids.append(comment.id)
        return comment

    async def judge(self, number: int, to: str, risk: float) -> None:
        reason = "link" if to == "rejected" else None
        entry = Entry(
            Event.JUDGED,
            State(to),
            "worker",
            self.now,
            reason=reason,
            findings=(FINDING,) if risk else (),
            suggestion="Gợi ý" if risk else None,
            risk=risk,
            cluster=self.ids[0] if risk else None,
        )
        await self._step(number, lambda comment: lifecycle.move(comment, entry, Actor.WORKER))

    async def approve(self, number: int, text: str | None) -> None:
        await self._decide(number, Event.APPROVED, State.PUBLISHED, text=text, note="ổn")

    async def reject(self, number: int) -> None:
        await self._decide(number, Event.REJECTED, State.REJECTED, reason="off_topic", message="Lạc đề.")

    async def edit(self, number: int, text: str) -> None:
        await self._decide(number, Event.EDITED, State.PENDING, text=text)

    async def reopen(self, number: int) -> None:
        await self._decide(number, Event.REOPENED, State.PENDING)

    async def undo(self, number: int) -> None:
        await self._step(number, lambda c: lifecycle.undo(c, by="Thu Hà", key_id="k1", at=self.now))

    async def revise(self, number: int, text: str) -> None:
        await self._step(number, lambda c: lifecycle.revise(c, text, by="website", at=self.now))

    async def erase(self, number: int) -> None:
        await self._step(number, lambda c: lifecycle.erase(c, by="website", at=self.now))

    async def forget(self, number: int) -> None:
        await self._step(number, lambda c: lifecycle.forget(c, at=self.now))

    async def describe(self, thread: str, is_open: bool, title: str) -> None:
        seen = await self.store.threads.get(self.site, thread)
        policy = ThreadPolicy.model_validate({"length": {"min": 2}, "actions": {"link": "reject"}})
        said = Thread(title or None, "https://bao.vn/1", is_open, policy if title else ThreadPolicy())
        assert await self.store.threads.describe(self.site, thread, seen, said)

    async def stand(self, author: Author, standing: Standing, until: int | None) -> None:
        key = author_key(self.site, author)
        if key is not None:
            await self.store.authors.set_opinion(self.site, key, Opinion(standing, until, by="Thu Hà"))

    async def _decide(self, number: int, event: Event, to: State, **fields: Any) -> None:
        entry = Entry(event, to, "Thu Hà", self.now, "k1", **fields)
        await self._step(number, lambda comment: lifecycle.decide(comment, entry))

    async def _step(self, number: int, change: Any) -> None:
        """What cannot happen to the chosen comment does not happen."""
        if number >= len(self.ids):
            return
        before = await self.store.comments.get(self.site, self.ids[number])
        try:
            after = change(before)
        except InvalidTransition:
            return
        assert await self.store.comments.commit(Step(before, after))
