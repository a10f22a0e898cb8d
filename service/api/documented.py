"""What each call answers and how it can fail: the part of the OpenAPI document that no declaration tells.

Path, roles, body and query come from the declarations in the handlers' files. A test finds calls that are
missing here, and entries here that are no call.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel

from service.api import responses as r
from service.api import responses_admin as admin
from service.api import responses_stats as stats
from service.api import responses_webhooks as hooks
from service.comments.policy import Policy


@dataclass(frozen=True, slots=True)
class Answer:
    """One way in which a call succeeds.

    Attributes:
        model: of the JSON body; a union where it depends on the key's role, None for no JSON body.
        headers: names from `documented_names.RESPONSE_HEADERS`.
        media: of a body that is not JSON.
    """

    description: str
    model: Any = None
    headers: tuple[str, ...] = ()
    media: str | None = None


@dataclass(frozen=True, slots=True)
class Documented:
    """One call.

    Attributes:
        problems: codes beyond those that follow from the declaration (key, site, path, query, body, store).
        headers: of the request; names from `documented_names.REQUEST_HEADERS`.
        body: the model to show where the declared one is looser than what is taken.
        description: what the summary does not say.
    """

    answers: Mapping[int, Answer]
    problems: tuple[str, ...] = ()
    headers: tuple[str, ...] = ()
    body: type[BaseModel] | None = None
    description: str = ""


_LANGUAGE = ("Accept-Language",)
_DECIDED = {200: Answer("The comment as it then stands.", r.ModeratorComment)}
_DECISION = Documented(_DECIDED, ("version_conflict", "claimed", "invalid_transition"), _LANGUAGE)
_LIMITS = ("RateLimit-Policy", "RateLimit")
_TAKEN_IN = {
    202: Answer("It is durably queued.", r.Comment, ("Location", *_LIMITS)),
    201: Answer(
        "It has been judged already: the caller waited for that, or repeated an earlier request.",
        r.Comment,
        ("Location", "Preference-Applied", *_LIMITS),
    ),
}
_POLICY = {200: Answer("The policy, every field of it.", Policy)}

CALLS: Mapping[tuple[str, str], Documented] = {
    ("POST", "/v1/comments"): Documented(
        _TAKEN_IN,
        ("thread_closed", "idempotency_conflict", "invalid_parent", "rate_limited"),
        ("Idempotency-Key", "Prefer", *_LANGUAGE),
    ),
    ("POST", "/v1/comments/{id}/revise"): Documented(
        _TAKEN_IN, ("claimed", "invalid_transition", "rate_limited"), ("Prefer", *_LANGUAGE)
    ),
    ("DELETE", "/v1/comments/{id}"): Documented({204: Answer("It is erased, now or earlier.")}),
    ("GET", "/v1/comments/{id}"): Documented(
        {200: Answer("The comment; moderators and admins see more of it.", r.Comment | r.ModeratorComment)},
        headers=_LANGUAGE,
    ),
    ("POST", "/v1/check"): Documented(
        {200: Answer("The verdict of the checks that need no history.", r.Verdict)}, headers=_LANGUAGE
    ),
    ("GET", "/v1/threads/{thread}/comments"): Documented(
        {
            200: Answer("One page of the thread.", r.ThreadPage, ("ETag", "Cache-Control")),
            304: Answer("The caller has this very page.", headers=("ETag", "Cache-Control")),
        },
        headers=("If-None-Match",),
    ),
    ("GET", "/v1/counts"): Documented({200: Answer("The counts, by thread.", r.Counts)}),
    ("PUT", "/v1/threads/{thread}"): Documented(
        {
            200: Answer("What is now known of the article.", r.Thread),
            201: Answer("The same, where nothing was known before.", r.Thread),
        },
        body=r.Article,
        description="Omitted fields stay as they are, `null` takes one back to its default. Rules that would "
        "loosen the site's policy are refused.",
    ),
    ("GET", "/v1/queue"): Documented(
        {200: Answer("One page; with `q` also how far was looked.", r.SearchedQueue | r.Queue)},
        headers=_LANGUAGE,
    ),
    ("POST", "/v1/comments/{id}/approve"): _DECISION,
    ("POST", "/v1/comments/{id}/reject"): _DECISION,
    ("POST", "/v1/comments/{id}/edit"): _DECISION,
    ("POST", "/v1/comments/{id}/reopen"): _DECISION,
    ("POST", "/v1/comments/{id}/undo"): Documented(_DECIDED, ("invalid_transition",), _LANGUAGE),
    ("POST", "/v1/comments/{id}/reply"): Documented(
        {201: Answer("The newsroom's answer, published.", r.ModeratorComment, ("Location",))},
        ("invalid_transition", "idempotency_conflict"),
        ("Idempotency-Key", *_LANGUAGE),
    ),
    ("POST", "/v1/decisions"): Documented(
        {200: Answer("One result for each decision, in order.", r.Results)}, headers=_LANGUAGE
    ),
    ("GET", "/v1/authors/{key}"): Documented({200: Answer("The author.", r.AuthorPage)}, headers=_LANGUAGE),
    ("DELETE", "/v1/authors/{key}"): Documented({204: Answer("All of it is erased.")}),
    ("PUT", "/v1/authors/{key}/standing"): Documented(
        {200: Answer("What is in force now.", r.AuthorStanding)}
    ),
    ("POST", "/v1/queue/claim"): Documented(
        {200: Answer("What this moderator holds now in addition.", r.Claimed)}, headers=_LANGUAGE
    ),
    ("POST", "/v1/queue/release"): Documented({200: Answer("They are free again.", r.Released)}),
    ("GET", "/v1/comments/{id}/history"): Documented(
        {200: Answer("Every step, oldest first.", r.History)}, headers=_LANGUAGE
    ),
    ("GET", "/v1/stats"): Documented({200: Answer("Day by day, the earliest first.", stats.Stats)}),
    ("GET", "/v1/events"): Documented(
        {
            200: Answer(
                "A stream that ends with the process, the key or the store.", media="text/event-stream"
            )
        },
        headers=("Last-Event-ID", *_LANGUAGE),
        description="Server-sent events, from now on or behind `Last-Event-ID`. Types: `comment.pending`, "
        "`comment.published`, `comment.rejected`, `comment.updated` (an edit) or `comment.erased`; `data` is "
        '`{"type", "timestamp", "data": <comment as a website sees it>}`, the comment as it then stands. '
        "`event: reset` comes first where more may have happened than is told: read the lists again. An `id` "
        "without data keeps the place of a client that is told nothing for a while. When the stream ends, "
        "connect again with the last `id`; at least every 15 seconds something is sent.",
    ),
    ("PUT", "/v1/sites/{site}"): Documented(
        {200: Answer("The site, renamed.", admin.Site), 201: Answer("The site, made.", admin.Site)}
    ),
    ("GET", "/v1/sites"): Documented({200: Answer("All sites.", admin.Sites)}),
    ("GET", "/v1/sites/{site}"): Documented({200: Answer("The site.", admin.Site)}),
    ("GET", "/v1/sites/{site}/policy"): Documented(_POLICY),
    ("PUT", "/v1/sites/{site}/policy"): Documented(_POLICY, body=Policy),
    ("PATCH", "/v1/sites/{site}/policy"): Documented(
        _POLICY,
        body=Policy,
        description="Read as a JSON merge patch (RFC 7396): `null` takes a field or a section back to its "
        "default, except in `limits`, where it means no limit.",
    ),
    ("POST", "/v1/sites/{site}/policy/replay"): Documented(
        {200: Answer("What would have become of the latest comments.", admin.Replay)}, headers=_LANGUAGE
    ),
    ("POST", "/v1/sites/{site}/keys"): Documented(
        {201: Answer("The key, shown this once.", admin.CreatedKey)}
    ),
    ("GET", "/v1/sites/{site}/keys"): Documented({200: Answer("The keys in force.", admin.Keys)}),
    ("DELETE", "/v1/sites/{site}/keys/{key}"): Documented({204: Answer("It is revoked.")}),
    ("POST", "/v1/sites/{site}/webhooks"): Documented(
        {201: Answer("The webhook, with its secret.", hooks.WebhookWithSecret)},
        description="It is told of what happens from now on, by POST, signed by the Standard Webhooks "
        'specification: `{"type", "timestamp", "data": <comment as a website sees it>}`, the comment as it '
        "stands at that moment. Any 2xx takes a message; anything else is tried again for three days. A "
        "message may come twice, under the same `webhook-id`; those of one comment come in order.",
    ),
    ("GET", "/v1/sites/{site}/webhooks"): Documented({200: Answer("The webhooks.", hooks.Webhooks)}),
    ("PATCH", "/v1/sites/{site}/webhooks/{hook}"): Documented(
        {200: Answer("The webhook as it now is.", hooks.Webhook)}
    ),
    ("DELETE", "/v1/sites/{site}/webhooks/{hook}"): Documented({204: Answer("It is removed.")}),
    ("POST", "/v1/sites/{site}/webhooks/{hook}/rotate"): Documented(
        {200: Answer("The webhook, with its new secret.", hooks.WebhookWithSecret)}
    ),
    ("POST", "/v1/sites/{site}/webhooks/{hook}/test"): Documented(
        {202: Answer("It will be sent within a second or two.", hooks.Delivery)}
    ),
    ("GET", "/v1/sites/{site}/webhooks/{hook}/deliveries"): Documented(
        {200: Answer("One page of them.", hooks.Deliveries)}
    ),
    ("POST", "/v1/sites/{site}/webhooks/{hook}/deliveries/{delivery}/resend"): Documented(
        {202: Answer("It will be sent within a second or two.", hooks.Delivery)}
    ),
}

OPERATIONS: Mapping[str, tuple[str, Documented]] = {
    "/": (
        "Show where to go from here, as a page",
        Documented({200: Answer("The page.", media="text/html")}),
    ),
    "/healthz": ("Say that the process answers", Documented({200: Answer("It does.", admin.Alive)})),
    "/readyz": (
        "Say whether the service can do its work, and how far the workers are behind",
        Documented({200: Answer("It can.", admin.Ready)}, ("unavailable",)),
    ),
    "/metrics": (
        "Show figures for Prometheus",
        Documented({200: Answer("In Prometheus' text format.", media="text/plain")}),
    ),
    "/openapi.json": (
        "Show this document",
        Documented({200: Answer("OpenAPI 3.1.", dict[str, Any])}),
    ),
    "/docs": (
        "Show this document as a page",
        Documented({200: Answer("The page.", media="text/html")}),
    ),
    "/moderate": (
        "Show the moderators' page; one signs in on it",
        Documented({200: Answer("The page.", headers=("ETag",), media="text/html")}),
    ),
}
"""What needs no key: GET alone; path → summary and the rest."""
