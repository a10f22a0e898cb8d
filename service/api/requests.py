"""What the calls take: one model for each JSON body and each query (contract, section 3)."""

from typing import Annotated, Any, Literal, Self

from pydantic import AwareDatetime, Field, model_validator

from service.api.fields import (
    Address,
    AuthorIdIfAny,
    Body,
    EmailIfAny,
    Empty,
    Line,
    Note,
    Request,
    Text,
    Thread,
    Title,
    UserAgentIfAny,
    WebUrl,
)
from service.comments.authors import Standing
from service.comments.policy_sections import Code
from service.comments.reasons import ModeratorReason

CommentId = Annotated[Text, Field(max_length=64, description="Id of a comment.")]
Version = Annotated[int, Field(strict=True, ge=1, description="The version that the moderator has seen.")]
Force = Annotated[
    bool, Field(strict=True, description="Decide although another moderator has claimed the comment.")
]
OptionalNote = Annotated[
    Note | None, Field(description="For colleagues; kept in the history, up to 2,000 characters.")
]


class NewAuthor(Request):
    """Who wrote the comment, as the website knows them."""

    name: Annotated[
        Line, Field(min_length=1, max_length=80, description="Shown with the comment.", examples=["Minh Anh"])
    ]
    id: Annotated[AuthorIdIfAny | None, Field(description="The website's own id of the reader.")] = None
    email: Annotated[EmailIfAny | None, Field(description="For moderators only.")] = None
    ip: Annotated[Address | None, Field(description="IPv4 or IPv6 address; for moderators only.")] = None
    user_agent: Annotated[UserAgentIfAny | None, Field(description="For moderators only.")] = None


class NewComment(Request):
    """A reader's comment, as the website passes it on."""

    thread: Annotated[
        Thread, Field(description="The website's name of the article.", examples=["doi-song/4711"])
    ]
    body: Annotated[
        Body,
        Field(
            description="1 to 5,000 characters after normalisation, unless the policy says otherwise.",
            examples=["Bài viết rất hay, cảm ơn tòa soạn!"],
        ),
    ]
    author: NewAuthor
    parent_id: Annotated[CommentId | None, Field(description="The published comment this one answers.")] = (
        None
    )
    thread_title: Annotated[Title | None, Empty, Field(description="Title of the article.")] = None
    thread_url: Annotated[WebUrl | None, Empty, Field(description="Address of the article.")] = None


class Revision(Request):
    """The reader's new text."""

    body: Annotated[Body, Field(description="Takes the place of the text before.")]


class TextToCheck(Request):
    """A text to be judged without being kept."""

    body: Annotated[Body, Field(description="The text to be judged.")]
    thread: Annotated[Thread | None, Field(description="Judge by this thread's rules.")] = None


class Nothing(Request):
    """An empty object, or no body at all."""


class Approval(Request):
    """Publish, edited where `body` is given."""

    version: Version
    body: Annotated[Body | None, Field(description="The edited text.")] = None
    note: OptionalNote = None
    force: Force = False


class Rejection(Request):
    """Refuse, or take down."""

    version: Version
    reason: Annotated[ModeratorReason, Field(description="Decides what the reader is told.")]
    note: OptionalNote = None
    message: Annotated[
        Note | None, Field(description="Shown to the reader in place of the reason's usual sentence.")
    ] = None
    force: Force = False


class Edit(Request):
    """A new revision by the moderator."""

    version: Version
    body: Annotated[Body, Field(description="The edited text.")]
    note: OptionalNote = None
    force: Force = False


class Reopening(Request):
    """Back to pending."""

    version: Version
    note: OptionalNote = None


class Answer(Request):
    """The newsroom's answer to a comment."""

    body: Annotated[Body, Field(description="What the newsroom says.", examples=["Cảm ơn bạn đã góp ý."])]


class BulkDecisions(Request):
    """Up to 200 decisions; each is `{"id", "action", "version", …}` with the fields of that decision."""

    decisions: Annotated[
        list[Any],
        Field(
            min_length=1,
            max_length=200,
            description="The decisions, taken in order; a malformed one is refused in its own result.",
            examples=[[{"id": "0snc520w023eg000000007", "action": "approve", "version": 2}]],
        ),
    ]


class ClaimRequest(Request):
    """How many comments, and for how long."""

    limit: Annotated[int, Field(strict=True, ge=1, le=100, description="Comments.")] = 10
    lease_seconds: Annotated[int, Field(strict=True, ge=1, le=3_600, description="Seconds.")] = 300


class ReleaseRequest(Request):
    """Which comments; all where none are named."""

    ids: Annotated[
        list[CommentId] | None, Field(max_length=1_000, description="Ids; null for all that are held.")
    ] = None


class SiteName(Request):
    """What a site is called."""

    name: Annotated[
        Line,
        Field(
            min_length=1,
            max_length=80,
            description="The name under which the newsroom answers.",
            examples=["Báo Ví Dụ"],
        ),
    ]


class NewKey(Request):
    """A key for one site; admin keys are made on the command line."""

    role: Annotated[Literal["website", "moderator"], Field(description="What the key may do.")]
    name: Annotated[
        Line, Field(min_length=1, max_length=80, description="What others see of whoever uses it.")
    ]


class SiteQuery(Request):
    """For calls that concern one site."""

    site: Annotated[
        str | None, Field(description="Which site, where the key is an admin's; else the key's own.")
    ] = None


class ThreadQuery(SiteQuery):
    sort: Annotated[Literal["oldest", "newest"], Field(description="By time of publication.")] = "oldest"
    limit: Annotated[int, Field(ge=1, le=200, description="Comments at the top of the tree.")] = 50
    cursor: Annotated[str | None, Field(description="`next_cursor` of the page before.")] = None


class CountsQuery(SiteQuery):
    thread: Annotated[list[Thread], Field(min_length=1, max_length=200, description="Once for each thread.")]


class AuthorQuery(SiteQuery):
    limit: Annotated[int, Field(ge=1, le=100, description="Comments.")] = 20
    cursor: Annotated[str | None, Field(description="`next_cursor` of the page before.")] = None


class Opinion(Request):
    """What the moderators think of an author."""

    standing: Annotated[Standing, Field(description="In force for the author's next comment.")]
    until: Annotated[
        AwareDatetime | None,
        Field(
            description="When it ends by itself; a ban of an address needs it, at most 7 days ahead.",
            examples=["2026-11-29T08:00:00Z"],
        ),
    ] = None
    note: OptionalNote = None


class QueueQuery(SiteQuery):
    state: Annotated[
        Literal["pending", "rejected", "published"], Field(description="What waits, or what was decided.")
    ] = "pending"
    order: Annotated[
        Literal["oldest", "newest", "risk"] | None,
        Field(description="Default: oldest for what waits, newest for the rest. `risk` is for what waits."),
    ] = None
    limit: Annotated[int, Field(ge=1, le=100, description="Comments on one page.")] = 20
    cursor: Annotated[str | None, Field(description="`next_cursor` of the page before.")] = None
    thread: Annotated[Thread | None, Field(description="Only those of this thread.")] = None
    author: Annotated[str | None, Field(description="Only those of this author, by `author.key`.")] = None
    code: Annotated[Code | None, Field(description="Only those with this finding.")] = None
    cluster: Annotated[
        str | None, Field(description="Only the near-duplicates that share this; of what waits.")
    ] = None
    claimed: Annotated[Literal["me"] | None, Field(description="Only what this moderator holds.")] = None
    q: Annotated[
        str | None,
        Field(
            max_length=200,
            description="Only those that have all these words in text or name, marks and case ignored; "
            "looked for in the latest 10,000.",
            examples=["nguyen"],
        ),
    ] = None

    @model_validator(mode="after")
    def _one_filter(self) -> Self:
        named = [name for name in FILTERS if getattr(self, name) is not None]
        if len(named) > 1:
            raise ValueError(f"{' and '.join(named)} cannot be combined; name one of them")
        return self


FILTERS = ("thread", "author", "code", "cluster", "claimed", "q")
"""What the queue can be narrowed by, one at a time."""
