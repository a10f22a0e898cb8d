"""What this website knows of its threads, rendered and counted, and of its readers' comments.

It is what the pages ask, and what a webhook tells. How long anything is believed is in `kept`.
"""

from __future__ import annotations

from dataclasses import dataclass

import jinja2
from markupsafe import Markup

from examples.newspaper.articles import Article, articles
from examples.newspaper.client import BUSY, ApiProblem, CodauClient, Json, Tagged
from examples.newspaper.kept import Cache, Comments

PAGE_SIZE = 10
"""Comments at the top of the tree before the reader asks for more."""
SORTS = {"moi": "newest", "cu": "oldest"}
COUNTS = "counts"
TOLD_KEPT_S = 60.0
"""Seconds for which an answer is believed while webhooks tell what changes: so long, at most, is a comment
shown that was taken down while no webhook came through."""


@dataclass(frozen=True)
class Thread:
    """A page of a thread: as the service answered, and as readers see it."""

    tagged: Tagged
    html: Markup

    @property
    def document(self) -> Json:
        """What the service answered."""
        return self.tagged.document


class Desk:
    """`list_template` renders the comments of a thread; `told` says whether webhooks come."""

    def __init__(self, codau: CodauClient, list_template: jinja2.Template, *, told: bool) -> None:
        kept_s = TOLD_KEPT_S if told else 0.0
        self._codau = codau
        self._template = list_template
        self._threads: Cache[Thread] = Cache(kept_s)
        self._counts: Cache[dict[str, int]] = Cache(kept_s)
        self._comments = Comments(kept_s)

    async def thread(self, article: Article, sort: str, cursor: str | None) -> Thread:
        """A page of what is published below an article; first pages are kept, later ones few people see."""

        async def ask(known: Thread | None) -> Thread:
            tagged = await self._codau.thread(
                article.thread,
                sort=SORTS[sort],
                limit=PAGE_SIZE,
                cursor=cursor,
                known=known.tagged if known else None,
            )
            if known and tagged is known.tagged:
                return known
            html = self._template.render(article=article, sort=sort, cursor=cursor, thread=tagged.document)
            return Thread(tagged, Markup(html))  # noqa: S704  the template has escaped it

        return await (ask(None) if cursor else self._threads.get(_name(article.thread, sort), ask))

    async def counts(self) -> dict[str, int]:
        """How many comments are published below each article."""

        async def ask(_: dict[str, int] | None) -> dict[str, int]:
            return await self._codau.counts(list(articles()))

        return await self._counts.get(COUNTS, ask)

    async def comment(self, comment_id: str) -> Json:
        """Where a reader's comment stands; what was known last while the service is away."""
        fresh = self._comments.fresh(comment_id)
        if fresh and fresh["state"] != "queued":  # the verdict is moments away
            return fresh
        try:
            comment = await self._codau.comment(comment_id)
        except ApiProblem as problem:
            last = self._comments.last(comment_id)
            if last is None or problem.status not in BUSY:
                raise
            return last
        self.note(comment)
        return self._comments.last(comment_id) or comment

    def note(self, comment: Json) -> None:
        """Take note of a comment as it stands; where that is new, its thread may have changed."""
        if self._comments.note(comment):
            for sort in SORTS:
                self._threads.outdate(_name(comment["thread"], sort))
            self._counts.outdate(COUNTS)


def _name(thread: str, sort: str) -> str:
    return f"{sort} {thread}"
