"""What the calls answer: the models behind the OpenAPI document. Answers are made in `views` and elsewhere as
plain values, for speed; a test holds them to these models.
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


def _field(description: str, *examples: Any) -> Any:
    return Field(description=description, examples=list(examples) or None)


class Finding(BaseModel):
    """One thing that a check saw."""

    check: str = _field("The check that saw it.", "diacritics")
    code: Code = _field("What it saw.", "missing_diacritics")
    action: Action = _field("What the policy makes of it; ignored findings are not shown.", "reject")
    score: float = Field(description="How sure the check is, 0 to 1.", examples=[0.998], ge=0, le=1)
    spans: list[tuple[int, int]] = _field(
        "Where: half-open ranges of Unicode code points in the reader's latest revision as NFC.", [[0, 18]]
    )
    message: str = _field(
        "For the reader, in Vietnamese, or in English where Accept-Language prefers it.",
        "Vui lòng gõ tiếng Việt có dấu.",
    )


class Author(BaseModel):
    """Who wrote it, as websites see them."""

    name: str | None = _field("The name shown with the comment; null once it is erased.", "Minh Anh")
    id: str | None = _field("The website's own id of the reader, or null.", "u-1")


class Comment(BaseModel):
    """A comment as the website that sent it sees it."""

    id: str = _field("An opaque string.", _EXAMPLE_ID)
    site: str = _field("Id of the site.", "bao")
    thread: str = _field("The website's name of the article.", "doi-song/4711")
    parent_id: str | None = _field("The comment this one answers, or null at the top.", None, _EXAMPLE_ID)
    state: State = _field("Where it stands in its life.", "queued")
    version: int = Field(description="Grows by one with each step.", examples=[1], ge=1)
    author: Author = _field("Who wrote it.")
    body: str | None = _field("What it says; null once it is erased.", "Bài viết rất hay, cảm ơn tòa soạn!")
    original_body: str | None = _field("The reader's words where a moderator edited them, else null.", None)
    edited: bool = _field("Whether a moderator edited it.", False)
    findings: list[Finding] = _field("What the checks saw and the policy does not ignore.", [])
    suggestion: str | None = _field("The text with its marks restored, or null.", None)
    reason: str | None = _field(
        "Why it was rejected: the code of the finding that decided, or the moderator's reason; else null.",
        "missing_diacritics",
    )
    message: str | None = _field(
        "What to show the reader of a rejected comment; else null.", "Vui lòng gõ tiếng Việt có dấu."
    )
    created_at: Time = _field("When it was taken in.")
    updated_at: Time = _field("When its latest step was.")
    published_at: Time | None = _field("When it was published; null unless it is.")


class ModeratorAuthor(Author):
    """Who wrote it, with what is for moderators alone."""

    key: str | None = _field("Names the author in every other call; null where nothing is known.", "u-1")
    email: str | None = _field("The author's e-mail address.", "a@example.vn")
    ip: str | None = _field("The address it was sent from.", "203.0.113.9")
    user_agent: str | None = _field("The browser it was sent with.", "Mozilla/5.0")


class ModeratorComment(Comment):
    """A comment as moderators see it."""

    author: ModeratorAuthor = _field("Who wrote it.")
    newsroom: bool = _field("Whether a moderator wrote it in the newsroom's name.", False)
    submitted_body: str | None = _field(
        "The reader's latest revision, hidden characters included; spans point into it.",
        "Bài viết rất hay, cảm ơn tòa soạn!",
    )


class Record(BaseModel):
    """What became of an author's comments."""

    published: int = _field("How many stand published.", 12)
    rejected: int = _field("How many stand rejected.", 1)
    standing: Standing = _field("What the moderators think of them.", "normal")


class RecordedAuthor(ModeratorAuthor):
    """Who wrote it, and how the comments before fared."""

    record: Record = _field("What became of the author's comments.")


class Claim(BaseModel):
    """Who works on a comment."""

    by: str = _field("The moderator's name.", "Lan")
    until: Time = _field("When the claim ends by itself.")


class QueueItem(ModeratorComment):
    """A comment with everything needed to decide on it."""

    author: RecordedAuthor = _field("Who wrote it.")
    parent: ModeratorComment | None = _field("The comment it answers, or null.")
    thread_title: str | None = _field("Title of the article.", "Mùa gặt ở vùng cao")
    thread_url: str | None = _field("Address of the article.", "https://bao.example.vn/doi-song/4711")
    cluster: str = _field("An id that near-duplicates share.", _EXAMPLE_ID)
    risk: float = Field(
        description="How likely it is harmful, 0 to 1; from 0.5 on something was found.",
        examples=[0.62],
        ge=0,
        le=1,
    )
    claim: Claim | None = _field("Who works on it, or null.", None)


class Queue(BaseModel):
    """One page of what waits, or of what was decided."""

    items: list[QueueItem] = _field("The comments, in the order asked for.")
    total: int = _field("How many there are, all pages together.", 37)
    next_cursor: str | None = _field("For the next page; null on the last.", None)


class HistoryEntry(BaseModel):
    """One step of a comment's life."""

    version: int = _field("The version it made.", 3)
    event: str = _field("What happened.", "approved")
    from_: State | None = Field(
        alias="from", description="The state before; null at the start.", examples=["pending"]
    )
    to: State = _field("The state after.", "published")
    by: str = _field("Name of the key, or `worker`.", "Lan")
    at: Time = _field("When.")
    reason: str | None = _field("Why, of a rejection.", None)
    note: str | None = _field("The moderator's note for colleagues.", None)
    body: str | None = _field("What it says from here on, where that changed.", None)
    findings: list[Finding] = _field("Of a verdict: what the checks saw.", [])


class History(BaseModel):
    """Every step of a comment's life, oldest first."""

    entries: list[HistoryEntry] = _field("One for each version.")


class Verdict(BaseModel):
    """What would become of a text."""

    state: Literal["pending", "rejected"] = _field("Where the comment would stand.", "pending")
    findings: list[Finding] = _field("What the checks saw and the policy does not ignore.", [])
    suggestion: str | None = _field("The text with its marks restored, or null.", None)
    message: str | None = _field("What the reader would be told of a rejection.", None)
    reason: str | None = _field("The code of the finding that would decide; null unless rejected.", None)


class PublicAuthor(BaseModel):
    """Who wrote it, as everybody sees them."""

    name: str = _field("The name shown.", "Minh Anh")


class PublishedComment(BaseModel):
    """A comment in a thread; a tombstone where it is not published but has published replies."""

    id: str = _field("An opaque string.", _EXAMPLE_ID)
    author: PublicAuthor | None = _field("Who wrote it; null on a tombstone.")
    newsroom: bool = _field("Whether it is the newsroom's answer.", False)
    body: str | None = _field("What it says; null on a tombstone.", "Bài viết rất hay!")
    html: str | None = _field(
        "The body escaped, with line breaks and marked links; null on a tombstone.", "Bài viết rất hay!"
    )
    edited: bool = _field("Whether a moderator edited it.", False)
    published_at: Time | None = _field("When it was published; null on a tombstone.")
    parent_id: str | None = _field("The comment it answers, or null at the top.", None)
    replies: "list[PublishedComment]" = _field("Its replies, oldest first.", [])


class ThreadPage(BaseModel):
    """One page of what is published in a thread."""

    thread: str = _field("The website's name of the article.", "doi-song/4711")
    count: int = _field("Every published comment of the thread, replies included.", 2)
    next_cursor: str | None = _field("For the next page; null on the last.", None)
    comments: list[PublishedComment] = _field("Those at the top of the tree, with their replies.")


class Counts(BaseModel):
    """Published comments by thread."""

    counts: dict[str, int] = _field("The thread's name → its count.", {"doi-song/4711": 12})


class Article(articles.Article):
    """What a website says of an article: omitted fields stay, `null` takes one back to its default."""

    policy: ThreadPolicy | None = _field("Rules on top of the site's, each only stricter.")  # type: ignore[assignment]


class Thread(BaseModel):
    """What is known of an article."""

    thread: str = _field("The website's name of the article.", "doi-song/4711")
    title: str | None = _field("Its title.", "Mùa gặt ở vùng cao")
    url: str | None = _field("Its address.", "https://bao.example.vn/doi-song/4711")
    open: bool = _field("Whether new comments are taken.", True)
    policy: ThreadPolicy = _field("Rules on top of the site's: what was said, and nothing else.")
    count: int = _field("Its published comments, replies included.", 12)


class Site(BaseModel):
    """One website."""

    id: str = _field("1 to 40 of a-z, 0-9 and -.", "bao")
    name: str = _field("Its name, under which the newsroom answers.", "Báo Ví Dụ")
    created_at: Time = _field("When it was made.")


class Sites(BaseModel):
    """All sites."""

    sites: list[Site] = _field("In the order of their ids.")


class Key(BaseModel):
    """A key, without the key itself."""

    id: str = _field("Names the key where it is revoked.", "k1a2b3c4")
    role: Literal["website", "moderator"] = _field("What it may do.", "moderator")
    name: str = _field("What others see of whoever uses it.", "Lan")
    created_at: Time = _field("When it was made.")


class Keys(BaseModel):
    """The keys of a site."""

    keys: list[Key] = _field("Those in force.")


class CreatedKey(BaseModel):
    """A new key, shown this once."""

    id: str = _field("Names the key where it is revoked.", "k1a2b3c4")
    key: str = _field("The key itself, for the header Authorization; kept here only as a hash.", "codau_…")
    role: Literal["website", "moderator"] = _field("What it may do.", "moderator")
    name: str = _field("What others see of whoever uses it.", "Lan")


class Alive(BaseModel):
    """The process answers."""

    status: Literal["ok"] = _field("Always so.", "ok")


class Backlog(BaseModel):
    """How far the workers are behind."""

    length: int = _field("Comments that wait for their verdict.", 0)
    oldest_ms: int | None = _field("How long the oldest has waited, in milliseconds.", 0)


class Ready(BaseModel):
    """The service can do its work."""

    status: Literal["ready"] = _field("Always so.", "ready")
    queue: Backlog = _field("How far the workers are behind.")


class FieldError(BaseModel):
    """One wrong field of a request."""

    field: str = _field("Its path in the request; empty for the whole.", "author.name")
    message: str = _field("What is wrong with it.", "Field required")


class Problem(BaseModel):
    """What went wrong (RFC 9457)."""

    type: str = _field("Names the kind of problem; a URI.", "urn:codau:problem:invalid_request")
    title: str = _field("The same for every occurrence.", "The request is not valid")
    status: int = _field("The HTTP status.", 422)
    code: str = _field("For programs; stable.", "invalid_request")
    detail: str = _field("What to do, in a sentence.", "author.name: Field required")


class InvalidRequestProblem(Problem):
    """A request that is understood and wrong."""

    errors: list[FieldError] = _field("Every wrong field.")


class VersionConflictProblem(Problem):
    """A decision on a version that is no longer current."""

    current: ModeratorComment = _field("The comment as it now stands.")


class TransitionProblem(Problem):
    """A step that the comment's state does not allow."""

    state: State = _field("The state of the comment.", "rejected")
