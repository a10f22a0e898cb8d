"""The articles, read from ``articles.json``: invented stories of an invented town."""

from __future__ import annotations

from datetime import datetime
from functools import cache
from pathlib import Path

from pydantic import BaseModel, TypeAdapter


class Block(BaseModel):
    """One piece of an article: a paragraph, a heading between paragraphs, or a quotation with who said it."""

    text: str | None = None
    heading: str | None = None
    quote: str | None = None
    by: str | None = None


class Article(BaseModel):
    """One article; its thread is also its address on this website."""

    thread: str
    category: str
    title: str
    lead: str
    byline: str
    published_at: datetime
    picture: str | None
    picture_text: str | None
    caption: str | None
    open: bool
    paragraphs: list[Block]

    @property
    def path(self) -> str:
        """Where this website shows it."""
        return f"/{self.thread}"


@cache
def articles() -> dict[str, Article]:
    """All articles by thread, the leading one first."""
    text = Path(__file__).with_name("articles.json").read_text(encoding="utf-8")
    return {article.thread: article for article in TypeAdapter(list[Article]).validate_json(text)}


def leading() -> Article:
    """The article on the front page."""
    return next(iter(articles().values()))
