"""What websites and moderators are answered: the models behind the OpenAPI document.

Answers are made in `views` and elsewhere as plain values, for speed; a test holds them to these models. What
admins and operators are answered is in `responses_admin`, what goes wrong in `problem_models`.
"""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, Field

from service.api import articles
from service.comments.authors import Standing
from service.comments.policy_sections import Action, Code
from service.comments.thread_policy import ThreadPolicy

_EXAMPLE_ID = "0sapnxdg0dmmk000000007"

Time = Annotated[str, Field(json_schema_extra={"format": "date-time"}, examples=["2026-11-22T08:15:30.120Z"])]
"""RFC 3339, UTC, milliseconds."""

State = Literal["queued", "pending", "published", "rejected", "erased"]


def described(description: str, *examples: Any) -> Any:
    """A field with what it means, and examples."""
    if not examples:  # those of the type hold
        return Field(description=description)
    return Field(description=description, examples=list(examples))


class Finding(BaseModel):
    """One thing that a check saw."""

    check: str = described("The check that saw it.", "diacritics")
    code: Code = described("What it saw.", "missing_diacritics")
    action: Action = described("What the policy makes of it; ignored findings are not shown.", "reject")
    score: float = Field(description="How sure the check is, 0 to 1.", examples=[0.998], ge=0, le=1)
    spans: list[tuple[int, int]] = described(
        "Where: half-open ranges of Unicode code points in the reader's latest revision as NFC.", [[0, 18]]
    )
    message: str = described(
        "For the reader, in Vietnamese, or in English where Accept-Language prefers it.",
        "Vui lòng gõ tiếng Việt có dấu.",
    )


class Author(BaseModel):
    """Who wrote it, as websites see them."""

    name: str | None = described("The name shown with the comment; null once it is erased.", "Minh Anh")
    id: str | None = described("The website's own id of the reader, or null.", "u-1")


class Comment(BaseModel):
    """A comment as the website that sent it sees it."""

    id: str = described("An opaque string.", _EXAMPLE_ID)
    site: str = described("Id of the site.", "bao")
    thread: str = described("The website's name of the article.", "doi-song/4711")
    parent_id: str | None = described("The comment this one answers, or null at the top.", None, _EXAMPLE_ID)
    state: State = described("Where it stands in its life.", "queued")
    version: int = Field(description="Grows by one with each step.", examples=[1], ge=1)
    author: Author = described("Who wrote it.")
    body: str | None = described(
        "What it says; null once it is erased.", "Bài viết rất hay, cảm ơn tòa soạn!"
    )
    original_body: str | None = described(
        "The reader's words where a moderator edited them, else null.", None
    )
    edited: bool = described("Whether a moderator edited it.", False)
    findings: list[Finding] = described("What the checks saw and the policy does not ignore.", [])
    suggestion: str | None = described("The text with its marks restored, or null.", None)
    reason: str | None = described(
        "Why it was rejected: the code of the finding that decided, or the moderator's reason; else null.",
        "missing_diacritics",
    )
    message: str | None = described(
        "What to show the reader of a rejected comment; else null.", "Vui lòng gõ tiếng Việt có dấu."
    )
    created_at: Time = described("When it was taken in.")
    updated_at: Time = described("When its latest step was.")
    published_at: Time | None = described("When it was published; null unless it is.")


class ModeratorAuthor(Author):
    """Who wrote it, with what is for moderators alone."""

    key: str | None = described("Names the author in every other call; null where nothing is known.", "u-1")
    email: str | None = described("The author's e-mail address.", "a@example.vn")
    ip: str | None = described("The address it was sent from.", "203.0.113.9")
    user_agent: str | None = described("The browser it was sent with.", "Mozilla/5.0")


class ModeratorComment(Comment):
    """A comment as moderators see it."""

    author: ModeratorAuthor = described("Who wrote it.")
    newsroom: bool = described("Whether a moderator wrote it in the newsroom's name.", False)
    submitted_body: str | None = described(
        "The reader's latest revision, hidden characters included; spans point into it.",
        "Bài viết rất hay, cảm ơn tòa soạn!",
    )


class Record(BaseModel):
    """What became of an author's comments."""

    published: int = described("How many stand published.", 12)
    rejected: int = described("How many stand rejected.", 1)
    standing: Standing = described("What the moderators think of them.", "normal")


class RecordedAuthor(ModeratorAuthor):
    """Who wrote it, and how the comments before fared."""

    record: Record = described("What became of the author's comments.")


class Claim(BaseModel):
    """Who works on a comment."""

    by: str = described("The moderator's name.", "Lan")
    until: Time = described("When the claim ends by itself.")


class QueueItem(ModeratorComment):
    """A comment with everything needed to decide on it."""

    author: RecordedAuthor = described("Who wrote it.")
    parent: ModeratorComment | None = described("The comment it answers, or null.")
    thread_title: str | None = described("Title of the article.", "Mùa gặt ở vùng cao")
    thread_url: str | None = described("Address of the article.", "https://bao.example.vn/doi-song/4711")
    cluster: str = described("An id that near-duplicates share.", _EXAMPLE_ID)
    risk: float = Field(
        description="How likely it is harmful, 0 to 1; from 0.5 on something was found.",
        examples=[0.62],
        ge=0,
        le=1,
    )
    claim: Claim | None = described("Who works on it, or null.", None)


class Queue(BaseModel):
    """One page of what waits, or of what was decided."""

    items: list[QueueItem] = described("The comments, in the order asked for.")
    total: int = described("How many there are, all pages together.", 37)
    next_cursor: str | None = described("For the next page; null on the last.", None)


class SearchedQueue(Queue):
    """One page of what a search found."""

    searched: int = described("How many of the latest comments were looked through.", 10_000)


class AuthorStanding(BaseModel):
    """What moderators know and think of an author."""

    key: str = described("Names the author.", "u-1")
    standing: Standing = described("What is in force.", "banned")
    until: Time | None = described("When it ends by itself; null for good.")
    note: str | None = described("Why, for colleagues.", "Quảng cáo nhiều lần")
    by: str | None = described("The moderator who said so.", "Lan")
    record: Record = described("What became of the author's comments.")


class AuthorPage(AuthorStanding):
    """An author with one page of the comments."""

    comments: list[ModeratorComment] = described("The latest first.")
    next_cursor: str | None = described("For the next page; null on the last.", None)


class Claimed(BaseModel):
    """What a moderator has just claimed."""

    items: list[QueueItem] = described("The comments, oldest first.")


class Released(BaseModel):
    """How many claims were ended."""

    released: int = described("Claims of this moderator that were ended.", 3)


class Decided(BaseModel):
    """One decision of many that was taken."""

    id: str = described("The comment.", _EXAMPLE_ID)
    status: Literal[200] = described("As if it had been taken alone.", 200)
    comment: ModeratorComment = described("The comment as it then stands.")


class NotDecided(BaseModel):
    """One decision of many that was not taken."""

    id: str | None = described("The id that was sent; null where it was none.", _EXAMPLE_ID)
    status: int = Field(description="As if it had been asked for alone.", examples=[409], ge=400, le=599)
    problem: dict[str, Any] = described("Why not: a problem document.")


class Results(BaseModel):
    """What became of each decision."""

    results: list[Decided | NotDecided] = described("In the order of the decisions.")


class HistoryEntry(BaseModel):
    """One step of a comment's life."""

    version: int = described("The version it made.", 3)
    event: str = described("What happened.", "approved")
    from_: State | None = Field(
        alias="from", description="The state before; null at the start.", examples=["pending"]
    )
    to: State = described("The state after.", "published")
    by: str = described("Name of the key, `worker`, or `retention`.", "Lan")
    at: Time = described("When.")
    reason: str | None = described("Why, of a rejection.", None)
    note: str | None = described("The moderator's note for colleagues.", None)
    body: str | None = described("What it says from here on, where that changed.", None)
    findings: list[Finding] = described("Of a verdict: what the checks saw.", [])


class History(BaseModel):
    """Every step of a comment's life, oldest first."""

    entries: list[HistoryEntry] = described("One for each version.")


class Verdict(BaseModel):
    """What would become of a text."""

    state: Literal["pending", "rejected"] = described("Where the comment would stand.", "pending")
    findings: list[Finding] = described("What the checks saw and the policy does not ignore.", [])
    suggestion: str | None = described("The text with its marks restored, or null.", None)
    message: str | None = described("What the reader would be told of a rejection.", None)
    reason: str | None = described("The code of the finding that would decide; null unless rejected.", None)


class PublicAuthor(BaseModel):
    """Who wrote it, as everybody sees them."""

    name: str = described("The name shown.", "Minh Anh")


class PublishedComment(BaseModel):
    """A comment in a thread; a tombstone where it is not published but has published replies."""

    id: str = described("An opaque string.", _EXAMPLE_ID)
    author: PublicAuthor | None = described("Who wrote it; null on a tombstone.")
    newsroom: bool = described("Whether it is the newsroom's answer.", False)
    body: str | None = described("What it says; null on a tombstone.", "Bài viết rất hay!")
    html: str | None = described(
        "The body escaped, with line breaks and marked links; null on a tombstone.", "Bài viết rất hay!"
    )
    edited: bool = described("Whether a moderator edited it.", False)
    published_at: Time | None = described("When it was published; null on a tombstone.")
    parent_id: str | None = described("The comment it answers, or null at the top.", None)
    replies: "list[PublishedComment]" = described("Its replies, oldest first.", [])


class ThreadPage(BaseModel):
    """One page of what is published in a thread."""

    thread: str = described("The website's name of the article.", "doi-song/4711")
    count: int = described("Every published comment of the thread, replies included.", 2)
    next_cursor: str | None = described("For the next page; null on the last.", None)
    comments: list[PublishedComment] = described("Those at the top of the tree, with their replies.")


class Counts(BaseModel):
    """Published comments by thread."""

    counts: dict[str, int] = described("The thread's name → its count.", {"doi-song/4711": 12})


class Article(articles.Article):
    """What a website says of an article: omitted fields stay, `null` takes one back to its default."""

    policy: ThreadPolicy | None = Field(  # type: ignore[assignment]
        default=None, description="Rules on top of the site's, each only stricter."
    )


class Thread(BaseModel):
    """What is known of an article."""

    thread: str = described("The website's name of the article.", "doi-song/4711")
    title: str | None = described("Its title.", "Mùa gặt ở vùng cao")
    url: str | None = described("Its address.", "https://bao.example.vn/doi-song/4711")
    open: bool = described("Whether new comments are taken.", True)
    policy: ThreadPolicy = described("Rules on top of the site's: what was said, and nothing else.")
    count: int = described("Its published comments, replies included.", 12)
