"""Deliberate errors: each has a code, an HTTP status and its data. The API turns them into problem+json.

Nothing here knows HTTP handlers or Redis; whatever is raised that is not one of these is a defect.
"""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar


class Problem(Exception):
    """Something that a caller is told, in one sentence that says what to do.

    Attributes:
        code: stable, for programs (RFC 9457 extension member).
        status: HTTP status.
        title: the same for every occurrence.
        retry_after_s: seconds after which trying again makes sense, or None.
        data: further members of the problem document.
    """

    code: ClassVar[str] = "error"
    status: ClassVar[int] = 400
    title: ClassVar[str] = "Error"

    def __init__(self, detail: str = "", *, retry_after_s: int | None = None, **data: Any) -> None:
        super().__init__(detail or self.title)
        self.detail = detail or self.title
        self.retry_after_s = retry_after_s
        self.data: Mapping[str, Any] = data


class InvalidJson(Problem):
    code, status, title = "invalid_json", 400, "The body is not valid JSON in UTF-8"


class Unauthorized(Problem):
    code, status, title = "unauthorized", 401, "A valid key is needed: Authorization: Bearer <key>"


class Forbidden(Problem):
    code, status, title = "forbidden", 403, "This key may not do that"


class NotFound(Problem):
    code, status, title = "not_found", 404, "There is nothing here"


class MethodNotAllowed(Problem):
    code, status, title = "method_not_allowed", 405, "This address does not take that method"


class RequestTimeout(Problem):
    code, status, title = "request_timeout", 408, "The request did not come whole within 8 s"


class TooLarge(Problem):
    code, status, title = "too_large", 413, "The body is larger than 64 KiB"


class UnsupportedMediaType(Problem):
    code, status, title = "unsupported_media_type", 415, "Send the body as application/json"


class ThreadClosed(Problem):
    code, status, title = "thread_closed", 409, "This thread takes no new comments"


class IdempotencyConflict(Problem):
    code, status, title = "idempotency_conflict", 409, "This Idempotency-Key belongs to another request"


class VersionConflict(Problem):
    code, status, title = (
        "version_conflict",
        409,
        "The comment has changed; look at `current` and decide again",
    )


class Claimed(Problem):
    code, status, title = "claimed", 409, "Another moderator is working on this comment"


class InvalidTransition(Problem):
    code, status, title = "invalid_transition", 409, "The comment's state does not allow this"


class InvalidParent(Problem):
    code, status, title = "invalid_parent", 422, "parent_id must be a published comment of the same thread"


class RateLimited(Problem):
    """A limit at the door; `headers` tell its measure."""

    code, status, title = "rate_limited", 429, "Too many comments; try again later"

    def __init__(
        self, detail: str = "", *, retry_after_s: int | None = None, headers: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(detail, retry_after_s=retry_after_s)
        self.headers: Mapping[str, str] = headers or {}


class Unavailable(Problem):
    code, status, title = (
        "unavailable",
        503,
        "The store cannot be reached or cannot write; nothing was acknowledged",
    )

    def __init__(self, detail: str = "", *, retry_after_s: int = 1, **data: Any) -> None:
        super().__init__(detail, retry_after_s=retry_after_s, **data)


class Unreadable(Problem):
    """Stored data that this version does not understand; unlike `Unavailable` it does not pass by waiting."""

    code, status, title = "unavailable", 503, "What is stored cannot be read; the operator must look"


class InvalidRequest(Problem):
    """The request is understood and wrong; `errors` names each field and what is wrong with it."""

    code, status, title = "invalid_request", 422, "The request is not valid"

    def __init__(self, errors: Sequence[tuple[str, str]]) -> None:
        told = [{"field": _named(field), "message": message} for field, message in errors[:_MOST_TOLD]]
        first = (f"{one['field']}: {one['message']}" if one["field"] else one["message"] for one in told[:3])
        super().__init__("; ".join(first), errors=told)


_MOST_TOLD = 50  # of the thousands that fit into one body
_LONGEST_NAME = 100


def _named(field: str) -> str:
    """A field's name as it is told: whoever sent one that there is not may have sent anything."""
    name = field if len(field) <= _LONGEST_NAME else f"{field[: _LONGEST_NAME - 1]}…"
    return name if name.isprintable() else ascii(name)[1:-1]
