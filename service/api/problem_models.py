"""What a call answers when something goes wrong: the models behind the OpenAPI document."""

from pydantic import BaseModel, Field

from service.api.responses import Claim, ModeratorComment, State, described


class FieldError(BaseModel):
    """One wrong field of a request."""

    field: str = described("Its path in the request; empty for the whole.", "author.name")
    message: str = described("What is wrong with it.", "Field required")


class Problem(BaseModel):
    """What went wrong (RFC 9457)."""

    type: str = described("Names the kind of problem; a URI.", "urn:codau:problem:invalid_request")
    title: str = described("The same for every occurrence.", "The request is not valid")
    status: int = described("The HTTP status.", 422)
    code: str = described("For programs; stable.", "invalid_request")
    detail: str = described("What to do, in a sentence.", "author.name: Field required")
    request_id: str = described(
        "Names this request in the service's log, and in `X-Request-ID`.", "9f1c2ab40000002a"
    )


class InvalidRequestProblem(Problem):
    """A request that is understood and wrong."""

    errors: list[FieldError] = described("Every wrong field.")


class VersionConflictProblem(Problem):
    """A decision on a version that is no longer current."""

    current: ModeratorComment = described("The comment as it now stands.")


class TransitionProblem(Problem):
    """A step that the comment's state does not allow."""

    state: State = described("The state of the comment.", "rejected")
    current: ModeratorComment | None = Field(
        default=None, description="For moderators: the comment as it now stands."
    )


class ClaimedProblem(Problem):
    """A comment that another moderator works on."""

    claim: Claim | None = Field(default=None, description="For moderators: who works on it, until when.")
    current: ModeratorComment | None = Field(
        default=None, description="For moderators: the comment as it now stands."
    )
